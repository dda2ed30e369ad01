"""A look at a few of the cases before all of them are read: what decides how the network sees them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from statistics import median_high

from medapp.classify.preprocess import is_grey_picture
from medapp.errors import MedappError
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.survey import ReadsFrames

SAMPLE = 12


@dataclass(frozen=True)
class Glimpse:
    """What most of a few pictures are like.

    Attributes
    ----------
    colour : bool
        Whether most of them have colours.
    side : int
        The longer side of the middle one in pixels; 0 where none could be read.
    """

    colour: bool = False
    side: int = 0


def glimpse(folder: CaseFolder, readers: ReadsFrames) -> Glimpse:
    """Look at a few cases across the folder; unreadable ones do not count."""
    colours, sides = [], []
    for case in folder.cases[:: max(1, len(folder.cases) // SAMPLE)]:
        with suppress(MedappError):
            frame = readers.frame(case.source, 0)
            colours.append(not is_grey_picture(frame))
            sides.append(max(frame.stored.shape[:2]))
    return Glimpse(2 * sum(colours) > len(colours), median_high(sides) if sides else 0)
