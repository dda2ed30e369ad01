"""Which row of a table is about which images; what cannot be known is told, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from medapp.training.cases.tables.columns import Columns, Key
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.image_index import ImageIndex
from medapp.training.cases.tables.lookup import Found, IdLookup, NameLookup, Way, is_damaged

Fault: TypeAlias = Literal["", "empty", "missing", "number", "several", "disagrees"]
"""Why a row is about no image: it names none, none is called so, a spreadsheet has spoilt the number, several are
called so, or its columns name different ones."""


@dataclass(frozen=True, slots=True)
class RowMatch:
    """What one row is about.

    Attributes
    ----------
    row : int
        Its place in the table.
    images : tuple of int
        Places of the images; none where there is a fault.
    key : str
        The column that named them.
    way : str
        What had to be overlooked.
    fault : str
        Why it is about none.
    text : str
        What it calls them.
    """

    row: int
    images: tuple[int, ...] = ()
    key: Key | Literal[""] = ""
    way: Way = ""
    fault: Fault = ""
    text: str = ""


@dataclass(frozen=True)
class Matching:
    """Rows and images.

    Attributes
    ----------
    matches : tuple of RowMatch
        One a row.
    without_row : tuple of int
        Images that no row is about.
    """

    matches: tuple[RowMatch, ...]
    without_row: tuple[int, ...]

    @property
    def matched(self) -> int:
        """How many rows are about an image."""
        return sum(not match.fault for match in self.matches)

    @property
    def unmatched(self) -> tuple[RowMatch, ...]:
        """The rows that are about none."""
        return tuple(match for match in self.matches if match.fault)


class _Finds(Protocol):
    def find(self, text: str, /) -> Found: ...


def match_rows(grid: Grid, columns: Columns, index: ImageIndex) -> Matching:
    """Find the images of every row.

    The most telling column that a row fills decides (file, SOP, series, study, accession number; the patient where
    there is nothing else); the others must not contradict it.

    Parameters
    ----------
    grid : Grid
        The table.
    columns : Columns
        What its columns mean.
    index : ImageIndex
        The images; with headers where a column other than the file's names them.
    """
    lookups = {key: _lookup(key, index) for key in columns.keys}
    places: list[tuple[Key, int]] = [(key, grid.headers.index(getattr(columns, key))) for key in columns.keys]
    matches = tuple(_match(row, cells, places, lookups) for row, cells in enumerate(grid.rows))
    named = {image for match in matches for image in match.images}
    return Matching(matches, tuple(place for place in range(len(index.images)) if place not in named))


def _lookup(key: Key, index: ImageIndex) -> _Finds:
    if key == "file":
        return NameLookup((image.name for image in index.images), str(index.root.absolute()))
    return IdLookup((getattr(image, key) for image in index.images), single=key == "sop")


def _match(row: int, cells: tuple[str, ...], places: list[tuple[Key, int]], lookups: dict[Key, _Finds]) -> RowMatch:
    filled = [(key, cells[place]) for key, place in places if cells[place]]
    if not filled:
        return RowMatch(row, fault="empty")
    (key, text), *others = filled
    found = lookups[key].find(text)
    if not found.images:
        return RowMatch(row, key=key, fault="number" if is_damaged(text) else "missing", text=text)
    images, way = found.images, found.way
    for named in _named(others, lookups):
        both = tuple(image for image in images if image in named)
        if not both:
            return RowMatch(row, key=key, fault="disagrees", text=text)
        images = both if found.unclear else images
    if found.unclear and len(images) > 1:
        return RowMatch(row, key=key, fault="several", text=text)
    return RowMatch(row, images, key, way, text=text)


def _named(others: list[tuple[Key, str]], lookups: dict[Key, _Finds]) -> Iterator[frozenset[int]]:
    """Yield the images that the other columns of a row name, where they name any."""
    for key, text in others:
        found = lookups[key].find(text)
        if found.images and not found.unclear:
            yield frozenset(found.images)
