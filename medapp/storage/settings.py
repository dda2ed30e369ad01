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


MOUSE_OWN = "own"
MOUSE_BUTTONS = ("left", "middle", "right")
MOUSE_PARTS = tuple(f"{key}{part}" for key in ("", "ctrl_", "shift_") for part in (*MOUSE_BUTTONS, "wheel"))
"""Each button and the wheel, alone, with Ctrl and with Shift."""
_DRAGS = ("chosen", "window", "scroll", "zoom", "pan", "magnifier", "none")
_TURNS = ("scroll", "zoom", "none")


def _choice(default: str, *choices: str, **about: object) -> Any:  # noqa: ANN401 - stands for a dataclass field
    return field(default=default, metadata={"choices": choices, **about})


def _between(default: float, low: float, high: float, **about: object) -> Any:  # noqa: ANN401 - as above
    return field(default=default, metadata={"low": low, "high": high, **about})


def _switch(group: str, *, default: bool) -> Any:  # noqa: ANN401 - as above
    return field(default=default, metadata={"group": group})


def _mouse(default: str, *choices: str) -> Any:  # noqa: ANN401 - as above
    return _choice(default, *choices, group="mouse", words="mouse.does", only=("mouse", MOUSE_OWN))


def _names(value: object) -> tuple[str, ...]:
    """Take a list of texts; what is none is left out."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _texts(value: object) -> dict[str, str]:
    """Take texts by name."""
    return {n: v for n, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}


def _recent(value: object) -> tuple[str, ...]:
    return _names(value)[:RECENT_LIMIT]


def _keys(value: object) -> dict[str, tuple[str, ...]]:
    """Take the keys of commands: a list of texts for each."""
    if not isinstance(value, dict):
        return {}
    return {name: _names(keys) for name, keys in value.items() if isinstance(keys, list)}


@dataclass(frozen=True)
class Settings:
    """What a person may choose; the metadata of each field says which values it takes.

    A field with a ``group`` is a row of the settings dialog (texts ``setting.<name>`` and ``setting.<name>_about``;
    of its choices ``<words>_<choice>``, by default ``setting.<name>_<choice>``). ``only`` names another field and the
    value that it must have for this one to matter, ``later`` says that it counts from the next start, ``shown_in`` in
    which unit it is shown. ``take`` makes a value of what the file holds.

    Attributes
    ----------
    theme : str
        ``dark``, ``light`` or ``contrast``.
    language : str
        What is spoken: ``en``, ``zh_CN``, or ``system``.
    font_px : int
        Size of the text, in pixels.
    mouse : str
        The viewer that the mouse works like, or ``own``: then ``mouse_<part>`` says what each button does.
    automatic_ai : bool
        Whether answers are shown without being asked for.
    classify_ahead : bool
        Whether the image on screen is classified before its answer is asked for.
    heat_map_opacity : float
        0 (invisible) to 1.
    hanging : bool
        Whether a study that a hanging rule fits is laid out by it when it is opened.
    restore_session : bool
        Whether what was open when the window was closed is open again at the next start.
    identity_in_pictures : bool
        Whether pictures that leave the program (files, clipboard, drag) have the texts that tell who the patient is.
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
    mouse_asked : bool
        Whether the start page still asks what the mouse works like.
    window_places : mapping of str to str
        Where a further window stood, by the name of its screen.
    recent : tuple of str
        Files and folders opened last, newest first.
    keys : mapping of str to tuple of str
        The keys of commands that have others than the program's own.
    palette : tuple of str
        The commands that were chosen last by name, newest first.
    """

    theme: Literal["dark", "light", "contrast"] = _choice(
        "dark", "dark", "light", "contrast", group="look", words="command.theme"
    )
    language: Literal["system", "en", "zh_CN"] = _choice(
        "system", "system", *LANGUAGES, group="look", words="command.language"
    )
    font_px: int = _between(13, FONT_SMALLEST, FONT_LARGEST, group="look", shown_in="px")
    mouse: Literal["own", "weasis", "horos", "radiant", "ohif"] = _choice(
        MOUSE_OWN, "weasis", "horos", "radiant", "ohif", MOUSE_OWN, group="mouse"
    )
    mouse_left: str = _mouse("chosen", *_DRAGS)
    mouse_middle: str = _mouse("pan", *_DRAGS, "menu")
    mouse_right: str = _mouse("zoom", *_DRAGS, "menu")
    mouse_wheel: str = _mouse("scroll", *_TURNS)
    mouse_ctrl_left: str = _mouse("same", "same", *_DRAGS)
    mouse_ctrl_middle: str = _mouse("same", "same", *_DRAGS)
    mouse_ctrl_right: str = _mouse("same", "same", *_DRAGS)
    mouse_ctrl_wheel: str = _mouse("zoom", "same", *_TURNS)
    mouse_shift_left: str = _mouse("same", "same", *_DRAGS)
    mouse_shift_middle: str = _mouse("same", "same", *_DRAGS)
    mouse_shift_right: str = _mouse("same", "same", *_DRAGS)
    mouse_shift_wheel: str = _mouse("same", "same", *_TURNS)
    automatic_ai: bool = _switch("answers", default=False)
    classify_ahead: bool = _switch("answers", default=True)
    heat_map_opacity: float = _between(0.5, 0.1, 1.0, group="answers", shown_in="%")
    device: Literal["auto", "cpu", "cuda", "mps"] = _choice(
        "auto", "auto", "cpu", "cuda", "mps", group="answers", later=True
    )
    hanging: bool = _switch("files", default=True)
    restore_session: bool = _switch("files", default=False)
    identity_in_pictures: bool = _switch("files", default=False)
    reader_processes: int = _between(0, 0, 16, group="files", later=True)
    reader_seconds: float = _between(10.0, 2, 300, group="files", shown_in="s", later=True)
    reader_megabytes: int = _between(2048, 512, 32768, group="files", shown_in="MB", later=True)
    cache_share: float = _between(0.25, 0.02, 0.6, group="files", shown_in="%", later=True)
    browser_shown: bool = True
    mouse_asked: bool = True
    window_places: Mapping[str, str] = field(default_factory=dict, metadata={"take": _texts})
    recent: tuple[str, ...] = field(default=(), metadata={"take": _recent})
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict, metadata={"take": _keys})
    palette: tuple[str, ...] = field(default=(), metadata={"take": _recent})

    def opened(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return the recent paths after `paths` were opened."""
        return tuple(dict.fromkeys((*paths, *self.recent)))[:RECENT_LIMIT]


def choices_of(name: str) -> tuple[str, ...]:
    """Return the values that the setting `name` may have."""
    declared = next(f for f in fields(Settings) if f.name == name)
    return tuple(declared.metadata["choices"])


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
        value, take = document.get(declared.name), declared.metadata.get("take")
        if take is not None:
            taken[declared.name] = take(value)
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
    return True
