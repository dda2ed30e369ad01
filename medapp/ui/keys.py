"""Which keys a command has: the program's own, or those that a person chose. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QKeySequence

from medapp.ui.command import Command
from medapp.ui.commands import COMMANDS

Chosen = Mapping[str, tuple[str, ...]]
PRESETS = "presets"
"""Holds the digits: the windows of the image on screen, and in label mode with Shift."""
PRESET_KEYS = frozenset(f"{shift}{digit}" for shift in ("", "Shift+") for digit in range(10))


def keys_of(command: Command, chosen: Chosen) -> tuple[str, ...]:
    """Return the keys of a command, the first of which is shown."""
    return chosen.get(command.id, command.shortcuts)


def standard_text(key: str) -> str:
    """Return a key as it is kept (``Ctrl+Shift+P``); nothing where Qt knows no such key."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown_text(key: str) -> str:
    """Return a key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def holders(key: str, command: Command, chosen: Chosen) -> tuple[str, ...]:
    """Return the ids of the other commands that have `key` (or `PRESETS`) and would fight over it with `command`.

    Commands that share a key from the start can never be given at the same time, and may go on sharing it.
    """
    wanted = standard_text(key)
    others = (c for c in COMMANDS if c.id != command.id and _has(wanted, keys_of(c, chosen)))
    fighting = tuple(c.id for c in others if not (_has(wanted, c.shortcuts) and _has(wanted, command.shortcuts)))
    is_preset = wanted in PRESET_KEYS and not _has(wanted, command.shortcuts)
    return (*fighting, PRESETS) if is_preset else fighting


def with_keys(chosen: Chosen, command: Command, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return `chosen` after `command` was given `keys`; what the program has itself is not kept."""
    told = tuple(dict.fromkeys(text for text in map(standard_text, keys) if text))
    rest = {name: held for name, held in chosen.items() if name != command.id}
    own = tuple(standard_text(key) for key in command.shortcuts)
    return rest if told == own else {**rest, command.id: told}


def taken_from_others(chosen: Chosen, command: Command, key: str) -> dict[str, tuple[str, ...]]:
    """Return `chosen` after `key` went to `command` from all that would fight over it."""
    taken, wanted = dict(chosen), standard_text(key)
    for other in (c for c in COMMANDS if c.id in holders(key, command, chosen)):
        left = [held for held in keys_of(other, taken) if standard_text(held) != wanted]
        taken = with_keys(taken, other, left)
    return with_keys(taken, command, (*keys_of(command, taken), key))


def _has(key: str, keys: Sequence[str]) -> bool:
    return key in map(standard_text, keys)
