"""Which cases there were: the flow diagram, the counts by class, the findings of the check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.card import as_html
from medapp.training.reporting.report_page.flow import flow, images_of
from medapp.training.reporting.report_page.markup import Markup, figure, paragraph, part, section, table
from medapp.training.reporting.report_page.sentences import is_evaluation


def cases_section(report: Report, beside: Beside) -> Markup:
    """Return the section about the cases."""
    cases = report["cases"]
    drawn = Markup("") if is_evaluation(report) else flow(cases, report.get("sealed"))
    return section(
        "cases",
        tr("report.section.cases"),
        as_html(beside.about_cases),
        paragraph(_patients(cases)),
        _counts(report),
        figure(drawn, tr("report.flow.caption"), None),
        part(tr("report.findings"), _findings(cases, beside) or paragraph(tr("report.no_findings"))),
        part(tr("report.remedies"), _remedies(report)),
    )


def _remedies(report: Report) -> Markup:
    """Return what was decided about findings, of what kind they were, and why some were kept."""
    head = [tr("report.column.decided"), tr("report.column.finding")]
    rows = [(one["text"], one["about"] or tr("report.none")) for one in report.get("remedies", ())]
    return table(tr("report.remedies_caption"), head, rows)


def _patients(cases: Mapping[str, Any]) -> str:
    if not cases["patients_known"]:
        return tr("card.patients_unknown")
    return tr("card.patients", n=cases["patients"], source=tr(f"patients_from.{cases['patients_from']}"))


def _counts(report: Report) -> Markup:
    split, sealed = report["cases"]["split"], report.get("sealed") or {}
    if is_evaluation(report):
        rows = [(name, n, (sealed.get("classes") or {}).get(name, 0)) for name, n in report["cases"]["classes"].items()]
        head = [tr("report.column.class"), tr("report.column.images"), tr("report.column.answered")]
        return table(tr("report.counts_evaluated"), head, rows, "numbers")
    sides = ("development", "sealed", "left_out")
    head = [tr("report.column.class"), tr("report.column.images"), *(tr(f"report.column.{side}") for side in sides)]
    rows_ = [(name, n, *(split[side].get(name, 0) for side in sides)) for name, n in report["cases"]["classes"].items()]
    totals = (report["cases"]["images"], *(images_of(report["cases"], side) for side in sides))
    # of labels that may occur together the rows are those with each label, and do not add up
    return table(tr("report.counts"), head, [*rows_, (tr("report.all"), *totals)], "numbers")


def _findings(cases: Mapping[str, Any], beside: Beside) -> Markup:
    reasons = [f.get("kept_because") or beside.kept.get(f["code"], "") for f in cases["findings"]]
    kept = any(reasons)
    head = [tr("report.column.weight"), tr("report.column.finding"), *([tr("report.column.kept")] if kept else [])]
    rows = [
        (
            tr(f"check.severity.{f['severity']}").lower(),
            f["text"],
            *([why or tr("report.none")] if kept else []),
        )
        for f, why in zip(cases["findings"], reasons, strict=True)
    ]
    return table(tr("report.findings_caption"), head, rows)
