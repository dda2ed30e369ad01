"""The page in a real browser, headless: it prints to PDF, loads nothing, and fits the screens that people have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from medapp.training.reporting.report_page.page import report_page
from tests.training.report_page.trial_report import beside, full_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed (looked for {', '.join(BROWSERS)})")
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "Bericht ü.html"
    target.write_text(report_page(full_report(), beside()), encoding="utf-8")
    return target


def opened(browser: str, page: Path, *arguments: str) -> str:
    """Open the page without a window and return what the browser wrote to its log."""
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr"]
    profile = f"--user-data-dir={page.parent / 'profile'}"
    done = subprocess.run(
        [*command, profile, *arguments, page.as_uri()], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


def test_it_prints_to_a_pdf_of_several_pages(browser: str, page: Path) -> None:
    target = page.with_suffix(".pdf")
    opened(browser, page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    pdf = target.read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") >= 8


@pytest.mark.parametrize("width", [1366, 500])
def test_it_is_drawn_within_the_width_of_the_screen_and_nothing_is_blocked(
    browser: str, page: Path, tmp_path: Path, width: int
) -> None:
    target = tmp_path / "screen.png"
    log = opened(browser, page, f"--window-size={width},4000", f"--screenshot={target}")
    assert "Content Security Policy" not in log
    drawn = cv2.imread(str(target), cv2.IMREAD_GRAYSCALE)
    assert drawn.shape[1] == width
    assert np.ptp(drawn) > 200
    assert int(drawn[:, -2:].min()) > 200  # the margin on the right: nothing runs out of the page
