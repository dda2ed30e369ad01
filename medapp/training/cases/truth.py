"""What is true of cases, as an array: one class of several, or several labels of which some are not known.

An array of shape (n,) holds the index of each case's class. One of shape (n, labels) holds 1 where a label is there,
0 where it is not, and `UNKNOWN` where nobody said.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
UNKNOWN = -1


def is_several(truth: Ints) -> bool:
    """Tell whether the array is about labels that may occur together."""
    return truth.ndim == 2


def known(truth: Ints) -> Bools:
    """Return which entries are known, in the shape of `truth`."""
    there: Bools = truth != UNKNOWN
    return there


def strata(truth: Ints, patients: Ints) -> Ints:
    """Return a number for each case by which cases are dealt to parts: the class.

    Of several labels it is the one among those of the *patient* that the fewest patients have, so that rare labels
    are dealt evenly before common ones (Sechidis, Tsoumakas and Vlahavas, ECML 2011, in one pass); patients without any
    label have a number of their own.

    Parameters
    ----------
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true.
    patients : ndarray of int, shape (n,)
        Patient of each case.

    Returns
    -------
    ndarray of int, shape (n,)
        Between 0 and the number of labels.
    """
    if not is_several(truth):
        return truth
    keys, index = np.unique(patients, return_inverse=True)
    has = np.zeros((len(keys), truth.shape[1]), np.bool_)
    np.logical_or.at(has, index, truth == 1)
    rarity = np.argsort(has.sum(axis=0), kind="stable")
    rarest = rarity[has[:, rarity].argmax(axis=1)]
    of_patient: Ints = np.where(has.any(axis=1), rarest, truth.shape[1]).astype(np.int64)
    return np.asarray(of_patient[index])


def fewest_patients(truth: Ints, patients: Ints) -> int:
    """Return the patients of the smallest class; of several labels the fewest that have one, or are known not to."""
    if not is_several(truth):
        return min(len(np.unique(patients[truth == label])) for label in np.unique(truth))
    return min(len(np.unique(patients[truth[:, k] == mark])) for k in range(truth.shape[1]) for mark in (0, 1))
