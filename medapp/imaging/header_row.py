"""What a file says of itself, row by row as a tree is shown: attributes, sequences, items."""

from __future__ import annotations

from typing import NamedTuple

MOST_ROWS = 4000
"""Rows that are read at once; what lies deeper is held back until it is asked for."""
LONGEST_VALUE = 1024
"""Characters of a value that are kept."""


class HeaderRow(NamedTuple):
    """One row: an attribute of DICOM, an item of a sequence, or what a picture says.

    Attributes
    ----------
    key : str
        What tells it from its siblings: ``0010,0010``, ``#00001`` of an item, the name of a picture's entry. Siblings
        of a data set, and items, are in the order of their keys.
    depth : int
        0 for the outermost.
    tag, vr, name, value : str
        As it is written; the value not longer than `LONGEST_VALUE`.
    told : str
        What the value is not in full: ``cut``, ``binary``, ``pixels``, ``unreadable``; text ``header.told_<told>``.
    length : int
        Of the whole value: characters, or bytes of a binary one; items of a sequence.
    identity : bool
        Whether it may tell who the patient is.
    held : bool
        Whether it has children that were not read yet.
    """

    key: str
    depth: int
    tag: str
    vr: str
    name: str
    value: str = ""
    told: str = ""
    length: int = 0
    identity: bool = False
    held: bool = False

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a sequence."""
        return self.key.startswith("#")


def shortened(text: str) -> tuple[str, str, int]:
    """Return a text that is not too long to be kept, what is told of it, and its whole length."""
    if len(text) <= LONGEST_VALUE:
        return text, "", len(text)
    return text[:LONGEST_VALUE], "cut", len(text)
