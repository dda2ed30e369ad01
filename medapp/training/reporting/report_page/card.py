"""The model card on the page: the little Markdown that a card is written in, as HTML. Anything else stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from medapp.i18n import tr
from medapp.training.reporting.report_page.markup import Markup, bullets, element, escaped, joined, section, table

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_RULER = re.compile(r"^\|[\s:|-]+\|$")


def card_section(card: str) -> Markup:
    """Return the model card as a section."""
    return section("card", tr("report.section.card"), as_html(card))


def as_html(markdown: str) -> Markup:
    """Return headings, lists, tables, paragraphs and bold words of `markdown` as HTML; no links and no pictures."""
    lines = [line.rstrip() for line in markdown.splitlines()]
    return joined(*(_block(kind, list(block)) for kind, block in groupby(lines, _kind)))


def _kind(line: str) -> str:
    if not line:
        return "blank"
    if line.startswith("#"):
        return "heading"
    if line.startswith(("* ", "- ")):
        return "list"
    return "table" if line.startswith("|") else "text"


def _block(kind: str, lines: list[str]) -> Markup:
    match kind:
        case "heading":
            return joined(*map(_heading, lines))
        case "list":
            return bullets(_words(line[2:]) for line in lines)
        case "table":
            return _table([line for line in lines if not _RULER.match(line)])
        case "text":
            return element("p", _words(" ".join(lines)))
    return Markup("")


def _heading(line: str) -> Markup:
    words = line.lstrip("#")
    # the page's own headings are of the first and second level
    level = min(6, 2 + max(1, len(line) - len(words)))
    return element(f"h{level}", _words(words.strip()))


def _table(lines: list[str]) -> Markup:
    rows = [[_words(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]
    head, *rest = rows or [[]]
    return table(tr("report.card_table"), head, rest) if rest else joined(*head)


def _words(text: str) -> Markup:
    return joined(*_bold(text))


def _bold(text: str) -> Iterator[Markup]:
    for position, words in enumerate(_BOLD.split(text)):
        yield element("strong", words) if position % 2 else escaped(words)
