"""Measurements on a frame: shapes in source pixels, what they come to, and how that is said. Pure; knows no screen."""
