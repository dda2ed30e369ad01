"""The curves of the report, each as an SVG drawing of the report's own points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import CaseAnswer
from medapp.training.reporting.report_page.markup import Markup, joined
from medapp.training.reporting.report_page.numbers import area, share
from medapp.training.reporting.report_page.plot import BOTTOM, TOP, Plot, drawing, legend, text

BINS = 20
Rows: TypeAlias = Sequence[Sequence[float | None]]


def roc(sealed: Mapping[str, Any]) -> Markup:
    """Draw the ROC curve with the locked point and the intervals of its two figures."""
    points = [(point["false_positive_rate"], point["true_positive_rate"]) for point in sealed.get("roc") or []]
    if len(points) < 2:
        return Markup("")
    plot = Plot()
    found, spared = sealed.get("sensitivity"), sealed.get("specificity")
    marks = [plot.line([(0, 0), (1, 1)], "chance"), plot.line(points, "first")]
    if found and spared:
        marks.append(_locked(plot, found, spared))
    told = tr("report.chart.roc_told", area=area(sealed.get("auc")), found=share(found), spared=share(spared))
    return drawing(plot, told, tr("report.axis.false_alarms"), tr("report.axis.found"), *marks, write=_percent)


def _locked(plot: Plot, found: Mapping[str, Any], spared: Mapping[str, Any]) -> Markup:
    """Mark the operating point with its two intervals."""
    x, y = 1 - spared["value"], found["value"]
    strokes = []
    if found.get("low") is not None and found.get("high") is not None:
        strokes.append(plot.whisker((x, x), (found["low"], found["high"])))
    if spared.get("low") is not None and spared.get("high") is not None:
        strokes.append(plot.whisker((1 - spared["high"], 1 - spared["low"]), (y, y)))
    # beside the point, and within the drawing
    right, low = x > 0.6, y < 0.15
    side, anchor = (-12, "end") if right else (12, "start")
    place = text(plot.x(x) + side, plot.y(y) + (-14 if low else 26), tr("report.chart.locked"), anchor, "label")
    return joined(*strokes, plot.dot(x, y), place)


def calibration(smoothed: Rows) -> Markup:
    """Draw what was observed against what was predicted, with its band; points are (p, observed, low, high)."""
    whole = _whole(smoothed, 4)
    if len(whole) < 2:
        return Markup("")
    plot = Plot()
    line, lower, upper = ([(point[0], point[k]) for point in whole] for k in (1, 2, 3))
    marks = [plot.band(lower, upper), plot.line([(0, 0), (1, 1)], "chance"), plot.line(line, "first")]
    names = [("chance", tr("report.chart.perfect")), ("first", tr("report.chart.this_model"))]
    # the curve runs to the upper right: the names stand where it never is
    marks.append(legend(plot, names, plot.height - BOTTOM - 28))
    told = tr("report.chart.calibration_told", n=len(whole))
    return drawing(plot, told, tr("report.axis.predicted"), tr("report.axis.observed"), *marks, write=_percent)


def decision(points: Rows) -> Markup:
    """Draw the net benefit over the alarm level; points are (threshold, model, alarm for all)."""
    whole = _whole(points, 3)
    if len(whole) < 2:
        return Markup("")
    model, everyone = ([(point[0], point[k]) for point in whole] for k in (1, 2))
    most = max(0.05, *(y for _, y in model + everyone))
    # room for the legend above, and for a little harm below
    plot = Plot(across=(0, max(x for x, _ in model)), up=(-0.15 * most, 1.35 * most))
    names = ("this_model", "alarm_for_all", "alarm_for_none")
    classes = ("first", "second", "chance")
    marks = [
        plot.line([(0, 0), (plot.across[1], 0)], "chance"),
        plot.line([point for point in everyone if point[1] >= plot.up[0]], "second"),
        plot.line(model, "first"),
        legend(plot, [(class_, tr(f"report.chart.{name}")) for class_, name in zip(classes, names, strict=True)]),
    ]
    told = tr("report.chart.decision_told", n=len(model))
    return drawing(plot, told, tr("report.axis.level"), tr("report.axis.benefit"), *marks)


def _whole(rows: Rows, width: int) -> list[tuple[float, ...]]:
    """Return the rows that have a number in each of their first `width` places."""
    firsts = (row[:width] for row in rows)
    return [
        tuple(float(value) for value in row if value is not None)
        for row in firsts
        if len(row) == width and None not in row
    ]


def training(curve: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw the losses of the passes."""
    learned = [(float(p["number"]), float(p["train_loss"])) for p in curve if p.get("train_loss") is not None]
    chosen = [(float(p["number"]), float(p["validation_loss"])) for p in curve if p.get("validation_loss") is not None]
    everything = learned + chosen
    if len(everything) < 2 or len({x for x, _ in everything}) < 2:
        return Markup("")
    numbers = [x for x, _ in everything]
    plot = Plot(across=(min(numbers), max(numbers)), up=(0, 1.05 * max([1e-6, *(y for _, y in everything)])))
    names = [("first", tr("report.chart.learned_from")), ("second", tr("report.chart.choosing"))]
    lines = [plot.line(learned, "first"), plot.line(chosen, "second")]
    told = tr("report.chart.training_told", n=len(curve))
    used = [name for name, line in zip(names, lines, strict=True) if line]
    return drawing(plot, told, tr("report.axis.pass"), tr("report.axis.loss"), *lines, legend(plot, used))


