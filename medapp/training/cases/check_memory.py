"""What an earlier check found out, by a hash of all that went into it; a disk that refuses costs only time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from medapp import __version__
from medapp.files import read_json, write_json

log = logging.getLogger(__name__)
_MOST = 60
"""Answers that are kept: of some twenty sets of cases."""


class CheckMemory:
    """Answers as JSON files, the oldest dropped.

    Parameters
    ----------
    folder : Path
        Where they lie; made where it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Any:  # noqa: ANN401 - any JSON document
        """Return the answer, or None."""
        with suppress(OSError, ValueError, RecursionError):
            return read_json(self._path(key))
        return None

    def put(self, key: str, answer: Any) -> None:  # noqa: ANN401 - any JSON document
        """Keep an answer."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_json(self._path(key), answer)
            kept = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in kept[:-_MOST]:
                path.unlink()
        except OSError as error:
            log.info("an answer of the check is not kept: %s", type(error).__name__)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def key_of(kind: str, parts: Iterable[object]) -> str:
    """Return the name of an answer: its kind, and a hash of the program's version and all that it depends on."""
    digest = hashlib.sha256(__version__.encode())
    for part in parts:
        digest.update(repr(part).encode())
        digest.update(b"\n")
    return f"{kind}-{digest.hexdigest()[:32]}"
