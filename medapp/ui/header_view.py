"""What the header browser shows: one header, or two beside each other. Pure; the widgets and the desk use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from medapp.i18n import spaced, tr
from medapp.imaging.header_row import HeaderRow

HIDDEN = "•••"
Mark: TypeAlias = Literal["", "differs", "here", "there"]
HeaderPath: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One line of the browser.

    Attributes
    ----------
    path : tuple of str
        Keys from the outermost line down to this one.
    row : HeaderRow
        Of the header on screen; of the other one where only that has it.
    other : HeaderRow or None
        What the other header says.
    mark : str
        How the two differ: ``differs``, only ``here``, only ``there``; empty where they do not, or none is compared.
    """

    path: HeaderPath
    row: HeaderRow
    other: HeaderRow | None = None
    mark: Mark = ""

    @property
    def depth(self) -> int:
        """How deep it lies."""
        return len(self.path) - 1


@dataclass(frozen=True)
class CompareChoice:
    """An image whose header can be compared: what it is called, its file."""

    text: str
    source: str


@dataclass(frozen=True)
class HeaderView:
    """All that the header browser shows.

    Attributes
    ----------
    lines : tuple of HeaderLine
    choices : tuple of CompareChoice
    compared : str
        The source of the other header; empty for none.
    told : str
        What stands in place of the lines, or beside them: that it is being read, or why it cannot be.
    """

    lines: tuple[HeaderLine, ...] = ()
    choices: tuple[CompareChoice, ...] = ()
    compared: str = ""
    told: str = ""


def lines_of(rows: Sequence[HeaderRow], other: Sequence[HeaderRow] | None = None) -> tuple[HeaderLine, ...]:
    """Return the lines of a header; with another one, of both in the order of their tags."""
    mine = dict(_with_paths(rows))
    if other is None:
        return tuple(HeaderLine(path, row) for path, row in mine.items())
    theirs = dict(_with_paths(other))
    order = list(mine) if mine.keys() == theirs.keys() else sorted(mine.keys() | theirs.keys())
    return tuple(_compared(path, mine.get(path), theirs.get(path)) for path in order)


def _with_paths(rows: Iterable[HeaderRow]) -> Iterable[tuple[HeaderPath, HeaderRow]]:
    above: list[str] = []
    for row in rows:
        del above[row.depth :]
        above.append(row.key)
        yield tuple(above), row


def _compared(path: HeaderPath, mine: HeaderRow | None, theirs: HeaderRow | None) -> HeaderLine:
    if mine is None:
        assert theirs is not None
        return HeaderLine(path, theirs, theirs, "there")
    if theirs is None:
        return HeaderLine(path, mine, None, "here")
    same = (mine.value, mine.told, mine.length) == (theirs.value, theirs.told, theirs.length)
    return HeaderLine(path, mine, theirs, "" if same else "differs")


def only_differences(lines: Sequence[HeaderLine]) -> tuple[HeaderLine, ...]:
    """Return the lines that differ, and those that they lie in."""
    wanted = {line.path[:depth] for line in lines if line.mark for depth in range(1, len(line.path) + 1)}
    return tuple(line for line in lines if line.path in wanted)


def matching(lines: Sequence[HeaderLine], text: str, *, hidden: bool) -> tuple[int, ...]:
    """Return which lines hold `text` in tag, name or value; what is hidden is not searched."""
    wanted = text.casefold().strip()
    if not wanted:
        return ()
    return tuple(number for number, line in enumerate(lines) if wanted in _haystack(line, hidden=hidden))


def _haystack(line: HeaderLine, *, hidden: bool) -> str:
    row, other = line.row, line.other
    plain_tag = row.tag.strip("()").replace(",", "")
    values = (here_text(line, hidden=hidden), value_text(other, hidden=hidden) if other is not None else "")
    return "\n".join((row.tag, plain_tag, row.vr, name_text(row), *values)).casefold()


def name_text(row: HeaderRow) -> str:
    """Return the name of a row; items are counted."""
    return tr("header.item", number=row.name) if row.is_item else row.name


def here_text(line: HeaderLine, *, hidden: bool) -> str:
    """Return the value that the header on screen has; nothing where only the other one has the line."""
    return "" if line.mark == "there" else value_text(line.row, hidden=hidden)


def there_text(line: HeaderLine, *, hidden: bool) -> str:
    """Return the value that the other header has."""
    return "" if line.other is None else value_text(line.other, hidden=hidden)


def value_text(row: HeaderRow, *, hidden: bool) -> str:
    """Return a value as it is shown, with what of it is not."""
    if row.told == "unreadable":
        return tr("header.told_unreadable")
    if hidden and row.identity and row.value:
        return HIDDEN
    if row.vr == "SQ":
        return tr("header.items", count=row.length)
    told = tr(f"header.told_{row.told}", length=f"{row.length:,}") if row.told else ""
    return spaced((row.value, told))


def row_text(line: HeaderLine, *, hidden: bool, compared: bool) -> str:
    """Return a line as text with tabs between its columns, as spreadsheets take it."""
    indent = "  " * line.depth
    cells = [indent + (line.row.tag or name_text(line.row)), line.row.vr, name_text(line.row)]
    cells.append(here_text(line, hidden=hidden))
    if compared:
        cells.append(there_text(line, hidden=hidden))
    return "\t".join(cell.replace("\n", " ").replace("\t", " ") for cell in cells)


def all_text(lines: Sequence[HeaderLine], *, hidden: bool, compared: bool) -> str:
    """Return all lines as text."""
    return "\n".join(row_text(line, hidden=hidden, compared=compared) for line in lines)


def opened(rows: Sequence[HeaderRow], path: HeaderPath, below: Sequence[HeaderRow]) -> tuple[HeaderRow, ...]:
    """Return a header with what was read below one of its rows."""
    places: Mapping[HeaderPath, int] = {at: number for number, (at, _) in enumerate(_with_paths(rows))}
    at = places.get(path)
    if at is None or not rows[at].held:
        return tuple(rows)
    return (*rows[:at], rows[at]._replace(held=False), *below, *rows[at + 1 :])
