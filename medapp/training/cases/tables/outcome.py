"""The cases that a table and a folder of images make together: every image once, with what its rows say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medapp.i18n import tr
from medapp.training.cases.case import Case, Marks, Part, told
from medapp.training.cases.tables.dates import DateOrder, iso_date, order_of
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.image_index import ImageIndex
from medapp.training.cases.tables.matching import Matching, RowMatch
from medapp.training.cases.tables.questions import Meaning
from medapp.training.cases.tables.words import SPLITS


@dataclass(frozen=True)
class Outcome:
    """What came of a table.

    Attributes
    ----------
    cases : tuple of Case
        In the order of their names.
    classes : tuple of str
        Classes, or labels.
    unlabelled : int
        Images whose rows say nothing that is known.
    conflicts : tuple of str
        Images whose rows contradict each other; they are no cases.
    repeated : int
        Rows that say again what another row has said of the same images.
    spread : int
        Rows that are about more than one image.
    spread_images : int
        Images that got their answer from such a row.
    spellings : tuple of str
        Names of classes that differ in small and capital letters only.
    """

    cases: tuple[Case, ...]
    classes: tuple[str, ...]
    unlabelled: int = 0
    conflicts: tuple[str, ...] = ()
    repeated: int = 0
    spread: int = 0
    spread_images: int = 0
    spellings: tuple[str, ...] = ()
    dates_unclear: bool = False


@dataclass(frozen=True)
class _Said:
    """What one row says: the class, or the labels that it knows, and the part."""

    label: str
    marks: Marks
    part: Part | None

    @property
    def nothing(self) -> bool:
        return not self.label and not self.marks

    def contradicts(self, other: _Said) -> bool:
        mine, others = dict(self.marks), dict(other.marks)
        return (
            bool(self.label and other.label and self.label.casefold() != other.label.casefold())
            or any(others.get(name, mark) != mark for name, mark in mine.items())
            or bool(self.part and other.part and self.part != other.part)
        )


def outcome_of(grid: Grid, meaning: Meaning, index: ImageIndex, matching: Matching) -> Outcome:
    """Return the cases; an image of which rows say different things, or nothing, is none."""
    reader = _RowReader(grid, meaning)
    rows = {match.row: reader.said(match.row) for match in matching.matches if not match.fault}
    by_image: dict[int, list[RowMatch]] = defaultdict(list)
    for match in matching.matches:
        for image in match.images:
            by_image[image].append(match)
    cases, conflicts, unlabelled = [], [], 0
    for image in sorted(by_image):
        said = [rows[match.row] for match in by_image[image]]
        if any(a.contradicts(b) for k, a in enumerate(said) for b in said[:k]):
            conflicts.append(index.images[image].name)
        elif all(one.nothing for one in said):
            unlabelled += 1
        else:
            cases.append(reader.case(index, image, [match.row for match in by_image[image]], said))
    named, classes, spellings = _with_one_spelling(cases, meaning)
    wide = [match for match in matching.matches if len(match.images) > 1]
    return Outcome(
        tuple(named),
        classes,
        unlabelled,
        tuple(conflicts),
        repeated=_repeated(matching, rows),
        spread=len(wide),
        spread_images=len({image for match in wide for image in match.images}),
        spellings=spellings,
        dates_unclear=reader.dates == "unclear",
    )


class _RowReader:
    """Reads what rows say; looks up where the columns are once."""

    def __init__(self, grid: Grid, meaning: Meaning) -> None:
        self._grid, self._meaning = grid, meaning
        columns = meaning.columns
        self._places = {h: grid.headers.index(h) for h in grid.headers}
        self._about = {name: getattr(columns, name) for name in ("patient", "site", "date")}
        self.dates: DateOrder = order_of(grid.column(columns.date)) if columns.date else ""
        self._without = tr("table.without", label=columns.labels[0]) if len(columns.labels) == 1 else ""

    def _cell(self, row: int, header: str) -> str:
        return self._grid.rows[row][self._places[header]] if header else ""

    def said(self, row: int) -> _Said:
        meaning, columns = self._meaning, self._meaning.columns
        part = SPLITS.get(self._cell(row, columns.split).casefold()) if columns.split else None
        if meaning.several:
            marks = ((name, meaning.mark(self._cell(row, name))) for name in columns.labels)
            return _Said("", tuple((name, mark) for name, mark in marks if mark is not None), part)
        return _Said(self._label(self._cell(row, columns.answered[0])), (), part)

    def _label(self, cell: str) -> str:
        if not self._meaning.binary:
            return self._meaning.label(cell)
        mark, columns = self._meaning.mark(cell), self._meaning.columns
        if mark is None:
            return ""
        if columns.labels:
            return columns.labels[0] if mark else self._without
        return str(int(mark))

    def case(self, index: ImageIndex, image: int, rows: Sequence[int], said: Sequence[_Said]) -> Case:
        """Return the case of an image; what is known beside its label is that of the first row that says it."""
        name = index.images[image].name
        about = {key: next(filter(None, (self._cell(row, h) for row in rows)), "") for key, h in self._about.items()}
        marks = {name: mark for one in said for name, mark in one.marks}
        ordered = tuple((label, marks[label]) for label in self._meaning.columns.labels if label in marks)
        return Case(
            source=str(index.root / name),
            name=name,
            label=told(ordered) if self._meaning.several else next(one.label for one in said if one.label),
            part=next((one.part for one in said if one.part), None),
            patient=about["patient"],
            marks=ordered if self._meaning.several else None,
            site=about["site"],
            date=iso_date(about["date"], self.dates),
        )


def _with_one_spelling(cases: Sequence[Case], meaning: Meaning) -> tuple[list[Case], tuple[str, ...], tuple[str, ...]]:
    """Return the cases with one spelling a class, the classes, and those that had several."""
    if meaning.several:
        return list(cases), meaning.columns.labels, ()
    written = Counter(case.label for case in cases)
    spelling: dict[str, str] = {}
    for label in sorted(written, key=lambda label: (-written[label], label)):
        spelling.setdefault(_one_way(label), label)
    named = [replace(case, label=spelling[_one_way(case.label)]) for case in cases]
    others = (f"{label} = {spelling[_one_way(label)]}" for label in sorted(written) if label not in spelling.values())
    return named, tuple(sorted(spelling.values())), tuple(others)


def _one_way(label: str) -> str:
    return " ".join(label.casefold().split())


def _repeated(matching: Matching, rows: Mapping[int, _Said]) -> int:
    seen: set[tuple[tuple[int, ...], _Said]] = set()
    repeated = 0
    for match in matching.matches:
        if match.fault:
            continue
        key = match.images, rows[match.row]
        repeated += key in seen
        seen.add(key)
    return repeated
