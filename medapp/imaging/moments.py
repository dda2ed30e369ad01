"""Dates and times of DICOM as moments (PS3.5 6.2: DA, TM, DT); offsets from UTC are left out."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from medapp.imaging.attributes import text

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d{1,6}(?:\.\d{1,6})?)?(?:[+-]\d{4})?")
_CLOCK = re.compile(r"(\d\d)(\d\d)?(\d\d)?(\.\d{1,6})?")


def parse_moment(written: str) -> datetime | None:
    """Return the moment of a DT value, or of a DA and a TM value joined; None where it is malformed.

    Examples
    --------
    >>> parse_moment("20240229130501.5")
    datetime.datetime(2024, 2, 29, 13, 5, 1, 500000)
    """
    match = _MOMENT.fullmatch(written.strip())
    if match is None:
        return None
    clock = parse_clock(match[4] or "00")
    try:
        day = datetime(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return None if clock is None else datetime.combine(day, clock)


def parse_clock(written: str) -> time | None:
    """Return the time of day of a TM value; None where it is malformed."""
    match = _CLOCK.fullmatch(written.replace(":", "").strip())
    if match is None:
        return None
    try:
        whole = time(int(match[1]), int(match[2] or 0), min(int(match[3] or 0), 59))
    except ValueError:
        return None
    fraction = timedelta(seconds=float(match[4] or 0))
    return whole.replace(microsecond=min(round(fraction.total_seconds() * 1e6), 999_999))


def moment_of(dataset: Dataset, date: str, clock: str = "") -> datetime | None:
    """Return the moment of the attribute `date` (a DT, or a DA with the TM `clock`); None where it is not said."""
    written = text(dataset, date) + (text(dataset, clock) if clock else "")
    if clock and not text(dataset, clock):
        return None
    return parse_moment(written)
