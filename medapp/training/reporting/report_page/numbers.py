"""Numbers as people write them: as many digits as the interval bears."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from medapp.i18n import listed, tr

Figure: TypeAlias = Mapping[str, Any]
NARROW_SHARE, NARROW_AREA = 0.02, 0.05
WHOLE = 1e-6
"""So near, a case, to a whole number is one: a share came from it by division, and a report keeps six digits of it."""
MINUS = "\N{MINUS SIGN}"


def is_known(figure: Figure | None) -> TypeGuard[Figure]:
    """Tell whether there is a figure, and a value in it."""
    return figure is not None and figure.get("value") is not None


def written(value: float, digits: int) -> str:
    """Return `value` with so many digits after the point, a minus sign before it and no zero below zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)


def counted_share(figure: Figure | None) -> str:
    """Return a proportion as so many of how many, e.g. ``8 of 8 (68–100 %)``; in per cent where it counts no cases."""
    if not is_known(figure) or figure.get("low") is None or not figure.get("n"):
        return share(figure)
    count = figure["value"] * figure["n"]
    if abs(count - round(count)) > WHOLE * figure["n"]:
        return share(figure)
    ends = {name: percent(figure[name], _digits(figure)) for name in ("low", "high")}
    return tr("report.counted_share", count=round(count), n=figure["n"], **ends)


def percent(value: float, digits: int = 0) -> str:
    """Return a share in per cent with so many digits after the point."""
    return f"{100 * value:.{digits}f}"


def share(figure: Figure | None) -> str:
    """Return a proportion in per cent with its interval, e.g. ``88 % (77–95)``; a dash where there is none."""
    if not is_known(figure):
        return tr("report.none")
    digits = _digits(figure)
    value = tr("percent", value=percent(figure["value"], digits))
    return f"{value}{_interval(figure, lambda end: percent(end, digits))}"


def area(figure: Figure | None) -> str:
    """Return an area, or another figure between 0 and 1 that is no share of people, e.g. ``0.91 (0.85–0.95)``."""
    if not is_known(figure):
        return tr("report.none")
    digits = 3 if _width(figure) < NARROW_AREA else 2
    return f"{_below_one(figure['value'], digits)}{_interval(figure, lambda end: _below_one(end, digits))}"


def signed(figure: Figure | None) -> str:
    """Return a figure of any size and sign with two significant digits, e.g. ``1.1 (0.77 to 1.5)``."""
    if not is_known(figure):
        return tr("report.none")
    return f"{_small(figure['value'])}{_interval(figure, _small, tr('report.between'))}"


def _small(value: float) -> str:
    """Return two significant digits, but no more than three after the point of what is next to nothing."""
    if 0 < abs(value) < 0.0005:
        return "<0.001" if value > 0 else f">{MINUS}0.001"
    return significant(value).replace("-", MINUS)


def significant(value: float, digits: int = 2) -> str:
    """Return `value` with so many significant digits, never in powers of ten."""
    if not value or not math.isfinite(value):
        return "0" if not value else str(value)
    after = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(after, 8)}f}"


def of_100(value: float) -> str:
    """Return a share as a number of 100 people: whole, unless it is small and broken."""
    return percent(value, 0 if value >= 0.095 or round(100 * value) == round(100 * value, 6) else 1)


def certain(value: float) -> str:
    """Return a probability in per cent; near the ends with a digit more, and never 100 for what is less."""
    if 0.01 <= value <= 0.99:
        return percent(value)
    if 0.9995 <= value < 1:
        return ">99.9"
    return "<0.1" if 0 < value < 0.0005 else percent(value, 1)


def seconds(value: float) -> str:
    """Return a time in the unit that a person would use."""
    if value < 90:
        return tr("report.seconds", n=f"{value:.0f}" if value >= 2 else significant(value))
    if value < 5400:
        return tr("report.minutes", n=f"{value / 60:.0f}")
    return tr("report.hours", n=f"{value / 3600:.1f}")


def plain(value: object) -> str:
    """Return any JSON value of the report as a text."""
    match value:
        case bool():
            return tr("report.yes") if value else tr("report.no")
        case float():
            text = f"{value:g}"
            return significant(value) if "e-" in text else text
        case None:
            return tr("report.none")
        case str() | int():
            return str(value)
        case Mapping():
            return listed(f"{name} {plain(one)}" for name, one in value.items())
        case Sequence():
            return listed(plain(one) for one in value)
    return str(value)


def _digits(figure: Figure) -> int:
    """Return how many digits after the point of a percentage the interval of a share bears."""
    return 1 if _width(figure) < NARROW_SHARE else 0


def _width(figure: Figure) -> float:
    low, high = figure.get("low"), figure.get("high")
    return 1.0 if low is None or high is None else float(high - low)


def _interval(figure: Figure, write: Callable[[float], str], between: str = "–") -> str:
    low, high = figure.get("low"), figure.get("high")
    if low is None or high is None:
        return ""
    return tr("report.interval", ends=f"{write(low)}{between}{write(high)}")


def _below_one(value: float, digits: int) -> str:
    """Never say 1 of what is less."""
    texts = (f"{value:.{more}f}" for more in range(digits, 7))
    return next((text for text in texts if float(text) < 1 or value >= 1), f"{value:.{digits}f}")
