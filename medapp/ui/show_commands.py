"""The commands that show an image otherwise, or take it out of the program; `show_desk` has their handlers."""

from __future__ import annotations

from medapp.ui.command import Command
from medapp.ui.key_marks import is_marked, ordered_places
from medapp.ui.state import Page, State


def has_picture(state: State) -> bool:
    """Whether there is an image on the screen of the reading page."""
    return state.page is Page.READING and state.picture is not None


def _study_has_key_images(state: State) -> bool:
    if not _has_key_images(state) or state.picture is None:
        return False
    return bool(ordered_places(state.picture.study, state.key_images))


def _has_key_images(state: State) -> bool:
    return state.page is Page.READING and bool(state.key_images.places)


def _not_blinded(state: State) -> bool:
    """Whether a header may be looked at: in label mode it would tell what the reader is not to know."""
    return has_picture(state) and state.labelling is None


FILE_OUT_COMMANDS: tuple[Command, ...] = (
    Command("export", "file", ("Ctrl+E",), enabled=has_picture),
    Command("export_key_images", "file", enabled=_study_has_key_images),
    Command("copy_image", "file", ("Ctrl+C",), enabled=has_picture),
)
SIZE_COMMANDS: tuple[Command, ...] = (
    Command("one_to_one", "image", ("Ctrl+0",), enabled=has_picture),
    Command("true_size", "image", ("Ctrl+9",), enabled=has_picture),
)
KEY_IMAGE_COMMANDS: tuple[Command, ...] = (
    Command(
        "key_image",
        "series",
        ("K",),
        checked=lambda s: is_marked(s.picture, s.key_images),
        enabled=has_picture,
        starts_section=True,
    ),
    Command("key_image_next", "series", ("Shift+PgDown",), enabled=_has_key_images),
    Command("key_image_previous", "series", ("Shift+PgUp",), enabled=_has_key_images),
    Command("key_images_alone", "series", ("Shift+K",), checked=lambda s: s.key_images.alone, enabled=_has_key_images),
)
INSPECT_COMMANDS: tuple[Command, ...] = (
    Command("header", "view", ("Ctrl+H",), enabled=_not_blinded, starts_section=True),
    Command("histogram", "view", ("Ctrl+G",), enabled=has_picture),
)
SCREEN_COMMANDS: tuple[Command, ...] = (
    Command("test_pattern", "help", starts_section=True),
    Command("measure_screen", "help"),
)
