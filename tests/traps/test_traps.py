"""Runs the table of traps through real reader processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from medapp.imaging.readers import ReaderConfig, Readers
from tests.traps.table import TITLES, Opened, Row, all_rows, as_markdown

ROWS = tuple(all_rows())
DOCS = Path(__file__).parents[2] / "docs" / "traps.md"

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning"
)  # pydicom's, on the odd values that the files are made of


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as pool:
        list(pool.headers(["started before the tests"]))
        yield pool


def _id(row: Row) -> str:
    return f"{row.trap}-{row.proves}"


def _marks(row: Row) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.data,) if row.is_real else ()


@pytest.mark.parametrize("row", [pytest.param(r, id=_id(r), marks=_marks(r)) for r in ROWS])
def test_a_trap_is_not_fallen_into(row: Row, readers: Readers, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if isinstance(row.file, str):
        path = request.getfixturevalue("shared_data") / "dicom" / row.file
    else:
        path = row.file(tmp_path)
    row.check(Opened(path, readers))


def test_every_trap_has_a_row() -> None:
    assert sorted({r.trap for r in ROWS}) == sorted(TITLES)


def test_the_page_in_the_docs_is_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == as_markdown(), "run: python -m tests.traps"
