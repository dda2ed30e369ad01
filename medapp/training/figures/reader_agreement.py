"""How far two lists of answers agree: percentage and Cohen's kappa, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from medapp.training.figures.intervals import Estimate, wilson


@dataclass(frozen=True)
class Agreement:
    """How far two answers about the same cases agree.

    Attributes
    ----------
    n, same : int
        Cases that both answered, and those with the same answer.
    share : Estimate or None
        Share of the same answers, 0 to 1; None without cases.
    kappa : Estimate or None
        Cohen's kappa, -1 to 1; None where chance alone would always agree.
    """

    n: int
    same: int
    share: Estimate | None = None
    kappa: Estimate | None = None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return how far pairs of answers agree.

    Parameters
    ----------
    pairs : sequence of (str, str)
        The two answers about each case.

    Notes
    -----
    Cohen, Educ Psychol Meas 1960: kappa is (p - e) / (1 - e), where p is the share of the same answers and e what
    chance gives with the frequencies of both. Its interval is the Wilson interval of p with e held, as Cohen's own
    standard error holds it; Wilson's ends keep their width where all answers are the same.

    Examples
    --------
    >>> found = agreement([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    >>> found.same, round(found.kappa.value, 2)
    (3, 0.5)
    """
    n = len(pairs)
    if n == 0:
        return Agreement(0, 0)
    same = sum(one == other for one, other in pairs)
    observed, (low, high) = same / n, wilson(same, n)
    share = Estimate(observed, low, high, n)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[answer] * second[answer] for answer in first) / (n * n)
    if chance >= 1:
        return Agreement(n, same, share)
    value, least, most = ((p - chance) / (1 - chance) for p in (observed, low, high))
    return Agreement(n, same, share, Estimate(value, max(-1.0, least), most, n))
