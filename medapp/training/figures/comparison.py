"""Two models on the very same cases: differences by patient, cases flipped either way, and what a test can show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.training.figures import ranking
from medapp.training.figures.evaluate import Answers
from medapp.training.figures.intervals import Z95, Estimate
from medapp.training.figures.power import detectable_difference

Verdict: TypeAlias = Literal["better", "not_worse", "worse", "cannot_tell"]


@dataclass(frozen=True, eq=False)
class Paired:
    """What the second model does better than the first; negative: worse.

    Attributes
    ----------
    auc : Estimate or None
        Difference in area under the ROC curve (macro average for many classes); None where a class is absent.
    accuracy, balanced_accuracy, sensitivity, specificity : Estimate or None
        Differences in shares of cases named rightly; the last two for an alarm class.
    mended, spoilt : ndarray of int
        Positions of the cases that only the second, or only the first model names rightly.
    mended_patients, spoilt_patients : int
        Patients with more cases mended than spoilt, and the other way round.
    flips_p : float
        Exact two-sided p-value of those patients if either way were equally likely (McNemar's test by patient).
    detectable : float or None
        Smallest difference in area that four of five such tests would show.
    """

    auc: Estimate | None
    accuracy: Estimate | None
    balanced_accuracy: Estimate | None
    sensitivity: Estimate | None
    specificity: Estimate | None
    mended: NDArray[np.int64]
    spoilt: NDArray[np.int64]
    mended_patients: int
    spoilt_patients: int
    flips_p: float
    detectable: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON values; of the flipped cases their number."""
        names = ("auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity")
        differences = {name: getattr(self, name) for name in names}
        return {name: one.to_json() if one else None for name, one in differences.items()} | {
            "mended": len(self.mended),
            "spoilt": len(self.spoilt),
            "mended_patients": self.mended_patients,
            "spoilt_patients": self.spoilt_patients,
            "flips_p": round(self.flips_p, 6),
            "detectable": None if self.detectable is None else round(self.detectable, 6),
        }


def compare(first: Answers, second: Answers) -> Paired:
    """Compare two models on the same cases, patient by patient.

    Parameters
    ----------
    first, second : Answers
        Of the champion and of the challenger; the same classes, cases, truth and patients in the same order. Cases
        that either refuses are left out of both.

    Raises
    ------
    MedappError
        ``comparison.different`` where they are not about the same cases.

    Notes
    -----
    Area: DeLong's components by patient (Obuchowski, Biometrics 1997). Shares: Bonett and Price, J Educ Behav Stat
    2012, for paired proportions, its variance times the design effect of several cases a patient.
    """
    same = (
        first.classes == second.classes
        and np.array_equal(first.truth, second.truth)
        and np.array_equal(first.patients, second.patients)
    )
    if not same:
        raise MedappError("comparison.different")
    both = ~first.refused & ~second.refused
    positions = np.flatnonzero(both)
    first, second = first.only(both), second.only(both)
    truth, patients = first.truth, first.patients
    gain = (second.given() == truth).astype(np.int64) - (first.given() == truth).astype(np.int64)
    by_class = [_share_difference(gain[truth == k], patients[truth == k]) for k in range(len(first.classes))]
    alarm = first.alarm_index
    area = _area_difference(first, second)
    _, index = np.unique(patients, return_inverse=True)
    net = np.bincount(index, weights=gain) if len(gain) else np.zeros(0)
    mended, spoilt = int(np.sum(net > 0)), int(np.sum(net < 0))
    return Paired(
        area,
        _share_difference(gain, patients),
        _mean_difference([one for one in by_class if one]) if all(by_class) else None,
        None if alarm is None else by_class[alarm],
        None if alarm is None else by_class[1 - alarm],
        positions[gain > 0],
        positions[gain < 0],
        mended,
        spoilt,
        _exact_test(mended, spoilt),
        detectable_difference(area),
    )


def _exact_test(mended: int, spoilt: int) -> float:
    """Return McNemar's exact p-value: the larger count, or a larger one, of that many fair coins, on both sides."""
    n = mended + spoilt
    tail = sum(math.comb(n, k) for k in range(max(mended, spoilt), n + 1))
    p: float = 2 * tail / 2**n
    return min(1.0, p)


def verdict(difference: Estimate | None, margin: float) -> Verdict:
    """Say what a difference proves against a margin that was set beforehand.

    Parameters
    ----------
    difference : Estimate or None
        Challenger minus champion.
    margin : float
        What may be lost at most, above 0.

    Returns
    -------
    {"better", "not_worse", "worse", "cannot_tell"}
        Better: the whole interval lies above 0. Not worse: all of it above ``-margin``. Worse: all of it below 0.
        Where it lies between ``-margin`` and 0, it is both, and "not worse" is said: the loss is within the margin.
    """
    if difference is None or difference.low is None or difference.high is None:
        return "cannot_tell"
    if difference.low > 0:
        return "better"
    if difference.low > -margin:
        return "not_worse"
    return "worse" if difference.high < 0 else "cannot_tell"


def _area_difference(first: Answers, second: Answers) -> Estimate | None:
    alarm = first.alarm_index
    if alarm is None:
        return ranking.macro_auc_difference(second.probabilities, first.probabilities, first.truth, first.patients)
    scores = [one.probabilities[:, alarm] for one in (second, first)]
    return ranking.auc_difference(scores[0], scores[1], first.truth == alarm, first.patients)


def _share_difference(gain: NDArray[np.int64], patients: NDArray[np.int64]) -> Estimate | None:
    """Return the mean of gains (-1, 0 or 1) with an interval; one case more is counted for either side."""
    n = len(gain)
    if n == 0:
        return None
    mean = float(np.mean(gain))
    better, worse = ((float(np.sum(gain == sign)) + 1) / (n + 2) for sign in (1, -1))
    variance = (better + worse - (better - worse) ** 2) / (n + 2) * _design_effect(gain - mean, patients)
    centre, half = better - worse, Z95 * math.sqrt(variance)
    return Estimate(mean, max(-1.0, centre - half), min(1.0, centre + half), n)


def _design_effect(deviations: NDArray[np.floating], patients: NDArray[np.int64]) -> float:
    """Return how much the variance of a mean grows because cases of a patient are alike; at least 1."""
    _, index = np.unique(patients, return_inverse=True)
    alone = float(np.sum(deviations**2))
    clusters = int(index.max()) + 1
    if alone == 0:
        return len(deviations) / clusters
    return max(1.0, float(np.sum(np.bincount(index, weights=deviations) ** 2)) / alone)


def _mean_difference(parts: list[Estimate]) -> Estimate:
    """Return the mean of differences over classes; its interval as in `intervals.mean_of`."""
    value = float(np.mean([part.value for part in parts]))
    below = math.sqrt(sum((part.value - (part.low or 0.0)) ** 2 for part in parts)) / len(parts)
    above = math.sqrt(sum(((part.high or 0.0) - part.value) ** 2 for part in parts)) / len(parts)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above), sum(part.n for part in parts))
