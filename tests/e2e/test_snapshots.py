"""The screens look as they did when somebody last looked at them.

After a change that is meant, run `python3 packaging/dev.py test tests/e2e/test_snapshots.py` with
MEDAPP_SNAPSHOTS=write, and look at the pictures in `tests/snapshots` before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QImage
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.e2e.dialog_screens import dialog_screens
from tests.e2e.driver import Driver
from tests.e2e.reading_screens import model_screens
from tests.e2e.screens import SIZES, THEMES, review_screens, walk

pytestmark = pytest.mark.e2e
FOLDER = Path(__file__).resolve().parents[1] / "snapshots"
SIZE = (1366, 768)
FONT = "DejaVu Sans"
Tour: TypeAlias = Callable[[Driver, Path], Iterator[str]]
GREY_LEVELS, SHARE = 1, 0.001
"""What may differ: one level anywhere, and more in a thousandth of the pixels (how a font's edge is drawn)."""


def question_screen(hands: Driver, _: Path) -> Iterator[str]:
    """The first step of teaching, before anything is written."""
    hands.click(hands.tool_button("show_teaching"))
    hands.wait_for(hands.find(QLineEdit, "question_people").isVisible, "the question")
    yield "teach-1-question-empty"


def pixels(image: QImage) -> NDArray[np.uint8]:
    """The colours of an image, shape (height, width, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def changed_screens(
    theme: str,
    tours: tuple[Tour, ...],
    folder: Path,
    scale: int = 1,
    left_out: tuple[str, ...] = (),
    size: tuple[int, int] = SIZE,
) -> list[str]:
    """Return what does not look as it did; pictures are kept `scale` times smaller than they are."""
    changed = []
    at = "" if size == SIZE else f"-{size[0]}"
    for name, picture in walk(theme, size, tours):
        if name in left_out:
            continue
        small = picture.scaledToWidth(picture.width() // scale, Qt.TransformationMode.SmoothTransformation)
        reference = FOLDER / f"{name}-{theme}{at}.png"
        if os.environ.get("MEDAPP_SNAPSHOTS") == "write":
            assert small.save(str(reference))
        now, then = pixels(small.toImage()), pixels(QImage(str(reference)))
        same_shape = now.shape == then.shape
        share = np.mean(np.abs(now.astype(int) - then).max(axis=2) > GREY_LEVELS) if same_shape else 1.0
        if share > SHARE:
            picture.save(str(folder / reference.name))
            changed.append(f"{reference.name}: {share:.2%} of the pixels differ; it is now {folder / reference.name}")
    return changed


@pytest.fixture(autouse=True)
def _machine_of_the_snapshots(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the window tell of two cores; skip where another font is used."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    if QFontInfo(qapp.font()).family() != FONT:
        pytest.skip(f"the snapshots were taken with the font {FONT}, which this system does not use")


@pytest.mark.parametrize("theme", THEMES)
def test_start_review_and_question_look_as_they_did(theme: str, tmp_path: Path) -> None:
    assert not changed_screens(theme, (review_screens, question_screen), tmp_path)


@pytest.mark.parametrize("theme", THEMES)
def test_on_a_large_screen_they_do_too(theme: str, tmp_path: Path) -> None:
    tours = (review_screens, question_screen)
    assert not changed_screens(theme, tours, tmp_path, scale=2, size=SIZES[1])


@pytest.mark.parametrize("theme", THEMES)
def test_the_models_look_as_they_did(theme: str, tmp_path: Path) -> None:
    assert not changed_screens(theme, (model_screens,), tmp_path, scale=2)


@pytest.mark.parametrize("theme", THEMES)
def test_measurements_cells_and_dialogs_look_as_they_did(theme: str, tmp_path: Path) -> None:
    seen_above = ("start", "review")
    # one changes with every sentence of the documentation; the other names body parts in Chinese, in whatever font
    left_out = (*seen_above, "dialog-guide", "dialog-hanging-rules")
    assert not changed_screens(theme, (review_screens, dialog_screens), tmp_path, scale=2, left_out=left_out)
