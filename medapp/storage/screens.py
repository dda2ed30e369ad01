"""How many pixels a millimetre has on each screen of this station, as a person has measured it with a ruler."""

from __future__ import annotations

import logging
from pathlib import Path

from medapp.files import read_json, write_json

log = logging.getLogger(__name__)
SCHEMA_VERSION = 1
LEAST, MOST = 1.0, 100.0
"""Pixels per millimetre of any screen: 25 to 2,540 per inch."""


class Screens:
    """The measured screens; a file that is damaged or cannot be read means that none was measured."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = self._read()

    def pixels_per_mm(self, screen: str) -> float | None:
        """Return what was measured on a screen, None where nothing was."""
        return self._known.get(screen)

    def keep(self, screen: str, pixels_per_mm: float) -> None:
        """Keep what was measured; a disk that refuses is logged, for it holds until the program ends."""
        self._known[screen] = min(max(pixels_per_mm, LEAST), MOST)
        try:
            write_json(self._path, {"schema_version": SCHEMA_VERSION, "pixels_per_mm": self._known})
        except OSError as error:
            log.warning("the size of a screen was not saved: %s", type(error).__name__)

    def _read(self) -> dict[str, float]:
        try:
            found = read_json(self._path)["pixels_per_mm"].items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {str(k): float(v) for k, v in found if isinstance(v, int | float) and LEAST <= v <= MOST}
