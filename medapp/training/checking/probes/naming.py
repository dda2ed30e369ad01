"""Naming what tells the classes apart: which place, which property, which value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.training.checking.probes.looking import Question, look
from medapp.training.checking.probes.result import Aspect
from medapp.training.checking.probes.sight import Sight

NEAR = 0.05
"""Aspects are named whose area is that near to the best one's."""
FIRST = ("aspect", "size", "kind", "quality", "bits", "noise", "blocks", "sharpness", "bytes")
"""Of properties that tell equally well those come first that bring the others with them."""
EXPLAINS = {
    "size": {"aspect"},
    "bytes": {"aspect", "size", "kind", "quality", "bits", "noise", "blocks", "sharpness"},
    "blocks": {"quality"},
    "noise": {"aspect", "size", "quality"},
    "sharpness": {"aspect", "size", "quality"},
    "kind": set[str](),
}
"""By property those that explain it where they tell as well."""


def telling(sight: Sight, question: Question, looks: int) -> tuple[Aspect, ...]:
    """Return the aspects that tell the classes apart, the most telling first.

    Parameters
    ----------
    sight : Sight
        What a probe sees of the question's cases.
    question : Question
        What is told apart.
    looks : int
        How many looks the intervals hold for.
    """
    found = []
    for name in sight.names:
        seen = look(sight.only(name), question, looks)
        if seen is not None:
            found.append(Aspect(name, seen.area))
    best = max((one.area.value for one in found), default=0.0)
    near = [one for one in found if one.area.value >= best - NEAR]
    names = {one.name for one in near}
    kept = [one for one in near if not EXPLAINS.get(one.name, set()) & names]
    return tuple(sorted(kept, key=lambda one: (-round(one.area.value, 2), _rank(one.name))))


def _rank(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def with_value(aspect: Aspect, values: Sequence[str | float | None], positive: NDArray[np.bool_]) -> Aspect:
    """Tell the value of an attribute whose share differs most between the class and the rest; texts only."""
    if not any(isinstance(value, str) and value for value in values):
        return aspect
    there = Counter(str(value or "") for value, mark in zip(values, positive, strict=True) if mark)
    rest = Counter(str(value or "") for value, mark in zip(values, positive, strict=True) if not mark)
    shares = {
        value: (there[value] / max(1, there.total()), rest[value] / max(1, rest.total()))
        for value in sorted({*there, *rest} - {""})
    }
    value = max(shares, key=lambda one: abs(shares[one][0] - shares[one][1]))
    return replace(aspect, value=value, with_it=shares[value][0], without=shares[value][1])
