"""Which windows an image can be shown with, and which one a choice means."""

from __future__ import annotations

from dataclasses import dataclass, replace

from medapp.display.hanging import Hung
from medapp.i18n import tr
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window
from medapp.imaging.voi import Voi, default_window, known_window, presets_for, windows_of
from medapp.ui.cell_state import Cell, Picture, VoiChoice
from medapp.ui.state import State

LAST_DIGIT = 9


@dataclass(frozen=True)
class Offer:
    """A window that can be chosen: its text, the key that chooses it (or empty), and the choice."""

    text: str
    shortcut: str
    choice: VoiChoice


def voi_shown(cell: State | Cell) -> Voi | None:
    """Return the window or table that the picture of a cell, or of the active one, is shown with; None for colour."""
    picture = cell.picture
    if picture is None or picture.frame.is_colour:
        return None
    choice = cell.voi.get(picture.place.series, VoiChoice())
    if choice.window is not None:
        return choice.window
    of_file = _of_file(picture.shown)
    if choice.number < len(of_file):
        return of_file[choice.number]
    return default_for(picture)


def default_for(picture: Picture) -> Voi:
    """Return the window of a picture whose file has none; its automatic window is known already."""
    frame = picture.shown
    if _of_file(frame):
        return _of_file(frame)[0]
    return known_window(frame) or picture.automatic or default_window(frame)


def choice_when_first_shown(picture: Picture) -> VoiChoice:
    """Return the choice for a series of which `picture` is the first on screen.

    Without a window in the files, one window holds for the stack: chosen anew for each image it would
    flicker. Until that of the whole stack is known it is the first image's. Pictures without a header have
    nothing in common, and keep their own.
    """
    frame = picture.shown
    if frame.is_colour or _of_file(frame) or frame.modality == "PICTURE":
        return VoiChoice()
    if (known := known_window(frame)) is not None:
        return VoiChoice("fixed", window=known)
    return VoiChoice("series", window=picture.automatic)


def hung_choice(hung: Hung | None, series: str) -> VoiChoice | None:
    """Return the window that a rule has hung a series with; None where none has."""
    if hung is None or hung.series != series or hung.window is None:
        return None
    return VoiChoice("fixed", window=hung.window)


def offers_for(picture: Picture | None, *, shifted: bool = False) -> tuple[Offer, ...]:
    """Return what can be chosen for a picture: automatic (0), the file's (1 the first), presets (2 to 9).

    `shifted`: with Shift, for the digits alone mean classes.
    """
    offers = _offers(picture)
    return (
        tuple(replace(o, shortcut=f"Shift+{o.shortcut}" if o.shortcut else "") for o in offers) if shifted else offers
    )


def _offers(picture: Picture | None) -> tuple[Offer, ...]:
    if picture is None or picture.frame.is_colour:
        return ()
    frame = picture.shown
    automatic = VoiChoice("automatic", window=picture.automatic)
    offers = [Offer(tr("ui.voi_automatic"), "0", automatic)]
    for number, voi in enumerate(_of_file(frame)):
        offers.append(Offer(_file_text(voi, number), "1" if number == 0 else "", VoiChoice("file", number)))
    if len(offers) == 1:
        default = default_for(picture)
        window = default if isinstance(default, Window) else None
        offers.append(Offer(tr("ui.voi_default"), "1", VoiChoice("fixed", window=window)))
    for digit, preset in enumerate(presets_for(frame.modality), start=2):
        text = tr(
            "ui.voi_preset", name=tr(f"preset.{preset.name}"), width=f"{preset.width:g}", center=f"{preset.center:g}"
        )
        offers.append(Offer(text, str(digit) if digit <= LAST_DIGIT else "", VoiChoice("fixed", window=preset)))
    return tuple(offers)


def _of_file(frame: Frame) -> tuple[Voi, ...]:
    return (*windows_of(frame), *frame.voi_luts)


def _file_text(voi: Voi, number: int) -> str:
    name = voi.name or str(number + 1)
    return tr("ui.voi_table", name=name) if isinstance(voi, Lut) else tr("ui.voi_file", name=name)
