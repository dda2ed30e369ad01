"""CLAIM 2024 and TRIPOD+AI as tables: each item with where and what, or "not stated"."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from medapp.folders import resource_path
from medapp.i18n import spaced, tr
from medapp.training.reporting.report_page.beside import Beside, Report
from medapp.training.reporting.report_page.facts import facts_of
from medapp.training.reporting.report_page.markup import Child, Markup, element, joined, paragraph, part, section, table

CHECKLISTS = ("claim_2024", "tripod_ai")


@dataclass(frozen=True)
class Item:
    """One item of a checklist; what it asks for, in short words of our own, is ``checklist.<name>.<number>``.

    Attributes
    ----------
    number : str
        As published.
    facts : tuple of str
        What answers it; the first of them must be known.
    where : str
        The section of the page that tells more, or empty.
    """

    number: str
    facts: tuple[str, ...] = ()
    where: str = ""


@cache
def items_of(name: str) -> tuple[Item, ...]:
    """Return the items of the checklist ``resources/report/<name>.json``."""
    rows = json.loads(resource_path("report", f"{name}.json").read_text(encoding="utf-8"))
    return tuple(Item(row["number"], tuple(row.get("facts", ())), row.get("where", "")) for row in rows)


def answer(item: Item, facts: Mapping[str, str]) -> str:
    """Return what the report says about an item; an empty text where it does not state it."""
    if not item.facts or item.facts[0] not in facts:
        return ""
    return spaced(facts[name] for name in item.facts if name in facts)


def checklists_section(report: Report, beside: Beside, present: Collection[str]) -> Markup:
    """Return both checklists, with how many of their items are stated; they lead to the sections that are `present`."""
    facts = facts_of(report, beside)
    tables = [_checklist(name, facts, present) for name in CHECKLISTS]
    return section(
        "checklists", tr("report.section.checklists"), paragraph(tr("report.checklists_told")), joined(*tables)
    )


def _checklist(name: str, facts: Mapping[str, str], present: Collection[str]) -> Markup:
    items = items_of(name)
    answers = [answer(item, facts) for item in items]
    leads = [item.where if item.where in present else "" for item in items]
    told = [_stated(text, lead) for text, lead in zip(answers, leads, strict=True)]
    rows = [(item.number, tr(f"checklist.{name}.{item.number}"), text) for item, text in zip(items, told, strict=True)]
    title = tr(f"report.checklist.{name}")
    stated = paragraph(tr("report.checklist_stated", stated=sum(map(bool, answers)), items=len(items)))
    head = [tr(f"report.column.{column}") for column in ("number", "item", "stated")]
    return part(title, stated, table(title, head, rows, "checklist"))


def _stated(text: str, section_name: str) -> Child:
    if not text:
        return element("span", tr("report.not_stated"), class_="missing")
    if not section_name:
        return text
    where = tr(f"report.section.{section_name.replace('-', '_')}")
    return joined(text, " ", element("a", tr("report.see", section=where), href=f"#{section_name}", class_="see"))
