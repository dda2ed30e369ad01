"""The whole report as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterable

from medapp.folders import resource_path
from medapp.i18n import catalogue, spoken, tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.card import card_section
from medapp.training.reporting.report_page.cases import cases_section
from medapp.training.reporting.report_page.checklists import checklists_section
from medapp.training.reporting.report_page.comparison import comparison_section
from medapp.training.reporting.report_page.cover import cover, in_short, question, title_of
from medapp.training.reporting.report_page.labels import labels_section
from medapp.training.reporting.report_page.markup import Markup, bullets, element, joined, paragraph, part, section
from medapp.training.reporting.report_page.measured import calibration_section, groups_section, measured_section
from medapp.training.reporting.report_page.mistakes import mistakes_section
from medapp.training.reporting.report_page.sentences import internal_of, is_evaluation, methods, results
from medapp.training.reporting.report_page.shortcuts import shortcuts_section
from medapp.training.reporting.report_page.teaching import teaching_section

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def report_page(report: Report, beside: Beside = Beside()) -> str:  # noqa: B008 - frozen
    """Return the report as HTML that needs nothing else: no script, no file, no network.

    Parameters
    ----------
    report : mapping
        ``eval/report.json`` (``schemas/report.json``); or the same without ``training`` for a model that was measured
        on other cases. Keys that an older report has not are passed over.
    beside : Beside
        What is known beside it: the model, the question, the answers, the pictures of the worst mistakes.

    Returns
    -------
    str
        The page. Whatever stands in the report is text on it, never markup.

    Notes
    -----
    The items of CLAIM 2024 (Tejani et al., Radiology: AI 2024) and TRIPOD+AI (Collins et al., BMJ 2024) that the
    report knows are filled; the others are printed as not stated.
    """
    contents: dict[str, Markup] = {
        "in-short": in_short(report, beside),
        "question": question(beside),
        "cases": cases_section(report, beside),
        "sealed": measured_section(report, beside),
        "calibration": calibration_section(report),
        "groups": groups_section(report),
        "labels": labels_section(report),
        "mistakes": mistakes_section(report, beside),
        "shortcuts": shortcuts_section(report),
        "comparison": comparison_section(beside),
        "training": teaching_section(report, beside),
        "limits": _limits(report),
        "words": _words(report, beside),
        "checklists": Markup(""),
        "card": card_section(beside.card),
        "glossary": _glossary(),
    }
    filled = [name for name, content in contents.items() if content]
    contents["checklists"] = checklists_section(report, beside, filled)
    present = {name: content for name, content in contents.items() if content}
    body = joined(cover(report, beside), _contents(present, report), *present.values())
    head = element(
        "head",
        element("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title_of(report, beside)),
        element("style", Markup(_style())),
    )
    whole = element(
        "html", head, element("body", element("main", body), _foot(report)), lang=spoken().replace("_", "-")
    )
    return f"<!DOCTYPE html>\n{whole}\n"


def _style() -> str:
    return resource_path("report", "page.css").read_text(encoding="utf-8")


def _contents(present: Iterable[str], report: Report) -> Markup:
    """Return the table of contents."""
    links = [element("a", _title(name, report), href=f"#{name}") for name in present]
    return element("nav", bullets(links), aria_label=tr("report.contents"))


def _title(name: str, report: Report) -> str:
    if name == "sealed" and is_evaluation(report):
        return tr("report.section.evaluation")
    return tr(f"report.section.{name.replace('-', '_')}")


def _limits(report: Report) -> Markup:
    serious = [f["text"] for f in report["cases"]["findings"] if f["severity"] in {"serious", "caution"}]
    told = [internal_of(report), tr("card.limit.like"), tr("report.limit.labels"), tr("card.limit.heat_map")]
    return section("limits", tr("report.section.limits"), bullets([*told, *serious]))


def _words(report: Report, beside: Beside) -> Markup:
    """Return the texts for a paper."""
    return section(
        "words",
        tr("report.section.words"),
        paragraph(tr("report.words_told")),
        part(tr("report.methods"), element("div", *map(paragraph, methods(report, beside)), class_="paste")),
        part(tr("report.results"), element("div", *map(paragraph, results(report)), class_="paste")),
    )


def _glossary() -> Markup:
    texts = catalogue()
    words = sorted(key.rsplit(".", 1)[1] for key in texts if key.startswith("report.glossary.term."))
    pairs = [(tr(f"report.glossary.term.{word}"), tr(f"report.glossary.text.{word}")) for word in words]
    entries = [element("div", element("dt", term), element("dd", text)) for term, text in pairs]
    return section("glossary", tr("report.section.glossary"), element("dl", *entries, class_="glossary"))


def _foot(report: Report) -> Markup:
    return element("footer", paragraph(report["research_use"]), paragraph(tr("report.foot")))
