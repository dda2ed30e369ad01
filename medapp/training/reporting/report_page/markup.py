"""HTML as values: what is not markup already is escaped, so that no class name or path can become part of the page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

VOID = frozenset({"meta", "img", "br", "hr", "link"})
# controls, what turns the writing direction around, and halves of surrogate pairs, which UTF-8 does not take
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child: TypeAlias = "str | int | Markup | None"


def escaped(value: Child) -> Markup:
    """Return `value` as HTML: markup as it is, anything else with its special characters escaped; None is nothing."""
    if value is None:
        return Markup("")
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(_UNPRINTABLE.sub("\ufffd", str(value)), quote=True))


def joined(*children: Child) -> Markup:
    """Return the children one after the other."""
    return Markup("".join(escaped(child) for child in children))


def element(tag: str, *children: Child, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` and `aria_label` become ``class`` and ``aria-label``, None leaves an attribute out.

    Examples
    --------
    >>> element("p", "a < b", class_="plain")
    '<p class="plain">a &lt; b</p>'
    """
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escaped(_plain(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in VOID:
        return Markup(f"<{tag}{told}>")
    return Markup(f"<{tag}{told}>{joined(*children)}</{tag}>")


def _plain(value: str | float) -> str:
    """Write a number with two digits after the point at most: coordinates need no more."""
    return value if isinstance(value, str) else f"{round(value, 2):g}"


def section(name: str, title: str, *children: Child) -> Markup:
    """Return a section with its heading; nothing where it would be empty."""
    content = joined(*children)
    if not content:
        return content
    return element("section", element("h2", title, id=name), content, aria_labelledby=name)


def part(title: str, *children: Child) -> Markup:
    """Return a part of a section under a smaller heading; nothing where it would be empty."""
    content = joined(*children)
    return joined(element("h3", title), content) if content else content


def paragraph(text: Child) -> Markup:
    """Return a paragraph; nothing for an empty text."""
    return element("p", text) if text else Markup("")


def bullets(texts: Iterable[Child], class_: str | None = None) -> Markup:
    """Return a list; nothing where there is no text."""
    items = [element("li", text) for text in texts]
    return element("ul", *items, class_=class_) if items else Markup("")


def table(caption: str, head: Sequence[Child], rows: Iterable[Sequence[Child]], class_: str | None = None) -> Markup:
    """Return a table whose first column names the rows; nothing where there are no rows.

    Parameters
    ----------
    caption : str
        What the table is about.
    head : sequence
        Names of the columns; its row is repeated on each printed page.
    rows : iterable of sequence
        The first cell of each is its heading.
    class_ : str, optional
        How it looks.
    """
    body = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    if not body:
        return Markup("")
    top = element("tr", *(element("th", name, scope="col") for name in head))
    whole = element("table", element("caption", caption), element("thead", top), element("tbody", *body), class_=class_)
    return element("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption)


def figure(drawing: Markup, caption: str, class_: str | None = "chart") -> Markup:
    """Return a drawing or picture with what it shows below it; nothing where there is none."""
    return element("figure", drawing, element("figcaption", caption), class_=class_) if drawing else drawing
