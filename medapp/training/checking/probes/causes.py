"""Which probes may only follow from another: a marker in the corner also changes grey levels and the file's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medapp.training.cases.sketch import CORNERS
from medapp.training.checking.probes.result import DOUBTFUL, RED, ProbeResult

ORDER = ("headers", "corners", "file", "frame", "window", "outside", "people", "histogram", "thumbnail")
"""Of probes that tell equally well the one comes first that is the more particular."""
FOLLOWS = {
    "frame": {"corners", "window"},
    "corners": {"frame", "window"},
    "file": {"headers", "corners", "frame", "window"},
    "window": {"file", "corners", "frame"},
    "outside": {"corners", "frame", "file", "window"},
}
_LEAD = {("frame", "corners"): 0.01, ("corners", "frame"): 0.01}
"""By (result, cause) how much better the cause must tell; elsewhere it may be a hundredth worse."""
_KEPT_BY = {"file": "range"}
_IN_ALL_CORNERS = len(CORNERS)
_MARGIN = 0.01


def with_causes(found: Sequence[ProbeResult]) -> tuple[ProbeResult, ...]:
    """Return the results, the reddest first, each with the probe that it may only follow from."""
    ordered = sorted(found, key=_place)
    causes: list[ProbeResult] = []
    results = []
    for result in ordered:
        cause = next((one for one in causes if _explains(one, result)), None)
        results.append(result if cause is None else replace(result, follows=cause.code))
        if cause is None and result.colour == "red":
            causes.append(result)
    return tuple(sorted(results, key=lambda one: (("red", "amber", "clear").index(one.colour), _place(one))))


def _place(result: ProbeResult) -> tuple[float, float, str]:
    """The best first; the frame before the corners where all four of them tell."""
    order = float(ORDER.index(result.code))
    if result.code == "corners" and len(result.aspects) == _IN_ALL_CORNERS:
        order = ORDER.index("frame") + 0.5
    if _only_bytes(result):
        order = float(len(ORDER))
    return (-round(result.area.value / 2, 2), order, result.label)


def _explains(cause: ProbeResult, result: ProbeResult) -> bool:
    if (result.area.low or 0.0) <= RED or result.code in DOUBTFUL or cause.label != result.label:
        return False
    if cause.code not in FOLLOWS.get(result.code, set()) or _only_bytes(cause):
        return False
    if result.code == "file" and not _only_bytes(result):
        return False
    # what stands at the edge leaves no gaps between the grey levels, and the file's making keeps their range
    if result.code == "window" and _KEPT_BY.get(cause.code, "gaps") in {aspect.name for aspect in result.aspects}:
        return False
    lead = _LEAD.get((result.code, cause.code), -_MARGIN)
    return cause.area.value - result.area.value >= lead


def _only_bytes(result: ProbeResult) -> bool:
    """Tell whether nothing but the size of the file tells, which follows from all that the picture shows."""
    return {aspect.name for aspect in result.aspects} == {"bytes"}
