"""What the probes found, as findings of the check."""

from __future__ import annotations

from collections.abc import Iterable

from medapp.i18n import listed, tr
from medapp.training.cases.sketch import CORNERS, SIDES
from medapp.training.checking.findings import CASES_SHOWN, Finding, Remedy, Severity
from medapp.training.checking.probes.result import Aspect, Colour, ProbeResult

_SEVERITY: dict[Colour, Severity] = {"red": "serious", "amber": "caution"}
_SOURCES = frozenset({"maker", "model", "site"})


def shortcut_findings(results: Iterable[ProbeResult]) -> tuple[Finding, ...]:
    """Return a finding for each probe that is not clear."""
    return tuple(_finding(one) for one in results if one.colour != "clear")


def _finding(result: ProbeResult) -> Finding:
    low, high = result.area.low or 0.0, result.area.high or 1.0
    params: dict[str, str | int | float] = {
        "name": result.label,
        "aspects": in_words(result),
        "pairs": _of_100(result.area.value),
        "low": _of_100(low),
        "high": _of_100(high),
        "probe": result.code,
    }
    severity, code = _SEVERITY[result.colour], f"shortcut_{result.code}"
    if result.follows:
        severity, code = "note", "shortcut_follows"
        params |= {"what": tr(f"probe.name.{result.code}"), "cause": tr(f"probe.name.{result.follows}")}
    shown = result.shown[:CASES_SHOWN]
    return Finding(code, severity, params, shown, cases=shown, figure=result.area, remedies=remedies_for(result))


def in_words(result: ProbeResult) -> str:
    """Return the places or properties by which a probe tells the classes apart."""
    names = tuple(one.name for one in result.aspects)
    if set(names) == set(SIDES):
        return tr("probe.aspect.all_sides")
    if set(names) == set(CORNERS):
        return tr("probe.aspect.all_corners")
    return listed(_worded(one, result.label) for one in result.aspects)


def _worded(aspect: Aspect, label: str) -> str:
    name = tr(f"probe.aspect.{aspect.name.replace(' ', '_')}")
    if not aspect.value:
        return name
    shares = {"with_it": round(100 * aspect.with_it), "without": round(100 * aspect.without)}
    return tr("probe.value", aspect=name, value=aspect.value, label=label, **shares)


def remedies_for(result: ProbeResult) -> tuple[Remedy, ...]:
    """Return what can be done about a shortcut; to keep it, with a reason, is always possible."""
    found: list[Remedy] = []
    if result.share:
        found += [Remedy(code, {"share": round(result.share, 3)}) for code in ("mask_border", "crop_border")]
    if result.code in {"outside", "frame", "corners"}:
        found.append(Remedy("crop_to_body"))
    if result.code in {"window", "histogram"}:
        found.append(Remedy("rewindow"))
    if result.code == "headers":
        sources = [one for one in result.aspects if one.name in _SOURCES and one.value]
        found += [Remedy("drop_source", {"attribute": one.name, "value": one.value}) for one in sources]
    return (*found, Remedy("keep", {"because": ""}))


def _of_100(area: float) -> int:
    """Return how many of 100 pairs are ranked right; 100 only where all are."""
    return min(99, round(100 * area)) if area < 1 else 100