def learning(points: Sequence[Mapping[str, Any]], unit: str, up: str) -> Markup:
    """Draw how a figure grows with the number of patients, with its intervals; `unit` and `up` name the axes."""
    whole = [p for p in points if p.get("value") is not None]
    if len(whole) < 2:
        return Markup("")
    sizes = [float(p["patients"]) for p in whole]
    ends = [float(p[end]) for p in whole for end in ("low", "value", "high") if p.get(end) is not None]
    plot = Plot(across=(0, 1.05 * max(sizes)), up=(max(0.0, min(ends) - 0.03), min(1.0, max(ends) + 0.02)))
    marks = [plot.line([(n, float(p["value"])) for n, p in zip(sizes, whole, strict=True)], "first")]
    for n, p in zip(sizes, whole, strict=True):
        if p.get("low") is not None and p.get("high") is not None:
            marks.append(plot.whisker((n, n), (float(p["low"]), float(p["high"]))))
        marks.append(plot.dot(n, float(p["value"])))
    told = tr("report.chart.learning_told", n=len(whole))
    return drawing(plot, told, unit, up, *marks)


def levels(points: Rows, locked: float | None) -> Markup:
    """Draw sensitivity and specificity over the alarm level, on cases for learning; `locked` is the level chosen."""
    whole = _whole(points, 3)
    if len(whole) < 2:
        return Markup("")
    plot = Plot()
    marks = [
        plot.line([(point[0], point[1]) for point in whole], "first"),
        plot.line([(point[0], point[2]) for point in whole], "second"),
    ]
    if locked is not None:
        marks.append(plot.whisker((locked, locked), (0, 1), "locked"))
    names = [("first", tr("report.figure.sensitivity")), ("second", tr("report.figure.specificity"))]
    # both curves run down at the sides
    marks.append(legend(plot, names, plot.height - BOTTOM - 28, plot.x(0.75)))
    told = tr("report.chart.levels_told", n=len(whole))
    return drawing(plot, told, tr("report.axis.level"), tr("report.axis.share"), *marks, write=_percent)


def histogram(answers: Sequence[CaseAnswer], alarm: str, locked: float | None) -> Markup:
    """Draw how the probabilities of the alarm class lie, above for cases with it, below for those without."""
    ill = [a.probabilities[alarm] for a in answers if a.truth == alarm and not a.refused and alarm in a.probabilities]
    well = [a.probabilities[alarm] for a in answers if a.truth != alarm and not a.refused and alarm in a.probabilities]
    if not ill or not well:
        return Markup("")
    edges = np.linspace(0, 1, BINS + 1)
    shares = [np.histogram(values, edges)[0] / len(values) for values in (ill, well)]
    most = float(max(s.max() for s in shares))
    plot = Plot(up=(-1.05 * most, 1.05 * most))
    bars = []
    for height, sign, class_ in ((shares[0], 1, "bar first"), (shares[1], -1, "bar second")):
        pairs = zip(edges[:-1], edges[1:], height, strict=True)
        bars += [plot.bar((float(a), float(b)), (0, sign * float(h)), class_) for a, b, h in pairs if h]
    if locked is not None:
        bars.append(plot.whisker((locked, locked), plot.up, "locked"))
    bars.append(
        text(plot.width / 2, TOP + 10, tr("report.chart.with", alarm=alarm[:40], n=len(ill)), "middle", "label")
    )
    below = tr("report.chart.without", alarm=alarm[:40], n=len(well))
    bars.append(text(plot.width / 2, plot.height - BOTTOM - 6, below, "middle", "label"))
    told = tr("report.chart.histogram_told", ill=len(ill), well=len(well))
    across = tr("report.axis.probability", alarm=alarm[:40])
    return drawing(plot, told, across, tr("report.axis.share"), *bars, write=lambda value: _percent(abs(value)))


def _percent(value: float) -> str:
    return tr("percent", value=f"{100 * value:.0f}")
