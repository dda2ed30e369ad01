"""What the test says: figures with their intervals, where an alarm is worth something, groups, labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medapp.i18n import headed, spaced, tr
from medapp.training.cases.case_traits import grouped_by
from medapp.training.reporting.report_page import curves
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.markup import (
    Child,
    Markup,
    element,
    figure,
    joined,
    paragraph,
    part,
    section,
    table,
)
from medapp.training.reporting.report_page.numbers import (
    Figure,
    area,
    certain,
    of_100,
    percent,
    share,
    signed,
    significant,
)
from medapp.training.reporting.report_page.sentences import is_evaluation

MOST_NAMED = 4
SHARES = ("sensitivity", "specificity", "balanced_accuracy", "accuracy", "refused")


def measured_section(report: Report, beside: Beside) -> Markup:
    """Return the section with the figures of the test."""
    sealed = report.get("sealed")
    title = tr(f"report.section.{'evaluation' if is_evaluation(report) else 'sealed'}")
    if not sealed:
        return section("sealed", title, paragraph(tr("check.proves.nothing")))
    alarm, level = report.get("alarm_class"), report.get("threshold")
    bars = curves.histogram(beside.answers, alarm, level) if alarm else Markup("")
    return section(
        "sealed",
        title,
        paragraph(_rule(report)),
        _figures(sealed),
        _classes(sealed),
        element(
            "div",
            figure(curves.roc(sealed), tr("report.chart.roc")),
            figure(bars, tr("report.chart.histogram")),
            class_="pair",
        ),
        part(tr("report.confusion"), _confusion(sealed.get("confusion"))),
        part(tr("report.including_refused"), _including_refused(sealed)),
        part(tr("report.unclear"), _unclear(sealed.get("unclear"))),
        part(tr("report.worth"), _worth(sealed), _meanings(sealed.get("at_prevalence") or {})),
        part(tr("report.decision"), _decision(sealed)),
    )


def _rule(report: Report) -> str:
    if report.get("thresholds"):
        return tr("report.rule_labels")
    if report.get("alarm_class") is None or report.get("threshold") is None:
        return tr("report.rule_highest")
    return tr("report.rule", alarm=report["alarm_class"], level=percent(report["threshold"], 1))


def _figures(sealed: Mapping[str, Any]) -> Markup:
    rows: list[tuple[Child, ...]] = [_row(tr("report.figure.auc"), area(sealed.get("auc")), sealed.get("auc"))]
    rows += [_row(tr(f"report.figure.{name}"), share(sealed.get(name)), sealed.get(name)) for name in SHARES]
    for name in ("sensitivity_at_specificity", "specificity_at_sensitivity"):
        for one in sealed.get(name) or []:
            rows.append(_row(tr(f"report.figure.{name}", at=percent(one["at"])), share(one), one))
    if precision := sealed.get("average_precision"):
        line = tr("report.figure.average_precision", line=f"{precision['prevalence']:.2f}")
        rows.append(_row(line, area(precision), precision))
    head = [tr("report.column.figure"), tr("report.column.interval"), tr("report.column.cases")]
    return table(tr("report.figures_caption"), head, [row for row in rows if row], "numbers")


def _row(name: str, written: str, estimate: Figure | None) -> tuple[Child, ...]:
    return (name, written, estimate["n"]) if estimate else ()


def _classes(sealed: Mapping[str, Any]) -> Markup:
    """Return what is found of each class, where there is no alarm class to tell it by."""
    if sealed.get("sensitivity") or sealed.get("by_label") or not sealed.get("found"):
        return Markup("")
    rows = [(name, share(found), found["n"] if found else 0) for name, found in sealed["found"].items()]
    head = [tr("report.column.class"), tr("report.column.found"), tr("report.column.cases")]
    return table(tr("report.found_caption"), head, rows, "numbers")


def _confusion(confusion: Mapping[str, Any] | None) -> Markup:
    """Return the matrix; where there are many classes, their numbers stand for their names in the columns."""
    if not confusion:
        return Markup("")
    classes = confusion["classes"]
    many = len(classes) > MOST_NAMED
    columns = [f"{k}." if many else tr("report.column.given", name=name) for k, name in enumerate(classes, 1)]
    names = [f"{k}. {name}" if many else name for k, name in enumerate(classes, 1)]
    rows = [(name, *_marked(row, k)) for k, (name, row) in enumerate(zip(names, confusion["matrix"], strict=True))]
    caption = tr("report.confusion_caption_many" if many else "report.confusion_caption")
    return table(caption, [tr("report.column.truth"), *columns], rows, "numbers matrix")


def _marked(row: Sequence[int], right: int) -> Iterable[Child]:
    """Set off the right answers."""
    return (element("strong", n) if k == right else n for k, n in enumerate(row))


def _including_refused(sealed: Mapping[str, Any]) -> Markup:
    told = sealed.get("including_refused")
    if not told:
        return Markup("")
    names = [name for name in ("sensitivity", "specificity", "balanced_accuracy", "accuracy") if told.get(name)]
    rows = [(tr(f"report.figure.{name}"), share(sealed.get(name)), share(told[name])) for name in names]
    if told.get("auc"):
        rows.insert(0, (tr("report.figure.auc"), area(sealed.get("auc")), area(told["auc"])))
    head = [tr("report.column.figure"), tr("report.column.answered_only"), tr("report.column.with_refused")]
    return table(tr("report.including_refused_caption"), head, rows, "numbers")


def _unclear(unclear: Mapping[str, Any] | None) -> Markup:
    if not unclear:
        return Markup("")
    told = {"low": percent(unclear["low"], 1), "high": percent(unclear["high"], 1), "n": unclear["cases"]}
    names = [(name, unclear.get(name)) for name in ("share", "missed", "false_alarms")]
    rows = [(tr(f"report.unclear.{name}"), share(one), one["n"]) for name, one in names if one]
    head = [tr("report.column.figure"), tr("report.column.interval"), tr("report.column.cases")]
    return joined(paragraph(tr("report.unclear_told", **told)), table(tr("report.unclear"), head, rows, "numbers"))


def _worth(sealed: Mapping[str, Any]) -> Markup:
    """Return what an alarm is worth where the class is rarer or commoner."""
    asked = sealed.get("at_prevalence")
    lines = [line for line in sealed.get("predictive") or [] if not asked or line["prevalence"] != asked["prevalence"]]
    told = sorted([*lines, *([asked] if asked else [])], key=lambda line: float(line["prevalence"]))
    names = ["prevalence", "ppv", "npv", *(["alarms"] if asked else [])]
    rows = [
        [
            tr("report.of_100", n=of_100(line["prevalence"])),
            share(line.get("ppv")),
            share(line.get("npv")),
            *([signed(line.get("alarms_per_100"))] if asked else []),
        ]
        for line in told
    ]
    return table(tr("report.worth_caption"), [tr(f"report.column.{name}") for name in names], rows, "numbers")


def _meanings(asked: Mapping[str, Any]) -> Markup:
    """Return what a probability that the model tells means where the class is as common as asked."""
    pairs = asked.get("meanings") or []
    rows = [tuple(tr("percent", value=certain(value)) for value in pair) for pair in pairs]
    if not rows:
        return Markup("")
    head = [tr("report.column.told"), tr("report.column.meant", n=of_100(asked["prevalence"]))]
    return table(tr("report.meanings_caption"), head, rows, "numbers")


def _decision(sealed: Mapping[str, Any]) -> Markup:
    drawn = curves.decision(sealed.get("decision_curve") or ())
    if not drawn:
        return drawn
    asked = sealed.get("at_prevalence")
    where = tr("report.decision_at", n=of_100(asked["prevalence"])) if asked else ""
    return joined(paragraph(spaced((tr("report.decision_told"), where))), figure(drawn, tr("report.chart.decision")))


def calibration_section(report: Report) -> Markup:
    """Return whether 80 % is really 80 %."""
    sealed = report.get("sealed") or {}
    if sealed.get("by_label"):
        return Markup("")  # each label has its own
    told = sealed.get("calibration") or {}
    brier = told.get("brier") or ({"value": sealed["brier"]} if sealed.get("brier") is not None else None)
    rows: list[tuple[Child, ...]] = [
        (tr(f"report.figure.{name}"), signed(told[name])) for name in ("slope", "intercept") if told.get(name)
    ]
    if brier:
        rows.append((tr("report.figure.brier"), signed(brier)))
    if told.get("ece") is not None:
        rows.append((tr("report.figure.ece"), significant(told["ece"])))
    head = [tr("report.column.figure"), tr("report.column.interval")]
    return section(
        "calibration",
        tr("report.section.calibration"),
        paragraph(tr("report.calibration_told")) if told.get("slope") else None,
        paragraph(tr("report.bands")) if sealed.get("told") == "bands" else None,
        table(tr("report.calibration_caption"), head, rows, "numbers"),
        figure(curves.calibration(told.get("smoothed") or ()), tr("report.chart.calibration")),
    )


def groups_section(report: Report) -> Markup:
    """Return the figures of groups of cases, with their numbers and warnings."""
    groups = (report.get("sealed") or {}).get("groups") or []
    rows = [
        (
            headed(grouped_by(group["by"]), group["group"]),
            group["n"],
            group["positive"],
            area(group.get("auc")),
            share(group.get("sensitivity")),
            share(group.get("specificity")),
            group["warning"] if isinstance(group.get("warning"), str) else "",
        )
        for group in groups
    ]
    names = ("group", "cases", "positive", "auc", "sensitivity", "specificity", "warning")
    head = [tr(f"report.column.{name}") for name in names]
    shown = table(tr("report.groups_caption"), head, rows, "numbers")
    return section("groups", tr("report.section.groups"), paragraph(tr("report.groups_told")) if rows else None, shown)
