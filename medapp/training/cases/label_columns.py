"""What the columns of a table of labels mean: which one names the file, which are labels, and what a cell says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from medapp.errors import MedappError
from medapp.training.cases.label_table import LabelTable

Said: TypeAlias = Literal["yes", "no", "uncertain", "blank", "other"]

FILE_NAMES = frozenset(
    {"file", "files", "filename", "file name", "filepath", "file path", "path", "source", "picture"}
    | {"image", "images", "image path", "image file", "image filename", "image name", "image index"}
    | {"img", "img path", "dicom", "dicom path"}
)
PATIENT_NAMES = frozenset({"patient", "patient id", "patientid", "patient key", "subject", "subject id", "subjectid"})
SITE_NAMES = frozenset({"site", "hospital", "centre", "center", "institution", "clinic"})
DATE_NAMES = frozenset({"date", "study date", "studydate", "exam date", "acquisition date"})
SPLIT_NAMES = frozenset({"split", "part", "subset", "partition", "set"})
CLASS_NAMES = frozenset(
    {"label", "labels", "class", "classes", "diagnosis", "category", "target", "truth", "ground truth"}
)
ABOUT_NAMES = frozenset(
    {"age", "sex", "gender", "view", "view position", "viewposition", "frontal/lateral", "ap/pa", "modality"}
    | {"maker", "manufacturer", "index", "row", "id", "number", "no", "nr", "study id", "exam id", "exam"}
    | {"comment", "comments", "note", "notes", "follow up", "follow up #"}
)
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".ima", ".jp2", ".bmp"})
BLANKS = frozenset({"", "nan", "na", "n/a", "null", "none", "nat"})
YES, NO, UNCERTAIN = frozenset({"true", "yes"}), frozenset({"false", "no"}), frozenset({"?", "uncertain"})
SAMPLE = 200


@dataclass(frozen=True)
class Columns:
    """The places of the columns.

    Attributes
    ----------
    file : int
        Names the file.
    patient, site, date, split : int or None
        What else is known about it.
    labels : tuple of int
        With 1, 0 and blanks.
    classes : int or None
        With the names of classes, where there are no `labels`.
    unused : tuple of str
        Names of the others.
    """

    file: int
    patient: int | None
    site: int | None
    date: int | None
    split: int | None
    labels: tuple[int, ...]
    classes: int | None
    unused: tuple[str, ...]


@lru_cache(maxsize=1024)  # a table of 60,000 rows asks millions of times about a few different texts
def said(cell: str) -> Said:
    """Return what a cell of a label says."""
    text = cell.casefold()
    if text in BLANKS:
        return "blank"
    if text in UNCERTAIN:
        return "uncertain"
    if text in YES or text in NO:
        return "yes" if text in YES else "no"
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return "other"
    meanings: dict[float, Said] = {1.0: "yes", 0.0: "no", -1.0: "uncertain"}
    return meanings.get(number, "other")


def columns_of(table: LabelTable, root: Path) -> Columns:
    """Find out what the columns of `table` mean, by their names and by what is in them.

    Parameters
    ----------
    table : LabelTable
        The cells.
    root : Path
        The folder that files are looked for in.

    Raises
    ------
    MedappError
        ``table.no_file_column``, ``table.no_labels``, or ``table.values`` where a column of labels holds something
        else than 1, 0, a blank, -1 or a question mark.
    """
    names = [_plain(header) for header in table.headers]
    file = _file_column(table, names, root)
    about = {
        key: _named(names, wanted, {file})
        for key, wanted in (
            ("patient", PATIENT_NAMES),
            ("site", SITE_NAMES),
            ("date", DATE_NAMES),
            ("split", SPLIT_NAMES),
        )
    }
    taken = {file, *(place for place in about.values() if place is not None)}
    free = [k for k, name in enumerate(names) if k not in taken and name and not _is_index(name)]
    labels = tuple(k for k in free if names[k] not in ABOUT_NAMES | CLASS_NAMES and _is_label(table, k))
    classes = None if labels else _class_column(table, names, free)
    used = {*taken, *labels, classes}
    unused = tuple(header for k, header in enumerate(table.headers) if k not in used and header)
    return Columns(file, **about, labels=labels, classes=classes, unused=unused)


def _plain(header: str) -> str:
    return " ".join(header.casefold().replace("_", " ").replace("-", " ").split())


def _is_index(name: str) -> bool:
    return name.startswith("unnamed:")  # the row numbers that pandas writes


def _named(names: Sequence[str], wanted: frozenset[str], taken: set[int]) -> int | None:
    return next((k for k, name in enumerate(names) if name in wanted and k not in taken), None)


def _file_column(table: LabelTable, names: Sequence[str], root: Path) -> int:
    """Return the column that names the files: by its header, else by the files that are there, else by suffixes."""
    places = range(len(names))
    there = {k: sum(is_file(root, cell) for cell in table.column(k)[:SAMPLE] if cell) for k in places}
    by_name = [k for k in places if names[k] in FILE_NAMES]
    if by_name:
        return max(by_name, key=lambda k: (there[k], -k))
    best = max(places, key=lambda k: (there[k], -k))
    if 2 * there[best] >= min(SAMPLE, len(table.rows)):
        return best
    endings = {k: sum(Path(cell).suffix.casefold() in PICTURE_SUFFIXES for cell in table.column(k)) for k in places}
    best = max(places, key=lambda k: (endings[k], -k))
    if 2 * endings[best] < len(table.rows):
        raise MedappError("table.no_file_column", name=table.path.name)
    return best


def is_file(root: Path, cell: str) -> bool:
    """Tell whether a cell names a file below `root`, or anywhere by its whole path."""
    try:
        return (root / cell.replace("\\", "/")).is_file()
    except (OSError, ValueError):  # too long, or no name for a file at all
        return False


def _is_label(table: LabelTable, place: int) -> bool:
    """Tell whether a column holds 1, 0 and blanks; one that does for the most part only is refused."""
    counts = Counter(said(cell) for cell in table.column(place))
    marked = counts["yes"] + counts["no"] + counts["uncertain"]
    if not marked or marked < counts["other"]:
        return False
    if counts["other"]:
        wrong = next(cell for cell in table.column(place) if said(cell) == "other")
        raise MedappError("table.values", column=table.headers[place], n=counts["other"], example=wrong[:40])
    return True


def _class_column(table: LabelTable, names: Sequence[str], free: Sequence[int]) -> int:
    """Return the column with the names of classes: by its header, else the only one whose texts come back."""
    by_name = [k for k in free if names[k] in CLASS_NAMES]
    if by_name:
        return by_name[0]
    candidates = [k for k in free if names[k] not in ABOUT_NAMES and _tells_classes(table.column(k))]
    if len(candidates) != 1:
        raise MedappError("table.no_labels", name=table.path.name)
    return candidates[0]


def _tells_classes(cells: Sequence[str]) -> bool:
    texts = {cell for cell in cells if said(cell) != "blank"}
    return 2 <= len(texts) <= max(2, len(cells) // 2)
