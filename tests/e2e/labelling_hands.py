"""A person who labels with keys alone, in a process that may be killed: `python -m tests.e2e.labelling_hands`.

The first argument is the folder of pictures, or ``-`` where the window is to go on by itself; the second a file that
a line is added to after every answer that the window has shown as counted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from tests.e2e.driver import Driver, drive

CLASSES = "normal, nodule"
CASES = 30


def counted(hands: Driver) -> int:
    """Return how many cases the strip says are answered; -1 where label mode is off."""
    strip, done = hands.find(QWidget, "label_strip"), hands.find(QLabel, "label_done")
    text = done.text()
    return int(text.split()[0]) if strip.isVisible() and f" of {CASES} " in text else -1


def begin(hands: Driver) -> None:
    """Press L, type the classes, press Return."""
    hands.wait_for(lambda: hands.find(QWidget, "viewer").isVisible(), "the pictures")
    hands.key(Qt.Key.Key_L)
    hands.wait_for(lambda: hands.window.findChild(QLineEdit, "label_classes"), "the dialog")
    classes = hands.find(QLineEdit, "label_classes")
    hands.wait_for(lambda: QApplication.focusWidget() is classes, "the keyboard in the line of classes")
    QTest.keyClicks(classes, CLASSES)
    hands.key(Qt.Key.Key_Return)


def answer_all(hands: Driver, counts: Path) -> None:
    """Answer case after case until all are; what comes back is answered like any other."""
    hands.wait_for(lambda: counted(hands) >= 0, "label mode")
    keys = 0
    while (before := counted(hands)) < CASES:
        hands.key(Qt.Key.Key_1 if keys % 3 else Qt.Key.Key_2)
        keys += 1
        assert keys < 3 * CASES, "keys do not count"
        if counted(hands) > before:
            with counts.open("a", encoding="utf-8") as file:
                file.write(f"{counted(hands)}\n")


def main(pictures: str, counts: Path) -> None:
    """Label, or go on labelling."""

    def script(hands: Driver) -> None:
        if pictures != "-":
            begin(hands)
        answer_all(hands, counts)

    application = QApplication([])
    drive(["open"] if pictures == "-" else ["open", pictures], script)
    application.quit()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
