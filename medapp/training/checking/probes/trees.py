"""Boosted small trees: a model that finds thresholds on any columns together, also where only the extremes tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
FEWEST_ROUNDS, MOST_ROUNDS = 60, 120
CASES_A_ROUND = 16
"""More cases allow for more trees."""
DEPTH = 4
CASES_A_DEPTH = 25
"""A tree is no deeper than there are so many cases for each of its depths."""
RATE = 0.25
THRESHOLDS = 9
SEEN_AT_ONCE = 16
"""Columns that a tree may choose from, drawn anew for each."""
PENALTY = 3.0


@dataclass(frozen=True, eq=False)
class Tree:
    """The same question for all cases at each depth: a column and a threshold; what each way of answering adds."""

    columns: Ints
    thresholds: Floats
    leaves: Floats

    def scores(self, values: Floats) -> Floats:
        """Return what it adds to the logit of each row of `values`."""
        answers = values[:, self.columns] > self.thresholds
        added: Floats = self.leaves[answers @ (1 << np.arange(len(self.columns)))]
        return added


@dataclass(frozen=True, eq=False)
class Trees:
    """What was learned."""

    each: tuple[Tree, ...]

    def scores(self, values: Floats) -> Floats:
        """Return the logit of each row of `values`."""
        return np.asarray(np.sum([tree.scores(values) for tree in self.each], axis=0), np.float32)


def fit_trees(values: Floats, positive: NDArray[np.bool_]) -> Trees:
    """Boost trees on the logistic loss.

    Parameters
    ----------
    values : ndarray of float32, shape (n, columns)
        At least one column.
    positive : ndarray of bool, shape (n,)
        The truth, of both kinds; either kind weighs the same.

    Notes
    -----
    Friedman, Ann Stat 2001, with the second derivative in gain and leaves (Chen and Guestrin, KDD 2016), the columns
    drawn anew for each tree, and one question for all of a depth (Prokhorenkova et al., NeurIPS 2018). Thresholds are
    quantiles of each column.
    """
    cuts = np.quantile(values, np.linspace(0, 1, THRESHOLDS + 2)[1:-1], axis=0).T.astype(np.float32)
    over = (values.T[:, None, :] > cuts[:, :, None]).astype(np.float32)
    weights = np.where(positive, 0.5 / positive.mean(), 0.5 / (~positive).mean()).astype(np.float32)
    scores, draw = np.zeros(len(values), np.float32), np.random.default_rng(0)
    depth = max(1, min(DEPTH, len(values) // CASES_A_DEPTH))
    trees = []
    for _ in range(min(MOST_ROUNDS, max(FEWEST_ROUNDS, len(values) // CASES_A_ROUND))):
        told = 1 / (1 + np.exp(-scores))
        slopes = np.stack([weights * (positive - told), weights * told * (1 - told)])
        columns = draw.permutation(len(cuts))[:SEEN_AT_ONCE]
        tree, leaf = _grown(over[columns], slopes, columns, cuts, depth)
        trees.append(tree)
        scores += tree.leaves[leaf]
    return Trees(tuple(trees))


def _grown(over: Floats, slopes: Floats, columns: Ints, cuts: Floats, depth: int) -> tuple[Tree, Ints]:
    """Return a tree, and the leaf of each case."""
    answers = over.reshape(-1, over.shape[-1])
    leaf = np.zeros(slopes.shape[1], np.int64)
    places = []
    for level in range(depth):
        parts = (slopes[:, None, :] * (leaf == np.arange(1 << level)[:, None])).astype(np.float32)
        above = (parts.reshape(-1, parts.shape[-1]) @ answers.T).reshape(2, 1 << level, -1)
        below = parts.sum(axis=2)[:, :, None] - above
        gain = sum((side[0] ** 2 / (side[1] + PENALTY)).sum(axis=0) for side in (above, below))
        places.append(int(np.argmax(gain)))
        leaf += (answers[places[-1]] > 0).astype(np.int64) << level
    sums = [np.bincount(leaf, weights=slope, minlength=1 << depth) for slope in slopes]
    leaves = (RATE * sums[0] / (sums[1] + PENALTY)).astype(np.float32)
    chosen, cut = columns[np.array(places) // cuts.shape[1]], np.array(places) % cuts.shape[1]
    return Tree(chosen, cuts[chosen, cut], leaves), leaf
