"""The table of the 34 display traps: file → what it proves → what is expected.

Every trap is one or more rows, each a check that fails when the trap is fallen into. The rows live in `rows_*.py` by
subject; `docs/traps.md` is written from them (`python -m tests.traps`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from medapp.imaging.found import HeaderReply
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers

TITLES = {
    1: "Window LINEAR: half pixel, width 1",
    2: "VOI LUT Function: SIGMOID, LINEAR_EXACT, unknown",
    3: "VOI LUT Sequence beside the windows",
    4: "LUT descriptor: first value signed as its input",
    5: "Several windows; none in the file",
    6: "Fractional slope and intercept",
    7: "Bits Stored, High Bit, Pixel Representation",
    8: "Overlay in the high bits",
    9: "Values above Bits Stored",
    10: "MONOCHROME1 inverted after VOI",
    11: "MONOCHROME1 with Presentation LUT Shape INVERSE",
    12: "Presentation states",
    13: "Pixel padding",
    14: "Display shutters",
    15: "Pixels that are not square",
    16: "Where millimetres come from",
    17: "Ultrasound regions",
    18: "Uncompressed YBR and planar configuration",
    19: "JPEG colour against the tag",
    20: "JPEG 2000 against the tags, JP2 wrapper",
    21: "Palettes",
    22: "Windows of colour images",
    23: "ICC profiles",
    24: "Enhanced multi-frame: attributes and order per frame",
    25: "Order of slices, what is split off, gaps and tilt",
    26: "Float, double and 32-bit pixels",
    27: "One bit a pixel, width not a multiple of 8",
    28: "Fragments and offset tables",
    29: "Transfer syntaxes and missing headers",
    30: "DICOM without pixels",
    31: "Character sets",
    32: "Cine rate",
    33: "Lossy compression is marked",
    34: "For-processing images are labelled",
}


@dataclass(frozen=True)
class Opened:
    """The file of a row, opened as the program does: through a reader process."""

    path: Path
    readers: Readers

    @property
    def source(self) -> str:
        """The file as a source of the readers."""
        return str(self.path)

    def frame(self, index: int = 0) -> Frame:
        """Return a decoded frame, from 0."""
        return self.readers.frame(self.source, index)

    def header(self) -> HeaderReply:
        """Return what the header says."""
        (reply,) = self.readers.headers([self.source])  # to its end: closing it early costs the reader
        return reply


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `file` is a path below ``shared/data/dicom``, or a function that writes a synthetic file into a folder and returns
    its path; its docstring's first line describes it. A returned folder is a series: the check lists it.
    """

    trap: int
    file: str | Callable[[Path], Path]
    proves: str
    expected: str
    check: Callable[[Opened], None]

    @property
    def is_real(self) -> bool:
        """Whether the file is one of the reference data."""
        return isinstance(self.file, str)

    @property
    def name(self) -> str:
        """The file as the table shows it."""
        if isinstance(self.file, str):
            return self.file
        return "made: " + (self.file.__doc__ or self.file.__name__).strip().splitlines()[0].rstrip(".")


def all_rows() -> Iterator[Row]:
    """Yield the rows of every ``rows_*.py`` beside this file, by trap."""
    here = Path(__file__).parent
    names = [m.name for m in iter_modules([str(here)]) if m.name.startswith("rows_")]
    rows = [row for name in names for row in import_module(f"tests.traps.{name}").ROWS]
    yield from sorted(rows, key=lambda r: r.trap)


def as_markdown() -> str:
    """Return the page ``docs/traps.md``."""
    lines = [
        "# The 34 display traps",
        "",
        "Written by `python -m tests.traps`; every row is a test (`pytest tests/traps`). Real files are those of",
        "the reference data (`dicom/…`), the others are made by the test.",
        "",
        "| # | trap | file | what it proves | expected |",
        "|---|---|---|---|---|",
    ]
    for row in all_rows():
        file = f"`{row.name}`" if row.is_real else row.name
        cells = (str(row.trap), TITLES[row.trap], file, row.proves, row.expected)
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"
