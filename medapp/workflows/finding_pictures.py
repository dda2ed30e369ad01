"""Small pictures of the cases that show a finding, in the shape and the grey levels that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.render import render_frame
from medapp.errors import MedappError
from medapp.imaging.automatic_window import automatic_window
from medapp.jobs import Job, Partial
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.survey import ReadsFrames

PICTURE_PX = 112


@dataclass(frozen=True, eq=False)
class CasePicture:
    """A case: its name, its class, and its picture, at most 112 pixels wide and high; None where it cannot be read."""

    name: str
    label: str
    pixels: NDArray[np.uint8] | None


def case_pictures(listing: CaseFolder, names: Sequence[str], readers: ReadsFrames) -> Job[tuple[CasePicture, ...]]:
    """Read the pictures of some cases; yields those that are there so far.

    Parameters
    ----------
    listing : CaseFolder
        Where they are.
    names : sequence of str
        Names below the folder of cases, or paths; they need not be cases: a table may leave images out.
    readers : Readers
        The reader pool.
    """
    known = {name: case for case in listing.cases for name in (case.source, case.name)}
    read: list[CasePicture] = []
    for name in names:
        case = known.get(name)
        shown = PurePath(name).name
        pixels = _picture(str(listing.root / name) if case is None else case.source, readers)
        read.append(CasePicture(shown, "" if case is None else case.label, pixels))
        yield Partial(tuple(read))
    return tuple(read)


def _picture(source: str, readers: ReadsFrames) -> NDArray[np.uint8] | None:
    try:
        frame = readers.frame(source, 0)
    except MedappError:
        return None  # the file is gone meanwhile; the next check tells
    return _small(render_frame(frame, None if frame.is_colour else automatic_window(frame)))


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = PICTURE_PX / max(picture.shape[:2])
    size = max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share))
    way = cv2.INTER_AREA if share < 1 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), size, interpolation=way), np.uint8)
