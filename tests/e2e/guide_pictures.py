"""Makes the pictures of the user guide from the real program: `python -m tests.e2e.guide_pictures docs/pictures`.

English ones lie in that folder, those of other languages in one of their own below it. Only phantoms are shown.
A picture that is missing in the guide, or in the folder, fails a test.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from medapp.i18n import LANGUAGES
from tests.e2e.driver import Driver
from tests.e2e.screens import label_screens, review_screens, teach_screens, walk

SIZE, WIDTH_PX, QUALITY = (1366, 768), 760, 84
NAMES = {
    "start": "start",
    "measure": "measure",
    "palette": "palette",
    "settings": "settings",
    "teach-3-check": "check",
    "teach-5-opened-1": "sealed-test",
    "read": "answer",
    "label-1-first": "label",
}


def program_screens(hands: Driver, _: Path) -> Iterator[str]:
    """Tools, palette and settings over the images that the tour before has opened."""
    viewer = hands.find(QWidget, "viewer")
    viewer.setFocus()
    hands.key(Qt.Key.Key_D)
    hands.drag(viewer, QPoint(150, 30))
    hands.settled(viewer)
    yield "measure"
    hands.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(hands.find(QLineEdit, "palette_line"), "rot")
    yield "palette"
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    hands.wait_for(lambda: hands.window.findChild(QDialog, "settings_dialog"), "the settings")
    QTest.qWait(300)
    yield "settings"
    hands.find(QDialog, "settings_dialog").close()


def main(folder: Path) -> None:
    """Write every picture of the guide into `folder`, in all languages."""
    application = QApplication([])
    for language in LANGUAGES:
        _take(folder if language == LANGUAGES[0] else folder / language, language)
    application.quit()


def _take(folder: Path, language: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for tours in ((review_screens, program_screens), (teach_screens,), (label_screens,)):
        with tempfile.TemporaryDirectory() as home:
            os.environ["MEDAPP_HOME"] = home
            for screen, picture in walk("dark", SIZE, tours, language):
                if screen in NAMES:
                    _write(folder / f"{NAMES[screen]}.jpg", picture)


def _write(path: Path, picture: QPixmap) -> None:
    scaled = picture.scaledToWidth(min(WIDTH_PX, picture.width()), Qt.TransformationMode.SmoothTransformation)
    scaled.save(str(path), "JPG", QUALITY)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
