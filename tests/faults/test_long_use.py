"""The short form of a working day: after the first studies nothing grows any more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from medapp.app import build
from medapp.folders import user_folders
from tests.faults.long_use import a_day

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is held is read from /proc")


def test_what_the_window_holds_is_flat_after_a_warm_up(qapp: QApplication, tmp_path: Path) -> None:
    parts = build(user_folders())
    try:
        first, *_, last = a_day(parts, tmp_path / "studies", studies=36, every=12)
    finally:
        parts.close()
    assert last.handles <= first.handles + 4
    assert last.threads <= first.threads + 1
    assert last.children == first.children
    assert last.temporary <= first.temporary
    assert last.resident_mb < first.resident_mb + 40
