"""What tests of the command line share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from medapp.imaging.readers import ReaderConfig, Readers


@pytest.fixture(scope="module")
def pool() -> Iterator[Readers]:
    """One reader for all commands of a module: starting one for each would take most of the time."""
    with Readers(ReaderConfig(processes=1)) as readers:
        list(readers.headers(["started before the tests"]))
        yield readers
