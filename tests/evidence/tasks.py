"""Ten tasks of a reading room, done in the real window: seconds, keys, clicks, drags and notches of the wheel.

``python -m tests.evidence tasks`` prints the table that stands in ``docs/ten-tasks.md``. Hands here take no time to
think, so the seconds are the program's; what a person does is counted. Only phantoms are read.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget

from medapp.display.viewport import ImageShape
from medapp.imaging.phantom import NODULE, PhantomCase, write_cases, write_dicom, write_png
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.viewer import Viewer
from tests.e2e.driver import Driver, drive
from tests.e2e.keyboard import take_focus_back, type_into_dialog
from tests.e2e.screens import text_of
from tests.ui.cells_made import Exam, write_stack

NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
IMAGES, BRIGHTEST, CASES = 60, 44, 10
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Effort:
    """What a task took."""

    title: str
    seconds: float = 0.0
    acts: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        """Return the row of a Markdown table."""
        acts = (self.acts[name] for name in ("keys", "clicks", "drags", "notches"))
        return f"| {self.title} | {self.seconds:.1f} | " + " | ".join(str(count or "") for count in acts) + " |"


class Hand:
    """Does what a person does, and counts it."""

    def __init__(self, hands: Driver, folder: Path) -> None:
        self.hands, self.folder = hands, folder
        self.efforts: list[Effort] = []

    @property
    def viewers(self) -> list[Viewer]:
        return [viewer for viewer in self.hands.find(CellGrid, "cells").viewers if viewer.isVisible()]

    @property
    def viewer(self) -> Viewer:
        return self.viewers[0]

    @property
    def _acts(self) -> Counter[str]:
        return self.efforts[-1].acts

    def does(self, title: str, task: Callable[[Hand], None]) -> None:
        """Do a task, and note what it took."""
        self.efforts.append(Effort(title))
        started = time.perf_counter()
        task(self)
        self.efforts[-1].seconds = time.perf_counter() - started
        sys.stderr.write(self.efforts[-1].row() + "\n")

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self._acts["keys"] += 1
        QTest.keyClick(QApplication.focusWidget() or self.hands.window, key, modifier)

    def type(self, text: str) -> None:
        self._acts["keys"] += len(text)
        QTest.keyClicks(QApplication.focusWidget(), text)

    def click(self, widget: QWidget) -> None:
        self._acts["clicks"] += 1
        self.hands.click(widget)

    def press(self, name: str, seconds: float = 60) -> None:
        """Click a button as soon as it can be used."""
        button = self.hands.find(QPushButton, name)
        self.wait(lambda: button.isVisible() and button.isEnabled(), name, seconds)
        self.click(button)

    def drop(self, path: Path) -> None:
        self._acts["drags"] += 1
        self.hands.drop([path])

    def wheel(self, notches: int) -> None:
        self._acts["notches"] += abs(notches)
        self.hands.wheel(self.viewer, notches)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw from one pixel of the picture to another."""
        self._acts["drags"] += 1
        viewer, content, ratio = self.viewer, self.viewer.content, self.viewer.devicePixelRatioF()
        assert content.picture is not None
        screen = (round(viewer.width() * ratio), round(viewer.height() * ratio))
        affine = content.viewport.source_to_screen(ImageShape.of(content.picture.shown), screen)
        places = [QPointF(*(affine @ (*point, 1.0) / ratio)) for point in (start, end)]
        for kind, place, held in (
            (QEvent.Type.MouseMove, places[0], Qt.MouseButton.NoButton),
            (QEvent.Type.MouseButtonPress, places[0], LEFT),
            (QEvent.Type.MouseMove, places[1], LEFT),
            (QEvent.Type.MouseButtonRelease, places[1], Qt.MouseButton.NoButton),
        ):
            button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
            event = QMouseEvent(kind, place, viewer.mapToGlobal(place), button, held, NONE)
            QApplication.sendEvent(viewer, event)

    def wait(self, claim: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Let the window live until `claim` holds."""
        self.hands.wait_for(claim, what, seconds)

    def index(self, cell: int = 0) -> int:
        """Return which image a cell shows, from 1; 0 while it shows none."""
        content = self.viewers[cell].content
        return 0 if content.picture is None or content.loading else content.picture.place.index + 1


def open_study(hand: Hand) -> None:
    hand.drop(hand.folder / "now")
    hand.wait(lambda: hand.viewer.isVisible() and hand.index(), "the first picture")


def lung_window(hand: Hand) -> None:
    before = hand.hands.picture(hand.viewer)
    hand.key(Qt.Key.Key_3)
    hand.wait(lambda: not np.array_equal(hand.hands.picture(hand.viewer), before), "the lung window")


def measure_three(hand: Hand) -> None:
    hand.key(Qt.Key.Key_D)
    for number, row in enumerate((30.0, 60.0, 90.0), start=1):
        hand.drag((40.0, row), (60.0 + 5 * number, row + 4))
        hand.wait(lambda n=number: len(hand.viewer.content.measures.items) == n, "the length")


def mean_of_a_region(hand: Hand) -> None:
    hand.key(Qt.Key.Key_M)
    hand.drag((80.0, 40.0), (100.0, 60.0))
    hand.wait(lambda: any("HU" in line for item in hand.viewer.content.measures.items for line in item.lines), "HU")
    QGuiApplication.clipboard().clear()
    hand.key(Qt.Key.Key_C, CTRL | SHIFT)
    hand.wait(lambda: "HU" in QGuiApplication.clipboard().text(), "the text for the report")
    hand.key(Qt.Key.Key_W)


def brightest_slice(hand: Hand) -> None:
    """A bolus in one slice of sixty: found with the wheel, ten at a time with Shift and Down, marked as key image."""
    hand.key(Qt.Key.Key_Home)
    hand.wait(lambda: hand.index() == 1, "the first image")
    for _ in range(BRIGHTEST // 10):
        before = hand.index()
        hand.key(Qt.Key.Key_Down, SHIFT)
        hand.wait(lambda b=before: hand.index() == b + 10, "ten on")
    while hand.index() != BRIGHTEST:
        before = hand.index()
        hand.wheel(-1 if before < BRIGHTEST else 1)
        hand.wait(lambda b=before: hand.index() not in (0, b), "the next image")
    hand.key(Qt.Key.Key_K)


def compare_with_prior(hand: Hand) -> None:
    """The study before beside it, scrolled together."""
    hand.drop(hand.folder / "then")
    hand.wait(lambda: "No jobs" in hand.hands.find(QLabel, "job_text").text(), "the earlier study")
    hand.viewer.setFocus()
    hand.key(Qt.Key.Key_B)
    hand.wait(lambda: len(hand.viewers) == 2 and hand.index(0) and hand.index(1), "both")
    before = hand.index(1)
    hand.wheel(-1)
    hand.wait(lambda: hand.index(1) not in (0, before), "both to go on")


def export_picture(hand: Hand) -> None:
    """As on screen, without identity, to a folder."""
    target = hand.folder / "out"
    target.mkdir()
    hand.key(Qt.Key.Key_E, CTRL)
    hand.wait(lambda: hand.hands.window.findChild(QDialog, "export"), "the dialog")
    type_into_dialog(target)
    hand.press("export_choose")
    hand.press("export_go")
    hand.wait(lambda: list(target.glob("*.png")), "the file")
    take_focus_back(hand.hands)


def ask_the_model(hand: Hand) -> None:
    """Drop a radiograph; ask; the answer or the refusal with its reason stands beside it."""
    hand.drop(hand.folder / "chest.dcm")
    hand.wait(lambda: "No jobs" in hand.hands.find(QLabel, "job_text").text(), "the radiograph")
    hand.key(Qt.Key.Key_1, CTRL | Qt.KeyboardModifier.AltModifier)
    hand.wait(lambda: len(hand.viewers) == 1, "one cell")
    hand.viewer.setFocus()
    for _ in range(4):
        picture = hand.viewer.content.picture
        if picture is not None and picture.series.modality == "DX":
            break
        hand.key(Qt.Key.Key_PageDown)
        hand.hands.settled(hand.viewer)
    hand.key(Qt.Key.Key_A)
    found = hand.hands.window.findChild
    hand.wait(lambda: found(QWidget, "bar_PNEUMONIA") or text_of(hand.hands, "refusal"), "the answer")
    hand.key(Qt.Key.Key_A)


def label_ten(hand: Hand) -> None:
    """Two classes, one key a case."""
    hand.key(Qt.Key.Key_W, CTRL)
    hand.drop(hand.folder / "cases")
    hand.wait(lambda: hand.viewer.isVisible() and hand.index(), "the pictures")
    hand.wait(lambda: "No jobs" in hand.hands.find(QLabel, "job_text").text(), "all pictures")
    hand.viewer.setFocus()
    hand.key(Qt.Key.Key_L)
    hand.wait(lambda: hand.hands.window.findChild(QLineEdit, "label_classes"), "the dialog")
    classes = hand.hands.find(QLineEdit, "label_classes")
    hand.wait(lambda: QApplication.focusWidget() is classes, "the line of classes")
    hand.type(f"normal, {NODULE}")
    hand.key(Qt.Key.Key_Return)
    take_focus_back(hand.hands)
    for done in range(CASES):
        hand.wait(lambda d=done: text_of(hand.hands, "label_done") == f"{d} of {CASES}", "the count")
        hand.key(Qt.Key.Key_1 if done % 2 else Qt.Key.Key_2)
    hand.wait(lambda: text_of(hand.hands, "label_done") == f"{CASES} of {CASES}", "the end")
    hand.key(Qt.Key.Key_Escape)


def train(hand: Hand) -> None:
    """Sixty labelled cases become a model in use, with its sealed test opened."""
    hand.click(hand.hands.tool_button("show_teaching"))
    question = hand.hands.find(QLineEdit, "question_find")
    hand.wait(question.isVisible, "the question")
    hand.click(question)
    hand.type(NODULE)
    hand.press("question_next")
    hand.drop(hand.folder / "labelled")
    hand.wait(lambda: "not known" in text_of(hand.hands, "cases_patients"), "the classes")
    hand.click(hand.hands.find(QLineEdit, "patient_pattern"))
    hand.type(r"(patient\d+)_")
    hand.key(Qt.Key.Key_Return)
    hand.wait(lambda: "60 patients" in text_of(hand.hands, "cases_patients"), "the patients")
    for name in ("cases_next", "seal", "check_next", "train_instant", "train_next", "open_sealed_test", "sealed_next"):
        hand.press(name, 300)
    hand.press("activate")
    hand.wait(lambda: "In use" in text_of(hand.hands, "model_in_use"), "the model in use")


TASKS: tuple[tuple[str, Callable[[Hand], None]], ...] = (
    (f"Open a study of {IMAGES} images: first picture", open_study),
    ("Lung window", lung_window),
    ("Measure three lesions", measure_three),
    ("Mean HU of a region, as text for the report", mean_of_a_region),
    (f"Find the brightest of {IMAGES} slices, mark it as key image", brightest_slice),
    ("Open the prior, lay it beside, scroll both", compare_with_prior),
    ("Export the picture without identity", export_picture),
    ("Open a radiograph and ask the model", ask_the_model),
    (f"Open and label {CASES} cases", label_ten),
    ("Train a classifier on 60 cases, open its sealed test, put it to use", train),
)


def make(folder: Path) -> None:
    """Write all that is read."""
    write_stack(folder / "now", Exam(), "Axial", images=IMAGES, size=128)
    write_stack(folder / "then", Exam(date="20250101"), "Axial", images=IMAGES, size=128)
    write_dicom(folder / "chest.dcm", PhantomCase(5, nodule=True, size=512))
    for seed in range(CASES):
        write_png(folder / "cases" / f"{seed:02}.png", PhantomCase(seed, nodule=seed % 2 == 0, size=512))
    write_cases(folder / "labelled", patients_per_class=30)


def main(arguments: Sequence[str]) -> int:
    """Do all tasks in one window and print the table."""
    del arguments
    with tempfile.TemporaryDirectory() as name:
        os.environ["MEDAPP_HOME"] = str(Path(name) / "home")
        make(Path(name))
        made: list[Hand] = []

        def script(hands: Driver) -> None:
            hand = Hand(hands, Path(name))
            made.append(hand)
            for title, task in TASKS:
                hand.does(title, task)

        application = QApplication([])
        drive(["open"], script)
        application.quit()
    heads = "| task | seconds | keys | clicks | drags | notches |", "|---|---|---|---|---|---|"
    sys.stdout.write("\n".join([*heads, *(effort.row() for effort in made[0].efforts)]) + "\n")
    return 0
