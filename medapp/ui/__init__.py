"""The window. With `app` the only package that imports PySide6."""
