"""The settings of one person: declared once with their limits, loaded tolerantly, saved atomically."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from medapp.errors import Problem
from medapp.files import read_json, write_json
from medapp.i18n import LANGUAGES
from medapp.schemas.salvage import beginning_of

log = logging.getLogger(__name__)
SCHEMA_VERSION = 1
RECENT_LIMIT = 8
FONT_SMALLEST, FONT_LARGEST = 11, 17


def _choice(default: str, *choices: str) -> Any:  # noqa: ANN401 - stands for a dataclass field
    return field(default=default, metadata={"choices": choices})


def _between(default: float, low: float, high: float) -> Any:  # noqa: ANN401 - stands for a dataclass field
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True)
class Settings:
    """What a person may choose; the metadata of each field says which values it takes.

    Attributes
    ----------
    theme : str
        ``dark`` or ``light``.
    language : str
        What is spoken: ``en``, ``zh_CN``, or ``system``.
    font_px : int
        Size of the text, in pixels.
    automatic_ai : bool
        Whether answers are shown without being asked for.
    classify_ahead : bool
        Whether the image on screen is classified before its answer is asked for.
    heat_map_opacity : float
        0 (invisible) to 1.
    device : str
        Where the network runs.
    reader_processes : int
        Processes that read files; 0 chooses by the machine.
    reader_seconds : float
        How long reading one file may take.
    reader_megabytes : int
        Memory that reading one file may take, where the system can limit it.
    cache_share : float
        Part of the memory that decoded images may take.
    browser_shown : bool
        Whether the study browser is open.
    recent : tuple of str
        Files and folders opened last, newest first.
    """

    theme: Literal["dark", "light"] = _choice("dark", "dark", "light")
    language: Literal["system", "en", "zh_CN"] = _choice("system", "system", *LANGUAGES)
    font_px: int = _between(13, FONT_SMALLEST, FONT_LARGEST)
    automatic_ai: bool = False
    classify_ahead: bool = True
    heat_map_opacity: float = _between(0.5, 0.1, 1.0)
    device: Literal["auto", "cpu", "cuda", "mps"] = _choice("auto", "auto", "cpu", "cuda", "mps")
    reader_processes: int = _between(0, 0, 16)
    reader_seconds: float = _between(10.0, 2, 300)
    reader_megabytes: int = _between(2048, 512, 32768)
    cache_share: float = _between(0.25, 0.02, 0.6)
    browser_shown: bool = True
    recent: tuple[str, ...] = ()

    def opened(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return the recent paths after `paths` were opened."""
        return tuple(dict.fromkeys((*paths, *self.recent)))[:RECENT_LIMIT]


class SettingsFile:
    """The file that settings are kept in. What a newer medapp wrote is used as far as it fits, and kept as it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unknown: dict[str, Any] = {}
        self._version = SCHEMA_VERSION

    def load(self) -> tuple[Settings, Problem | None]:
        """Return the settings, and what was wrong with the file (then it was set aside)."""
        try:
            document = read_json(self._path)
            if not isinstance(document, dict):
                raise TypeError
        except FileNotFoundError:
            return Settings(), None
        except (OSError, ValueError, TypeError, RecursionError):
            saved = self._saved()
            return _settings_from(saved), self._set_aside()
        version = document.get("schema_version")
        self._version = max(SCHEMA_VERSION, version) if type(version) is int else SCHEMA_VERSION
        known = {f.name for f in fields(Settings)}
        self._unknown = {k: v for k, v in document.items() if k not in known and k != "schema_version"}
        return _settings_from(document), None

    def save(self, settings: Settings) -> None:
        """Write `settings`; a disk that refuses is logged, for the window works without the file."""
        values = {f.name: getattr(settings, f.name) for f in fields(Settings)}
        try:
            write_json(self._path, {**self._unknown, "schema_version": self._version, **values})
        except OSError as error:
            log.warning("settings were not saved: %s", type(error).__name__)

    def _saved(self) -> Mapping[str, Any]:
        """Return what stands whole in a damaged file."""
        try:
            document = beginning_of(self._path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return {}
        return document if isinstance(document, dict) else {}

    def _set_aside(self) -> Problem:
        aside = self._path.with_suffix(".damaged.json")
        try:
            self._path.replace(aside)
        except OSError:
            log.warning("damaged settings could not be set aside")
        return Problem(str(self._path), "settings.damaged", {"name": aside.name})


def chosen_language(path: Path) -> str:
    """Return the language that the settings file at `path` names; nothing where it names none, or cannot be read."""
    try:
        chosen = str(read_json(path).get("language"))
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""
    return chosen if chosen in LANGUAGES else ""


def _settings_from(document: Mapping[str, Any]) -> Settings:
    """Take each value that fits its field; the default stands for the others."""
    taken: dict[str, Any] = {}
    for declared in fields(Settings):
        value = document.get(declared.name)
        if declared.name == "recent" and isinstance(value, list):
            taken["recent"] = tuple(v for v in value if isinstance(v, str))[:RECENT_LIMIT]
        elif _fits(value, declared.default, declared.metadata):
            taken[declared.name] = value
    return Settings(**taken)


def _fits(value: object, default: object, limits: Mapping[str, Any]) -> bool:
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        return False
    if "choices" in limits:
        return value in limits["choices"]
    if "low" in limits:
        return bool(limits["low"] <= value <= limits["high"])
    return not isinstance(value, tuple)
