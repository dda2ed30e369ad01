"""The order in which the slices of a display set are scrolled, and what a reader must know about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from medapp.i18n import listed
from medapp.imaging.slices import Slice, Vector, dot, levels, normal_of, places
from medapp.imaging.study import Note

TILT_DEGREES = 0.5
_TOLD = 5
_UNEQUAL = 0.05
"""How far a distance between slices may be from the usual one, as a part of it, before it is told."""


def in_order(slices: Sequence[Slice]) -> list[Slice]:
    """Sort the slices of a display set.

    Parameters
    ----------
    slices : sequence of Slice

    Returns
    -------
    list of Slice
        By position along the normal where all have one, are parallel and differ; else by number. Ties go by number,
        time, name and key, so that the order is always the same.

    Notes
    -----
    PS3.3 C.7.6.2.1.1: Image Position and Orientation say where a slice is; Instance Number says nothing about it.
    """
    found = places(slices)
    if found is None:
        return sorted(slices, key=_by_number)
    level = levels(found)
    if len(set(level.values())) < 2:
        return sorted(slices, key=_by_number)
    pairs = sorted(zip(slices, found, strict=True), key=lambda pair: (level[pair[1]], *_by_number(pair[0])))
    return [one for one, _ in pairs]


def _by_number(one: Slice) -> tuple[float, str, str, int]:
    return one.number, one.acquired, one.name, one.key


def notes_on(slices: Sequence[Slice]) -> tuple[Note, ...]:
    """Tell what is odd about a display set whose `slices` are in order: gaps, steps, tilt, doubles.

    Examples
    --------
    >>> from medapp.imaging.study import Geometry
    >>> across = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    >>> stack = [Slice(z, geometry=Geometry(position=(0, 0, z), orientation=across)) for z in (0, 5, 10, 20, 25)]
    >>> [note.code for note in notes_on(stack)]
    ['gap']
    """
    return (*_of_uids(slices), *_of_places(slices))


def _of_uids(slices: Sequence[Slice]) -> list[Note]:
    """Tell of images with one SOP Instance UID: the same header again, or another image."""
    counts = Counter(one.uid for one in slices if one.uid)
    if not counts or max(counts.values()) == 1:
        return []
    again: Counter[bool] = Counter()
    first: dict[str, Slice] = {}
    for one in slices:
        if counts[one.uid] > 1:
            known = first.setdefault(one.uid, one)
            again[_is_alike(one, known)] += known is not one
    notes = [Note.of("duplicate_uids", count=again[True])] if again[True] else []
    return notes + ([Note.of("conflicting_uids", count=again[False])] if again[False] else [])


def _is_alike(one: Slice, other: Slice) -> bool:
    return (one.size, one.number, one.acquired, one.geometry, one.traits) == (
        other.size,
        other.number,
        other.acquired,
        other.geometry,
        other.traits,
    )


def _of_places(slices: Sequence[Slice]) -> list[Note]:
    if len(slices) < 2:
        return []
    found = places(slices)
    if found is None:
        return [Note.of("no_positions")] if any(s.geometry.position is not None for s in slices) else []
    level = levels(found)
    distinct = list({n: place for place, n in sorted(level.items(), reverse=True)}.values())[::-1]
    if len(distinct) < 2:
        return []
    notes = [Note.of("duplicate_positions", count=len(slices) - len(distinct))] if len(distinct) < len(slices) else []
    return notes + _of_steps(distinct) + _of_tilt(slices, found)


def _of_steps(distinct: Sequence[float]) -> list[Note]:
    """Tell of missing slices and of steps that differ."""
    steps = [after - before for before, after in pairwise(distinct)]
    usual = median(steps) if len(steps) > 2 else min(steps)
    missing = {n: round(step / usual) - 1 for n, step in enumerate(steps) if _is_gap(step, usual)}
    notes = []
    if missing:
        where = [f"{n + 1}–{n + 2}" for n in missing]
        told = listed(where[:_TOLD]) + (" …" if len(where) > _TOLD else "")
        notes.append(Note.of("gap", missing=sum(missing.values()), after=told, step_mm=round(usual, 2)))
    others = [step for n, step in enumerate(steps) if n not in missing]
    if others and max(abs(step - usual) for step in others) > max(_UNEQUAL * usual, 0.02):
        notes.append(Note.of("unequal_steps", smallest=round(min(others), 2), largest=round(max(others), 2)))
    return notes


def _is_gap(step: float, usual: float) -> bool:
    """Whether a step is a whole number of usual ones."""
    ratio = step / usual
    return ratio > 1.5 and abs(ratio - round(ratio)) < 0.1


def _of_tilt(slices: Sequence[Slice], found: Sequence[float]) -> list[Note]:
    degrees = tilt_degrees(slices, found)
    return [Note.of("tilt", degrees=round(degrees, 1))] if degrees > TILT_DEGREES else []


def tilt_degrees(slices: Sequence[Slice], found: Sequence[float]) -> float:
    """Return the angle between the normal of the slices and the way from the first position to the last.

    Parameters
    ----------
    slices : sequence of Slice
    found : sequence of float
        Their places along the normal, millimetres.

    Returns
    -------
    float
        Degrees; 0 where the slices are stacked at right angles. A gantry's tilt shows as such a shear.
    """
    low, high = found.index(min(found)), found.index(max(found))
    normal = normal_of(slices[0].geometry)
    way = _between(slices[low], slices[high])
    length = math.sqrt(dot(way, way)) if way else 0.0
    if normal is None or not length or way is None:
        return 0.0
    return math.degrees(math.acos(min(1.0, abs(dot(normal, way)) / length)))


def _between(low: Slice, high: Slice) -> Vector | None:
    a, b = low.geometry.position, high.geometry.position
    return None if a is None or b is None else (b[0] - a[0], b[1] - a[1], b[2] - a[2])


def missing_numbers(numbers: Sequence[float]) -> list[int]:
    """Return the Instance Numbers that are absent between the first and the last; nothing where most are.

    A series that is numbered in steps (2, 4, 6 …) has its own step.
    """
    present = sorted({int(n) for n in numbers if math.isfinite(n)})
    if len(present) < 3:
        return []
    step = math.gcd(*(b - a for a, b in pairwise(present)))
    wanted = range(present[0], present[-1] + 1, step)
    if len(wanted) > 2 * len(present):
        return []
    known = set(present)
    return [n for n in wanted if n not in known]
