"""The top of the page: what this is, whose figures they are, what they say, and what to be careful about."""

from __future__ import annotations

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.markup import Child, Markup, bullets, element, joined, paragraph, section
from medapp.training.reporting.report_page.numbers import of_100, percent, plain
from medapp.training.reporting.report_page.sentences import headline, is_evaluation, warnings_of


def title_of(report: Report, beside: Beside) -> str:
    """Return the title of the page."""
    kind = "report.title.evaluation" if is_evaluation(report) else "report.title.training"
    name = beside.model.get("name") or tr("report.title.no_name")
    return tr(kind, name=name)


def cover(report: Report, beside: Beside) -> Markup:
    """Return the head of the page: title, statement, what the model is."""
    statement = element("p", report["research_use"], class_="statement")
    return element("header", element("h1", title_of(report, beside)), statement, _identity(report, beside))


def _identity(report: Report, beside: Beside) -> Markup:
    model = beside.model
    opened = report.get("openings")
    facts = [
        (tr("report.model"), " ".join(filter(None, (model.get("id", ""), model.get("version", ""))))),
        (tr("report.hash"), model.get("manifest_hash", "")),
        (tr("report.created"), report.get("created", "")),
        (tr("report.base"), model.get("base", "")),
        (tr("report.licence"), model.get("licence", "")),
        (tr("report.opened"), _times(opened)),
    ]
    return definitions([(name, value) for name, value in facts if value])


def _times(opened: int | None) -> str:
    if opened is None:
        return ""
    return tr("report.opened_once") if opened == 1 else tr("report.opened_times", n=opened)


def definitions(facts: list[tuple[str, Child]]) -> Markup:
    """Return names with their values; nothing where there are none."""
    if not facts:
        return Markup("")
    return element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in facts))


def in_short(report: Report, beside: Beside) -> Markup:
    """Return the headline, and right below it what to be careful about."""
    told = element("p", headline(report), class_="headline")
    careful = warnings_of(report, beside)
    box = element("div", element("h3", tr("report.careful")), bullets(careful), class_="careful") if careful else None
    proves = paragraph(report["cases"].get("proves"))
    return section("in-short", tr("report.section.in_short"), told, box, proves, _detectable(report))


def _detectable(report: Report) -> Markup:
    """Say which difference between two models these cases could show at all."""
    smallest = (report.get("sealed") or {}).get("detectable")
    value = smallest.get("value") if isinstance(smallest, dict) else smallest
    return (
        paragraph(tr("report.detectable", points=percent(value, 1))) if isinstance(value, int | float) else Markup("")
    )


def question(beside: Beside) -> Markup:
    """Return what was asked, as the person wrote it down."""
    asked = beside.question
    if not any(asked.get(name) for name in ("pictures", "people", "find", "other")):
        return Markup("")
    blank = tr("report.blank")
    words = {name: asked.get(name) or blank for name in ("pictures", "people", "find", "other")}
    facts: list[tuple[str, Child]] = []
    if asked.get("find_at_least") is not None:
        facts.append((tr("report.question.least"), tr("percent", value=percent(asked["find_at_least"]))))
    if asked.get("prevalence") is not None:
        facts.append((tr("report.question.prevalence"), tr("report.question.in_100", n=of_100(asked["prevalence"]))))
    known = {"pictures", "people", "find", "other", "find_at_least", "prevalence"}
    names = {name: f"report.question.{name}" for name in ("together", "side_matters", "truth", "image_size")}
    facts += [
        (tr(names[n]), plain(v)) for n, v in asked.items() if n not in known and n in names and v not in ("", None)
    ]
    sentence = joined(element("p", tr("report.question.sentence", **words), class_="asked"))
    return section("question", tr("report.section.question"), sentence, definitions(facts))
