"""What goes with the classes beside the picture: size, depth, device, site and date, counted by patient."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from medapp.training.cases.survey import Seen
from medapp.training.figures.intervals import Estimate, wilson
from medapp.training.figures.ranking import auc

FEWEST = 5
"""Patients under which a value is counted among the others."""
MOST_VALUES = 12
OTHER = ""
_LEVEL = 0.05


@dataclass(frozen=True)
class Confounding:
    """How a property goes with one class.

    Attributes
    ----------
    by : str
        ``size``, ``depth``, ``device``, ``site`` or ``date``.
    label : str
        The class, against the rest.
    value : str
        The value that is more frequent there, ``224×224`` for a size; empty for a date.
    difference : Estimate
        Share of the class' patients who have it less that of the others; for a date, the area under the ROC curve of
        the date. The interval holds for all that was looked at together (Bonferroni).
    with_it, without : float
        The two shares.
    table : mapping of str to mapping of str to int
        Patients of each class by value, for a date by year.
    """

    by: str
    label: str
    value: str
    difference: Estimate
    with_it: float
    without: float
    table: Mapping[str, Mapping[str, int]]

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no doubt that there is a difference."""
        middle = 0.5 if self.by == "date" else 0.0
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and not low <= middle <= high

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "by": self.by,
            "label": self.label,
            "value": self.value,
            "difference": self.difference.to_json(),
            "table": {value: dict(counts) for value, counts in self.table.items()},
        }


def confounders(seen: Sequence[Seen], classes: Sequence[str]) -> tuple[Confounding, ...]:
    """Return, for each property that differs within the cases, the class and value that go together most.

    Parameters
    ----------
    seen : sequence of Seen
        The cases. A patient counts once for each class that he has pictures of.
    classes : sequence of str
        Classes, or labels that may occur together.

    Notes
    -----
    Difference of two shares with Newcombe's interval (Stat Med 1998, method 10), the area of the date by DeLong's
    components; the level is divided by the number of properties, values and classes that are compared.
    """
    tables = {by: table for by, of in _PROPERTIES.items() if len(table := _table(seen, classes, of)) > 1}
    dated = [one for one in seen if one.traits.date]
    looks = sum(len(table) * len(classes) for table in tables.values()) + (len(classes) if dated else 0)
    quantile = NormalDist().inv_cdf(1 - _LEVEL / (2 * max(1, looks)))
    found = [_most_telling(by, table, classes, quantile) for by, table in tables.items()]
    return (*found, *_dates(dated, classes, quantile))


def _size(one: Seen) -> str:
    return f"{one.columns}×{one.rows}"


def _depth(one: Seen) -> str:
    return str(one.sketch.bits) if one.sketch else ""


_PROPERTIES: Mapping[str, Callable[[Seen], str]] = {
    "size": _size,
    "depth": _depth,
    "device": lambda one: one.traits.maker,
    "site": lambda one: one.traits.site,
}


def _table(seen: Sequence[Seen], classes: Sequence[str], value_of: Callable[[Seen], str]) -> dict[str, dict[str, int]]:
    """Count the patients of each class by value; what few have, and what is not known, counts as another value."""
    values: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in seen:
        for name in one.case.shows:
            values[name, one.case.patient][value_of(one)] += 1
    usual = {key: counts.most_common(1)[0][0] for key, counts in values.items()}
    often = [v for v, n in Counter(usual.values()).most_common(MOST_VALUES) if n >= FEWEST and v]
    table: dict[str, dict[str, int]] = {value: dict.fromkeys(classes, 0) for value in [*often, OTHER]}
    for (name, _), value in usual.items():
        table[value if value in often else OTHER][name] += 1
    return {value: counts for value, counts in table.items() if any(counts.values())}


def _most_telling(
    by: str, table: Mapping[str, Mapping[str, int]], classes: Sequence[str], quantile: float
) -> Confounding:
    totals = {name: sum(counts[name] for counts in table.values()) for name in classes}
    everyone = sum(totals.values())
    looks = []
    for value, counts in table.items():
        for name in (name for name in classes if 0 < totals[name] < everyone and value != OTHER):
            rest = sum(counts.values()) - counts[name]
            difference = newcombe(counts[name], totals[name], rest, everyone - totals[name], quantile)
            shares = (counts[name] / totals[name], rest / (everyone - totals[name]))
            looks.append(Confounding(by, name, value, difference, *shares, table))
    nothing = Confounding(by, "", "", Estimate(0.0), 0.0, 0.0, table)
    return max(looks, key=lambda one: one.difference.low or -1.0, default=nothing)


def newcombe(first: int, of_first: int, second: int, of_second: int, quantile: float) -> Estimate:
    """Return the difference of two shares with Newcombe's interval.

    Parameters
    ----------
    first, of_first, second, of_second : int
        Counts, and what they are out of; at least 1.
    quantile : float
        Normal quantile: 1.96 for 95 %.

    Examples
    --------
    >>> found = newcombe(56, 70, 48, 80, 1.959964)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)
    """
    one, other = first / of_first, second / of_second
    (low1, high1), (low2, high2) = wilson(first, of_first, quantile), wilson(second, of_second, quantile)
    low = one - other - math.hypot(one - low1, high2 - other)
    high = one - other + math.hypot(high1 - one, other - low2)
    return Estimate(one - other, low, high, of_first + of_second)


def _dates(dated: Sequence[Seen], classes: Sequence[str], quantile: float) -> Iterator[Confounding]:
    """Tell which class is the later one."""
    days = np.array([float(one.traits.date) for one in dated])
    if len(np.unique(days)) < 2:
        return
    _, owners = np.unique([one.case.patient for one in dated], return_inverse=True)
    table = _table(dated, classes, lambda one: one.traits.date[:4])
    looks = []
    for name in classes:
        area = auc(days, np.array([name in one.case.shows for one in dated]), owners.astype(np.int64))
        if area is not None and area.low is not None and area.high is not None:
            wider = quantile / NormalDist().inv_cdf(0.975)
            low, high = area.value - wider * (area.value - area.low), area.value + wider * (area.high - area.value)
            looks.append(Confounding("date", name, "", Estimate(area.value, low, high, area.n), 0.0, 0.0, table))
    if looks:
        yield max(looks, key=lambda one: one.difference.low or 0.0)
