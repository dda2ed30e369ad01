"""Step 3 with mouse and keys: findings are looked at, acted on, and each action is undone."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QMenu, QPushButton

from medapp.files import write_bytes
from medapp.folders import user_folders
from medapp.imaging.phantom import NODULE, write_cases
from medapp.workflows.teaching import Project, list_projects
from tests.e2e.driver import Driver, drive
from tests.e2e.screens import text_of
from tests.e2e.test_teach import take_focus_back

pytestmark = pytest.mark.e2e
PATTERN = r"(patient\d+)_"
BORDER = "shortcut_frame"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Thirty patients of each class."""
    return write_cases(tmp_path / "Fälle", patients_per_class=30)


def paint_borders(folder: Path, share: float = 0.04) -> None:
    """Give every picture with a nodule a white border, as another scanner might."""
    for path in sorted((folder / NODULE).glob("*.png")):
        picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
        wide = round(share * len(picture))
        picture[:wide] = picture[-wide:] = picture[:, :wide] = picture[:, -wide:] = 255
        write_bytes(path, cv2.imencode(".png", picture)[1].tobytes())


def copy_some(folder: Path) -> None:
    """Put four pictures of a class there once more, under other names."""
    for path in sorted((folder / NODULE).glob("*.png"))[:4]:
        shutil.copy(path, path.with_name(path.name.replace("_1", "_again")))


def shown(hands: Driver, name: str) -> QPushButton | None:
    """Return the button with a name that can be seen; one that waits for its end cannot."""
    return next((b for b in hands.window.findChildren(QPushButton, name) if b.isVisible()), None)


def press(hands: Driver, name: str) -> None:
    hands.wait_for(lambda: (b := shown(hands, name)) is not None and b.isEnabled(), f"the button {name}")
    button = shown(hands, name)
    assert button is not None
    hands.click(button)


def choose(hands: Driver, name: str, place: int) -> None:
    """Open the menu of a button, and take one of its rows with the arrow keys."""

    def take() -> None:
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            QTimer.singleShot(20, take)
            return
        for _ in range(place + 1):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Return)

    QTimer.singleShot(20, take)
    press(hands, name)
    take_focus_back(hands)


def go_to_check(hands: Driver, cases: Path) -> None:
    hands.click(hands.tool_button("show_teaching"))
    hands.drop([cases])
    pattern = hands.find(QLineEdit, "patient_pattern")
    hands.wait_for(pattern.isEnabled, "the cases")
    hands.click(pattern)
    QTest.keyClicks(pattern, PATTERN)
    hands.key(Qt.Key.Key_Return)
    hands.wait_for(lambda: "60 patients" in text_of(hands, "cases_patients"), "the patients")
    press(hands, "cases_next")
    hands.wait_for(lambda: text_of(hands, "proves"), "the check")


def pictures(hands: Driver, code: str) -> list[QLabel]:
    """Return the pictures of a finding that are drawn."""
    labels = hands.window.findChildren(QLabel, f"picture_{code}")
    return [one for one in labels if one.isVisible() and not one.pixmap().isNull()]


def project() -> Project:
    return list_projects(user_folders().projects)[0]


def test_a_border_that_tells_is_masked_undone_and_kept_with_a_reason(qapp: QApplication, cases: Path) -> None:
    paint_borders(cases)

    def script(hands: Driver) -> None:
        go_to_check(hands, cases)
        hands.wait_for(lambda: shown(hands, f"fix_{BORDER}"), "the finding about the border")
        assert "50 of 100 pairs" in text_of(hands, f"figure_{BORDER}")
        hands.wait_for(lambda: len(pictures(hands, BORDER)) == 6, "six pictures")
        assert {one.toolTip().split("\n")[1] for one in pictures(hands, BORDER)} <= {"nodule", "normal"}
        choose(hands, f"fix_{BORDER}", 0)
        hands.wait_for(lambda: not project().state.stale and project().state.remedies, "the check anew")
        hands.wait_for(lambda: shown(hands, "decided") and not shown(hands, f"fix_{BORDER}"), "no such finding")
        assert not [f for f in (project().state.checked or {})["findings"] if f["code"].startswith("shortcut_f")]
        press(hands, "decided")
        press(hands, "undo_0")
        hands.wait_for(lambda: shown(hands, f"fix_{BORDER}"), "the finding again")
        assert project().state.remedies == ()
        press(hands, f"keep_{BORDER}")
        QTest.keyClicks(QApplication.focusWidget(), "both scanners have it")
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: not shown(hands, f"fix_{BORDER}"), "the finding to be folded")

    drive([], script)
    kept = project().state
    assert [taken.because for taken in kept.remedies] == ["both scanners have it"]
    told = [entry.text for entry in kept.lab_book]
    assert sum("Border masked" in line for line in told) == 2  # done, and undone
    assert "both scanners have it" in told[-1]


def test_a_window_that_was_closed_still_undoes(qapp: QApplication, cases: Path) -> None:
    copy_some(cases)

    def leave_out(hands: Driver) -> None:
        go_to_check(hands, cases)
        hands.wait_for(lambda: len(pictures(hands, "duplicates")) == 6, "copies beside each other")
        press(hands, "after_duplicates")
        hands.wait_for(lambda: len(pictures(hands, "duplicates")) == 2, "the last of the copies")
        press(hands, "exclude_duplicates")
        hands.wait_for(lambda: not project().state.stale and project().state.remedies, "the check anew")
        hands.wait_for(lambda: not shown(hands, "exclude_duplicates"), "no copies")

    drive([], leave_out)
    assert (project().state.checked or {})["excluded"] == 4

    def take_back(hands: Driver) -> None:
        hands.click(hands.tool_button("show_teaching"))
        hands.wait_for(hands.find(QListWidget, "lab_book").count, "the project")
        press(hands, "step_check")
        press(hands, "decided")
        press(hands, "undo_0")
        hands.wait_for(lambda: shown(hands, "exclude_duplicates"), "the copies again")

    drive([], take_back)
    assert (project().state.checked or {})["excluded"] == 0


def test_a_check_anew_is_cancelled_and_taken_up_again(qapp: QApplication, cases: Path) -> None:
    copy_some(cases)

    def script(hands: Driver) -> None:
        go_to_check(hands, cases)
        hands.wait_for(lambda: shown(hands, "exclude_duplicates"), "the copies")
        press(hands, "exclude_duplicates")
        hands.wait_for(lambda: shown(hands, "check_cancel"), "the progress")
        press(hands, "check_cancel")
        hands.wait_for(lambda: shown(hands, "check_again"), "that the check is out of date")
        assert shown(hands, "seal") is not None
        assert not shown(hands, "seal").isEnabled()  # type: ignore[union-attr]
        press(hands, "check_again")
        hands.wait_for(lambda: not shown(hands, "exclude_duplicates"), "no copies")
        press(hands, "seal")

    drive([], script)
    assert project().state.sealed
