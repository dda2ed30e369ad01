"""``medapp open``: what is wrong is said in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from medapp.cli.main import NOTHING_ANSWERED, USAGE, main
from medapp.cli.open import DISPLAY_VARIABLES

FORBIDDEN = ("torch", "pydicom", "jsonschema", "highdicom", "reportlab", "imagecodecs")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_one_line_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in DISPLAY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert main(["open"]) == NOTHING_ANSWERED
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Xvfb" in told


def test_an_unknown_option_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--wat"]) == USAGE
    assert "--wat" in capsys.readouterr().err


def test_the_window_needs_none_of_the_slow_libraries_to_start() -> None:
    program = f"import sys, medapp.app; print([m for m in {FORBIDDEN!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
