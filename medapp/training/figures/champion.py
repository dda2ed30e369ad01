"""Champion against challenger on the same sealed patients: the verdict against a margin that was set beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.training.figures import comparison
from medapp.training.figures.comparison import Paired, Verdict
from medapp.training.figures.evaluate import Answers, area_of
from medapp.training.figures.intervals import Z95, Estimate
from medapp.training.figures.power import POWER_QUANTILE

MARGIN, WIDEST_MARGIN = 0.02, 0.5
FIGURES = ("auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity")


@dataclass(frozen=True)
class Flip:
    """A case that the two answer differently.

    Attributes
    ----------
    case : str
        Its name below the folder of cases.
    truth, champion, challenger : str
        The right class, and what either says.
    """

    case: str
    truth: str
    champion: str
    challenger: str

    @property
    def kind(self) -> Literal["gained", "lost", "other"]:
        """Whether the challenger is right instead, the champion was, or neither is."""
        if self.truth == self.challenger:
            return "gained"
        return "lost" if self.truth == self.champion else "other"


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the sealed patients say of two models.

    Attributes
    ----------
    margin : float
        How much area under the ROC curve may be lost and the challenger still counts as not worse; set before
        anything was read.
    champion, challenger : Estimate
        Area under the ROC curve of either (macro average for more than two classes) on the cases that both answered.
    difference : Estimate
        Challenger minus champion, paired, by patient.
    verdict : {"better", "not_worse", "worse", "cannot_tell"}
        See `comparison.verdict`.
    detectable : float
        The smallest true difference that four of five such tests would show.
    paired : Paired
        The other differences.
    flips : tuple of Flip
        The cases answered differently.
    cases, patients : int
        What both answered.
    refused : dict of str to int
        Cases that ``champion``, ``challenger`` or ``either`` refused; they are left out.
    """

    margin: float
    champion: Estimate
    challenger: Estimate
    difference: Estimate
    verdict: Verdict
    detectable: float
    paired: Paired
    flips: tuple[Flip, ...]
    cases: int
    patients: int
    refused: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """How many cases are gained, lost, or wrong in another way."""
        return {kind: sum(flip.kind == kind for flip in self.flips) for kind in ("gained", "lost", "other")}

    def sentences(self) -> tuple[str, ...]:
        """Return the result in words: the verdict, what it rests on, what changes, and what it cannot show."""
        ends = {"low": _signed(self.difference.low), "high": _signed(self.difference.high)}
        areas = {"champion": f"{self.champion.value:.3f}", "challenger": f"{self.challenger.value:.3f}"}
        told = [
            tr(f"champion.verdict.{self.verdict}", margin=f"{self.margin:g}"),
            tr("champion.difference", value=_signed(self.difference.value), **ends, **areas),
            tr("champion.flips", **self.counts, cases=self.cases, patients=self.patients),
            tr("champion.detectable", value=f"{self.detectable:.3f}"),
        ]
        if self.refused["either"]:
            told.append(tr("champion.refused", **self.refused))
        return tuple(told)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values (part of ``schemas/comparison.json``)."""
        return {
            "margin": self.margin,
            "verdict": self.verdict,
            "text": list(self.sentences()),
            "champion": self.champion.to_json(),
            "challenger": self.challenger.to_json(),
            "difference": self.difference.to_json(),
            "detectable": round(self.detectable, 6),
            "differences": {name: self.paired.to_json()[name] for name in FIGURES},
            "mended_patients": self.paired.mended_patients,
            "spoilt_patients": self.paired.spoilt_patients,
            "flips_p": round(self.paired.flips_p, 6),
            "cases": self.cases,
            "patients": self.patients,
            "refused": dict(self.refused),
            "flips": {**self.counts, "cases": [{**flip.__dict__, "kind": flip.kind} for flip in self.flips]},
        }


def judge_challenger(
    champion: Answers, challenger: Answers, names: Sequence[str], margin: float = MARGIN
) -> Comparison:
    """Compare what two models say about the same cases.

    Parameters
    ----------
    champion, challenger : Answers
        Their answers, in the same order and with the same order of classes.
    names : sequence of str, length n
        What to call each case.
    margin : float
        In area under the ROC curve, above 0 and up to 0.5; set beforehand.

    Raises
    ------
    MedappError
        ``champion.margin`` for no margin, ``champion.nothing_answered`` where one or the other refused every case,
        ``champion.one_class`` where the cases that are left are all of one class.

    Notes
    -----
    Only cases that both answer can be paired; how many were refused is told. The statistics are `comparison`'s; the
    interval of two models that rank all cases alike, which would have no width, is that of their areas (MOVER).
    """
    check_margin(margin)
    both = ~champion.refused & ~challenger.refused
    if not both.any():
        raise MedappError("champion.nothing_answered")
    first, second = champion.only(both), challenger.only(both)
    paired = comparison.compare(first, second)
    areas = area_of(first), area_of(second)
    if paired.auc is None or areas[0] is None or areas[1] is None:
        raise MedappError("champion.one_class")
    difference = _with_width(paired.auc, areas[0], areas[1])
    refused = {"champion": champion.refused, "challenger": challenger.refused, "either": ~both}
    return Comparison(
        margin,
        areas[0],
        areas[1],
        difference,
        comparison.verdict(difference, margin),
        _detectable(difference),
        paired,
        _flips(first, second, [name for name, kept in zip(names, both, strict=True) if kept]),
        len(first.truth),
        len(np.unique(first.patients)),
        {side: int(cases.sum()) for side, cases in refused.items()},
    )


def check_margin(margin: float) -> None:
    """Raise ``champion.margin`` for what is no margin."""
    if not 0 < margin <= WIDEST_MARGIN:
        raise MedappError("champion.margin", most=WIDEST_MARGIN)


def _with_width(difference: Estimate, first: Estimate, second: Estimate) -> Estimate:
    """Return the difference with an interval that claims no certainty where all cases are ranked alike."""
    if difference.low != difference.high:
        return difference
    below = math.hypot(second.value - (second.low or 0.0), _high(first) - first.value)
    above = math.hypot(_high(second) - second.value, first.value - (first.low or 0.0))
    value = difference.value
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above), difference.n)


def _high(estimate: Estimate) -> float:
    return 1.0 if estimate.high is None else estimate.high


def _detectable(difference: Estimate) -> float:
    low, high = difference.low, difference.high
    width = 2.0 if low is None or high is None else high - low
    return min(1.0, (Z95 + POWER_QUANTILE) * width / (2 * Z95))


def _flips(champion: Answers, challenger: Answers, names: Sequence[str]) -> tuple[Flip, ...]:
    classes = champion.classes
    rows = zip(names, champion.truth, champion.given(), challenger.given(), strict=True)
    return tuple(Flip(name, classes[t], classes[a], classes[b]) for name, t, a, b in rows if a != b)


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
