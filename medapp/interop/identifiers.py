"""New UIDs, and which series of a study the results of one run stand in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

IMPLEMENTATION = "2.25.302719043582094156231804752914870251763"
"""Implementation Class UID of medapp (PS3.7 D.3.3.2)."""
SERIES_NUMBERS = {"sr": 9901, "sc": 9902, "ko": 9903}
"""Far from the numbers that scanners give."""


def new_uid() -> str:
    """Return a UID that nobody has given before (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"


def lasting_uid(*parts: str) -> str:
    """Return the UID that always stands for these parts, e.g. a program and its version."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join((IMPLEMENTATION, *parts))).int}"


@dataclass(frozen=True)
class Place:
    """Where a new object stands: its series, that one's number, and its own number there."""

    series_uid: str
    series_number: int
    instance_number: int
    sop_instance_uid: str


@dataclass(eq=False)
class SeriesOfRun:
    """Gives the objects of one run their places: one new series for each study and kind."""

    _series: dict[tuple[str, ...], str] = field(default_factory=dict)
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    def place(self, kind: str, study_uid: str, *same: str) -> Place:
        """Return the place of the next object of `kind` in a study; `same` is what a series may hold one value of."""
        key = (kind, study_uid, *same)
        self._series.setdefault(key, new_uid())
        self._numbers[key] = self._numbers.get(key, 0) + 1
        return Place(self._series[key], SERIES_NUMBERS[kind], self._numbers[key], new_uid())
