"""Parts of the cases for learning, always by patient, each with every class where there are patients enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.truth import fewest_patients, is_several, strata

Ints = NDArray[np.int64]


def fold_numbers(patients: Ints, truth: Ints, folds: int, seed: int) -> Ints:
    """Return the number of the fold, 0 to ``folds - 1``, of each case.

    Parameters
    ----------
    patients : ndarray of int, shape (n,)
        Patient of each case.
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of each.
    folds : int
        How many folds.
    seed : int
        Decides who goes where.

    Notes
    -----
    The patients of each class are shuffled and dealt in turn, so a class with at least `folds`
    patients is in every fold. A patient with several classes counts for the first, one with several labels for the
    rarest of them.
    """
    dealt = _deal(patients, truth, seed)
    return np.array([dealt[int(patient)] % folds for patient in patients], np.int64)


def shares(patients: Ints, truth: Ints, parts: Sequence[float], seed: int) -> Ints:
    """Return the number of the part of each case; part k has about the share ``parts[k]`` of each class' patients."""
    dealt = _deal(patients, truth, seed)
    of_class = _class_of(patients, strata(truth, patients))
    sizes = np.bincount([of_class[patient] for patient in dealt])
    ends = np.cumsum(parts)
    places = np.array([(dealt[int(p)] + 0.5) / sizes[of_class[int(p)]] for p in patients])
    return np.minimum(np.searchsorted(ends, places, "left"), len(parts) - 1).astype(np.int64)


def fold_count(patients: Ints, truth: Ints, wanted: int) -> int:
    """Return how many folds are possible with every class in each: at most `wanted`.

    Of several labels at least two, for one that a fold lacks is not measured there.
    """
    if is_several(truth):
        return max(2, min(wanted, fewest_patients(truth, patients)))
    of_class = _class_of(patients, truth)
    return int(min(wanted, np.bincount(list(of_class.values())).min()))


def _class_of(patients: Ints, truth: Ints) -> dict[int, int]:
    found: dict[int, int] = {}
    for patient, label in zip(patients.tolist(), truth.tolist(), strict=True):
        found[patient] = min(label, found.get(patient, label))
    return found


def _deal(patients: Ints, truth: Ints, seed: int) -> dict[int, int]:
    """Return each patient's place in the shuffled row of its class."""
    rows: dict[int, list[int]] = defaultdict(list)
    for patient, label in _class_of(patients, strata(truth, patients)).items():
        rows[label].append(patient)
    generator = np.random.default_rng(seed)
    dealt: dict[int, int] = {}
    for _, row in sorted(rows.items()):
        shuffled = generator.permutation(np.array(sorted(row), np.int64))
        dealt |= {int(patient): place for place, patient in enumerate(shuffled)}
    return dealt
