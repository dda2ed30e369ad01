"""Labels that may occur together: each is a question of its own, with its own figures and curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import tr
from medapp.training.reporting.report_page import curves
from medapp.training.reporting.report_page.beside import Report
from medapp.training.reporting.report_page.markup import (
    Child,
    Markup,
    element,
    figure,
    joined,
    paragraph,
    section,
    table,
)
from medapp.training.reporting.report_page.numbers import area, percent, share, signed

MOST_CURVES = 20


def labels_section(report: Report) -> Markup:
    """Return the figures of each label; nothing where classes exclude each other."""
    labels = (report.get("sealed") or {}).get("by_label") or []
    if not labels:
        return Markup("")
    drawn = [figure(curves.roc(one), tr("report.chart.roc_label", label=one["label"])) for one in labels[:MOST_CURVES]]
    return section(
        "labels",
        tr("report.section.labels"),
        paragraph(tr("report.labels_told")),
        _counts(labels),
        _figures(labels),
        _calibration(labels),
        element("div", *drawn, class_="pair") if any(drawn) else None,
    )


def _counts(labels: list[Mapping[str, Any]]) -> Markup:
    names = ("label", "with", "without", "unknown", "warning")
    rows = [(one["label"], one["positive"], one["negative"], one["unknown"], one.get("warning")) for one in labels]
    return table(tr("report.labels_counts"), [tr(f"report.column.{name}") for name in names], rows, "numbers")


def _figures(labels: list[Mapping[str, Any]]) -> Markup:
    names = ("label", "level", "auc", "sensitivity", "specificity", "average_precision")
    rows = [
        (
            one["label"],
            tr("report.none") if one.get("threshold") is None else tr("percent", value=percent(one["threshold"], 1)),
            area(one.get("auc")),
            share(one.get("sensitivity")),
            share(one.get("specificity")),
            _precision(one.get("average_precision")),
        )
        for one in labels
    ]
    return table(tr("report.labels_caption"), [tr(f"report.column.{name}") for name in names], rows, "numbers")


def _precision(told: Mapping[str, Any] | None) -> Child:
    """Return the average precision with the line of a model without skill, which differs from label to label."""
    if not told:
        return tr("report.none")
    return joined(area(told), " ", tr("report.no_skill", line=f"{told['prevalence']:.2f}"))


def _calibration(labels: list[Mapping[str, Any]]) -> Markup:
    rows = [
        (one["label"], *(signed(one["calibration"].get(name)) for name in ("slope", "intercept", "brier")))
        for one in labels
        if one.get("calibration")
    ]
    names = ("label", "slope", "intercept", "brier")
    return table(tr("report.labels_calibration"), [tr(f"report.column.{name}") for name in names], rows, "numbers")
