"""Ridge regression on standardised columns, its penalty chosen by generalised cross-validation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)
"""In units of the number of cases."""
CLIPPED = 4.0
"""Standard deviations beyond which a value counts no more."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """What was learned."""

    mean: Floats
    deviation: Floats
    weights: Floats

    def scores(self, values: Floats) -> Floats:
        """Return a score of each row of `values`; high means positive."""
        return _standardised(values, self.mean, self.deviation) @ self.weights


def fit_ridge(values: Floats, positive: NDArray[np.bool_]) -> Ridge:
    """Fit a ridge regression to the classes as 0 and 1, which weigh the same.

    Parameters
    ----------
    values : ndarray of float32, shape (n, columns)
        At least one column.
    positive : ndarray of bool, shape (n,)
        The truth, of both kinds.

    Notes
    -----
    Golub, Heath and Wahba, Technometrics 1979.
    """
    mean, deviation = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    root = np.sqrt(np.where(positive, 0.5 / positive.mean(), 0.5 / (~positive).mean())).astype(np.float32)[:, None]
    wanted = np.where(positive, 1, -1).astype(np.float32)[:, None] * root
    design = _standardised(values, mean, deviation) * root
    size, n = np.linalg.eigh(design.T @ design / len(design)), len(design)
    squares, turn = np.maximum(size.eigenvalues, 0), size.eigenvectors
    toward = turn.T @ (design.T @ wanted / n)
    total = float((wanted**2).mean())

    def judged(penalty: float) -> float:
        shrunk = squares / (squares + penalty)
        left = total - float((toward[:, 0] ** 2 * (2 - shrunk) / (squares + penalty)).sum())
        return left / (1 - float(shrunk.sum()) / n) ** 2 if shrunk.sum() < n else np.inf

    best = min(PENALTIES, key=judged)
    weights = turn @ (toward[:, 0] / (squares + best))
    return Ridge(mean, deviation, weights.astype(np.float32))


def _standardised(values: Floats, mean: Floats, deviation: Floats) -> Floats:
    return np.asarray(np.clip((values - mean) / deviation, -CLIPPED, CLIPPED), np.float32)
