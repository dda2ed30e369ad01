"""The short form: a spread of the catalogue through a real reader, each as expected, in time, nothing written."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.faults.catalogue.row import Row
from tests.faults.catalogue.table import PARTS, count, rows_of

LARGE = frozenset(
    {
        "two million elements",
        "value lists of megabytes",
        "deflate bombs",
        "image bombs",
        "ZIP bombs",
        "documents that are none",
    }
)
PATIENCE_SECONDS = 40.0
"""Other tests may run beside; the command allows the ten seconds that the program does."""
SPREAD = {"bad files": 5, "containers": 25, "polyglots": 3}


def spread(part: str) -> list[Row]:
    """Return every n-th row, and the first of each kind of large file: those take a second to make."""
    rows = list(rows_of(PARTS[part]))
    firsts = {row.subject: row for row in reversed(rows)}
    small = [row for row in rows if row.subject not in LARGE]
    return [*firsts.values(), *islice(small, 1, None, SPREAD[part])]


@pytest.mark.parametrize("part", PARTS)
def test_a_spread_of_the_catalogue_comes_out_as_expected(part: str, tmp_path: Path) -> None:
    came = count(spread(part), tmp_path, PATIENCE_SECONDS)
    assert came.wrong == []
    assert came.tried > 30


def test_the_catalogue_is_as_long_as_it_is_said_to_be_and_no_two_rows_are_called_the_same() -> None:
    parts = {part: [(row.subject, row.name) for row in rows_of(modules)] for part, modules in PARTS.items()}
    assert all(len(names) == len(set(names)) for names in parts.values())
    assert len(parts["bad files"]) >= 300
    assert len(parts["containers"]) >= 500
    assert len(parts["polyglots"]) >= 50
