"""What a test can show: the smallest difference that four of five such tests would find."""

from __future__ import annotations

import math

from medapp.training.figures.intervals import Z95, Estimate

POWER_QUANTILE = 0.8416212335729143
"""Normal quantile of a power of 80 %."""
ASSUMED_CORRELATION = 0.5
"""Between the areas of two models on the same cases, where only one model is known; real pairs have more."""


def detectable(area: Estimate | None) -> float | None:
    """Return the smallest difference in area to another model that this test can show; None without an interval.

    Parameters
    ----------
    area : Estimate or None
        Of one model on the test.

    Notes
    -----
    Two-sided 5 %, power 80 %, the other model as good and correlated by `ASSUMED_CORRELATION`; the standard error is
    that of the interval, which has width also where the area is 1.
    """
    width = _width(area)
    return None if width is None else _shown(width * math.sqrt(2 * (1 - ASSUMED_CORRELATION)))


def detectable_difference(difference: Estimate | None) -> float | None:
    """Return the smallest difference that a test shows whose interval is as wide as this one's; None without one."""
    width = _width(difference)
    return None if width is None else _shown(width)


def _width(estimate: Estimate | None) -> float | None:
    if estimate is None or estimate.low is None or estimate.high is None:
        return None
    return estimate.high - estimate.low


def _shown(width: float) -> float:
    return min(1.0, (Z95 + POWER_QUANTILE) * width / (2 * Z95))
