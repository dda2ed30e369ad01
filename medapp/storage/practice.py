"""Where the tutorial lives: folders of its own below the person's data, so that nothing of theirs is touched."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import replace

from medapp.files import read_json, write_json
from medapp.folders import DATA_VARIABLE, Folders, user_folders
from medapp.storage.settings import Settings, SettingsFile

log = logging.getLogger(__name__)
SCHEMA_VERSION = 1


def enter_practice(folders: Folders) -> Folders:
    """Make this process, and all that it starts, work in the folders of the tutorial; they look as the person chose.

    Parameters
    ----------
    folders : Folders
        The person's own.

    Returns
    -------
    Folders
        Those of the tutorial.
    """
    settings, _ = SettingsFile(folders.settings).load()
    os.environ[DATA_VARIABLE] = str(folders.data / "tutorial")
    practice = user_folders()
    SettingsFile(practice.settings).save(practice_settings(settings))
    return practice


def practice_settings(settings: Settings) -> Settings:
    """Return the person's settings without what is about their own images, and with answers on request only."""
    return replace(settings, recent=(), palette=(), restore_session=False, automatic_ai=False, mouse_asked=False)


class Progress:
    """Which lessons were done; a note that cannot be read is none, one that cannot be written is logged."""

    def __init__(self, folders: Folders) -> None:
        self._path = folders.data / "lessons.json"

    def read(self) -> tuple[str, ...]:
        """Return the lessons that were done."""
        try:
            document = read_json(self._path)
            return tuple(str(lesson) for lesson in document["done"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            log.warning("the note of the tutorial cannot be read")
            return ()

    def write(self, done: Iterable[str]) -> None:
        """Note which lessons were done."""
        try:
            write_json(self._path, {"schema_version": SCHEMA_VERSION, "done": list(done)})
        except OSError as error:
            log.warning("the note of the tutorial was not written: %s", type(error).__name__)
