"""What the columns of a table mean: guessed from their names and from what is in them, shown, and corrected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Literal, TypeAlias, get_args

from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.training.cases.tables.grid import Grid
from medapp.training.cases.tables.lookup import coarse_id, coarse_name
from medapp.training.cases.tables.words import ASKED, HEADERS, NO, SPLITS, SUFFIXES, YES, number, plain

Key: TypeAlias = Literal["file", "sop", "series", "study", "accession", "patient"]
KEYS: tuple[Key, ...] = get_args(Key)
"""What a row can name images by, the most telling first."""
MEANINGS = (*KEYS, "label", "class", "site", "date", "split", "unused")
"""What a person can say that a column means."""
SAMPLE = 500
LABEL_SHARE = 0.8
_UID = re.compile(r"[0-2](\.\d+){4,}")


@dataclass(frozen=True)
class Columns:
    """The names of the columns by what they mean; empty where there is none.

    Attributes
    ----------
    file : str
        Names an image's file.
    sop, series, study, accession : str
        SOP, Series, Study Instance UID and Accession Number: DICOM PS3.3 C.12.1, C.7.3.1, C.7.2.1.
    patient, site, date, split : str
        What else is known; a row names its images by the patient where it has nothing better.
    classes : str
        With the names of classes that exclude each other.
    labels : tuple of str
        Each with yes or no; where there are any, there is no column of classes.
    """

    file: str = ""
    sop: str = ""
    series: str = ""
    study: str = ""
    accession: str = ""
    patient: str = ""
    site: str = ""
    date: str = ""
    split: str = ""
    classes: str = ""
    labels: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """What rows name their images by, the most telling first; the patient only where there is nothing else."""
        named = tuple(key for key in KEYS[:-1] if getattr(self, key))
        return named or (("patient",) if self.patient else ())

    @property
    def need_headers(self) -> bool:
        """Whether the headers of the images must be read to know which row is about which."""
        return any(key != "file" for key in self.keys)

    @property
    def answered(self) -> tuple[str, ...]:
        """The columns that say what is true."""
        return self.labels or ((self.classes,) if self.classes else ())

    def are_of(self, grid: Grid) -> bool:
        """Tell whether a table has all these columns."""
        named = {name for name in asdict(self).values() if isinstance(name, str) and name}
        return named | set(self.labels) <= set(grid.headers)

    def meaning(self, header: str) -> str:
        """Return which of `MEANINGS` a column has."""
        if header in self.labels:
            return "label"
        found = next((name for name, value in asdict(self).items() if value == header), "unused")
        return "class" if found == "classes" else found

    def meaning_set(self, header: str, meaning: str) -> Columns:
        """Return the columns with another meaning of one; what had this meaning before has none then."""
        cleared = replace(self, labels=tuple(label for label in self.labels if label != header))
        for name in (*KEYS, "site", "date", "split", "classes"):
            if getattr(self, name) == header:
                cleared = _with(cleared, name, "")
        match meaning:
            case "label":
                return replace(cleared, labels=(*cleared.labels, header), classes="")
            case "class":
                return replace(cleared, labels=(), classes=header)
            case "unused":
                return cleared
        return _with(cleared, meaning, header)

    def to_json(self) -> dict[str, Any]:
        """Return the columns as JSON values."""
        return {**asdict(self), "labels": list(self.labels)}


def _with(columns: Columns, name: str, header: str) -> Columns:
    changed: Any = {name: header}
    return replace(columns, **changed)


def columns_of_json(document: Mapping[str, Any]) -> Columns | None:
    """Return the columns that `Columns.to_json` has told; None for what it has not."""
    try:
        return Columns(**{**document, "labels": tuple(document["labels"])})
    except (TypeError, KeyError):
        return None


def columns_from(texts: Iterable[str], grid: Grid, guessed: Columns) -> Columns:
    """Return the columns as a person says them (``accession=Auftrag``), the others as they are guessed.

    Raises
    ------
    MedappError
        ``table.column`` for what is no ``MEANING=NAME``, ``table.no_column`` for a name that is not there.
    """
    columns, said_label = guessed, False
    by_name = {header.casefold(): header for header in grid.headers}
    for text in texts:
        meaning, mark, name = text.partition("=")
        if not mark or meaning.strip().casefold() not in MEANINGS:
            raise MedappError("table.column", text=text[:60], known=listed(MEANINGS))
        meaning, header = meaning.strip().casefold(), by_name.get(" ".join(name.split()).casefold())
        if header is None:
            raise MedappError(
                "table.no_column", name=grid.path.name, column=name[:60], known=listed(grid.headers)[:300]
            )
        if meaning in {"label", "class"} and not said_label:
            said_label = True
            columns = replace(columns, labels=(), classes="")
        columns = columns.meaning_set(header, meaning)
    return columns


def refuse_unfit(grid: Grid, columns: Columns) -> None:
    """Raise ``table.no_key`` where no column names images, ``table.no_answer`` where none says what is true."""
    if not columns.keys:
        raise MedappError("table.no_key", name=grid.path.name, columns=listed(grid.headers)[:300])
    if not columns.answered:
        raise MedappError("table.no_answer", name=grid.path.name, columns=listed(grid.headers)[:300])


def guess_columns(grid: Grid, known: Mapping[Key, frozenset[str]] | None = None) -> Columns:
    """Guess what the columns mean.

    Parameters
    ----------
    grid : Grid
        The table.
    known : mapping, optional
        What the images are called by (`ImageIndex.known`): names of files, UIDs, numbers. A column that holds such
        texts names them, whatever it is called; but a running number is never taken for the name of a file.
    """
    by_content = _by_content(grid, known or {})
    named = {key: header for key, header in _by_header(grid).items() if header not in by_content.values()}
    found = named | by_content
    taken = set(found.values())
    free = [h for h in grid.headers if h not in taken and plain(h) not in HEADERS["unused"] and not _is_index(h)]
    by_class = next((h for h in free if plain(h) in HEADERS["classes"] and _comes_back(grid.column(h))), "")
    labels = tuple(h for h in free if h != by_class and is_label(grid.column(h)))
    if by_class and is_label(grid.column(by_class)) and labels:
        labels, by_class = tuple(h for h in free if h == by_class or h in labels), ""
    if by_class and labels:  # a column of names beside ones and zeros: which of them is asked for, only a person knows
        labels = ()
    if not by_class and not labels:
        candidates = [h for h in free if _tells_classes(grid.column(h))]
        by_class = candidates[0] if len(candidates) == 1 else ""
    return Columns(**found, classes=by_class, labels=labels)


def _by_header(grid: Grid) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning in (*KEYS, "site", "date", "split"):
        named = [h for h in grid.headers if plain(h) in HEADERS[meaning] and h not in found.values()]
        usable = [h for h in named if meaning != "split" or _tells_parts(grid.column(h))]
        if usable:
            found[meaning] = max(usable, key=lambda h: sum(map(bool, grid.column(h)[:SAMPLE])))
    return found


def _by_content(grid: Grid, known: Mapping[Key, frozenset[str]]) -> dict[str, str]:
    """Return the columns that hold what images are called by: a header may say one thing and hold another."""
    by_header, found = _by_header(grid), {}
    for key in KEYS[:-1]:
        named = [h for h in grid.headers if plain(h) not in HEADERS["unused"] and not _is_index(h)] or grid.headers
        shares = {h: _share(grid.column(h), key, known.get(key, frozenset())) for h in named}
        best = max(shares, key=lambda h: (shares[h], by_header.get(key) == h))
        if shares[best] >= 0.5 or (key not in by_header and key == "file" and _are_files(grid.column(best))):
            found[key] = best
    if not found.get("file") and "file" not in by_header:
        files = [h for h in grid.headers if _are_files(grid.column(h))]
        found |= {"file": files[0]} if files else {}
    return {key: header for key, header in found.items() if key == "file" or header != found.get("file")}


def _share(cells: Sequence[str], key: Key, names: frozenset[str]) -> float:
    filled = [cell for cell in cells[:SAMPLE] if cell]
    if not filled or not names:
        return 0.0
    coarse = coarse_name if key == "file" else coarse_id
    return sum(coarse(cell) in names for cell in filled) / len(filled)


def _are_files(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells[:SAMPLE] if cell]
    named = sum(PurePosixPath(cell.replace("\\", "/")).suffix.casefold() in SUFFIXES for cell in filled)
    return bool(filled) and 2 * named >= len(filled)


def is_label(cells: Sequence[str]) -> bool:
    """Tell whether a column says yes and no, apart from blanks and a few texts that are asked about."""
    counts = Counter(number(cell.casefold()) for cell in cells)
    told = sum(n for text, n in counts.items() if text in YES or text in NO)
    filled = sum(n for text, n in counts.items() if text)
    return bool(told) and told + sum(n for t, n in counts.items() if t and t in ASKED) >= LABEL_SHARE * filled


def _tells_classes(cells: Sequence[str]) -> bool:
    texts = {cell.casefold() for cell in cells if cell.casefold() not in ASKED}
    return 2 <= len(texts) <= max(2, min(50, len(cells) // 2)) and not all(_UID.fullmatch(text) for text in texts)


def _comes_back(cells: Sequence[str]) -> bool:
    """Tell whether a column may name classes: a report in words is another in every row."""
    texts = {cell.casefold() for cell in cells if cell.casefold() not in ASKED}
    return len(texts) <= max(2, len(cells) // 2)


def _tells_parts(cells: Sequence[str]) -> bool:
    """Tell whether a column names training and test; numbers of folds do not."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and 2 * sum(cell.casefold() in SPLITS for cell in filled) >= len(filled)


def _is_index(header: str) -> bool:
    return header.casefold().startswith("unnamed:") or header.startswith("(")  # row numbers, columns without a name
