"""The short forms: imports, windows and sessions that are killed at random moments."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.imports import kill_imports
from tests.faults.sessions import random_sessions
from tests.faults.windows import kill_windows

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a window without a screen is for Linux and macOS")


def test_an_import_that_is_killed_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    imports = kill_imports(tmp_path, 2)
    assert (imports.lost, imports.damaged) == (0, 0)
    assert imports.kills == 2


def test_a_killed_window_has_its_study_back(tmp_path: Path) -> None:
    windows = kill_windows(tmp_path, 1)
    assert windows.restored == 1


def test_random_sessions_leave_no_name_behind(tmp_path: Path) -> None:
    sessions = random_sessions(tmp_path, 3, seed=81)
    assert sessions.found == {}
    assert sessions.tracebacks == 0
    assert sessions.files > 0
