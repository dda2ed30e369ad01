"""What weight files are called; known without torch."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = frozenset({".safetensors", ".pth", ".pt"})


def is_weight_file(path: Path) -> bool:
    """Tell whether a path is a weight file, by its ending: a ``.pth`` is a ZIP file inside, but no package."""
    return path.suffix.lower() in SUFFIXES
