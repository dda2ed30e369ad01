"""What an alarm means where the class is rarer or commoner than among the tested cases. Plain numbers: no array."""

from __future__ import annotations

import math
from typing import Any

from medapp.training.figures.intervals import Estimate

Range = tuple[float, float, float]
"""A figure, and the ends of its interval."""


def predictive_values(sensitivity: Estimate, specificity: Estimate, prevalence: float) -> dict[str, Any]:
    """Return PPV and NPV where `prevalence` (0 to 1) of the patients have the alarm class.

    Parameters
    ----------
    sensitivity, specificity : Estimate
        From independent cases.
    prevalence : float
        0 to 1.

    Returns
    -------
    dict
        ``prevalence``, and ``ppv`` and ``npv`` as `Estimate.to_json`.

    Notes
    -----
    Bayes' rule in odds: the odds of the class after an alarm are those before it times the likelihood ratio. The
    interval is that of the logarithm of this ratio by MOVER (Zou and Donner, Stat Med 2008), which is exact enough
    from ten cases a class on (``docs/statistics.md``).
    """
    n = sensitivity.n + specificity.n
    found, spared = _range(sensitivity), _range(specificity)
    ppv = _after(prevalence, found, _rest(spared), sensitivity.n, specificity.n)
    npv = _after(1 - prevalence, spared, _rest(found), specificity.n, sensitivity.n)
    return {"prevalence": prevalence, "ppv": Estimate(*ppv, n).to_json(), "npv": Estimate(*npv, n).to_json()}


def at_prevalence(sensitivity: Estimate, specificity: Estimate, prevalence: float) -> dict[str, Any]:
    """Return `predictive_values`, and how many of 100 patients get an alarm, for any prevalence: nothing is rerun."""
    told = predictive_values(sensitivity, specificity, prevalence)
    parts = [
        tuple(prevalence * end for end in _range(sensitivity)),
        tuple((1 - prevalence) * end for end in _rest(_range(specificity))),
    ]
    value, low, high = (sum(ends) for ends in zip(*parts, strict=True))
    below = math.hypot(*(part[0] - part[1] for part in parts))
    above = math.hypot(*(part[2] - part[0] for part in parts))
    alarms = Estimate(100 * value, max(100 * low, 100 * (value - below)), min(100 * high, 100 * (value + above)))
    return told | {"alarms_per_100": Estimate(*_range(alarms), sensitivity.n + specificity.n).to_json()}


def moved_probability(probability: float, tested: float, asked: float) -> float:
    """Return a probability that was calibrated where the class is as common as `tested`, for where it is as `asked`.

    Notes
    -----
    Bayes' rule: the odds change by the ratio of the odds of both prevalences (Saerens et al., Neural Comput 2002).
    Shares of 0 and 1 change nothing, for they say nothing about the odds.

    Examples
    --------
    >>> round(moved_probability(0.5, tested=0.5, asked=0.1), 3)
    0.1
    """
    if not 0 < tested < 1 or not 0 < asked < 1 or not 0 < probability < 1:
        return probability
    odds = probability / (1 - probability) * (asked / (1 - asked)) / (tested / (1 - tested))
    return odds / (1 + odds)


def _range(estimate: Estimate) -> Range:
    low = 0.0 if estimate.low is None else estimate.low
    return estimate.value, low, 1.0 if estimate.high is None else estimate.high


def _rest(share: Range) -> Range:
    value, low, high = share
    return 1 - value, 1 - high, 1 - low


def _after(before: float, real: Range, false: Range, real_n: int, false_n: int) -> Range:
    """Return the share of real ones among those told, and its limits; shares of 0 get half a case for the interval."""
    told = real[0] * before + false[0] * (1 - before)
    value = real[0] * before / told if told > 0 else 0.0
    if not 0 < before < 1:
        return value, value, value
    logs = [_logarithms(share, n) for share, n in ((real, real_n), (false, false_n))]
    (hit, hit_low, hit_high), (slip, slip_low, slip_high) = logs
    odds = math.log(before / (1 - before)) + hit - slip
    low = odds - math.hypot(hit - hit_low, slip_high - slip)
    high = odds + math.hypot(hit_high - hit, slip - slip_low)
    return value, min(value, _share(low)), max(value, _share(high))


def _logarithms(share: Range, n: int) -> Range:
    value, low, high = share
    least = 0.5 / (n + 1)
    middle = min(max(value, least), 1.0)
    floor = max(low, least * 1e-3)
    return math.log(middle), math.log(min(floor, middle)), math.log(max(high, middle))


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, log_odds))))
