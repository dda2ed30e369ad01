"""A walk through the program that stops where a person would look: for the README's pictures, snapshots and reviews.

`python -m tests.e2e.screens OUT` writes every picture, dark and light, in both languages, at two sizes, and those of
the reading room in high contrast too. Only phantoms are shown.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTabBar, QTreeWidget, QWidget

from medapp.files import write_json
from medapp.folders import user_folders
from medapp.i18n import LANGUAGES, tr
from medapp.imaging.phantom import PhantomCase, write_cases, write_ct_series, write_dicom, write_png
from medapp.training.cases.verdicts import Verdict
from medapp.workflows.labelling import file_name, find_label_projects
from tests.e2e import dialog_screens, reading_screens
from tests.e2e.driver import Driver, drive

SIZES = ((1366, 768), (1920, 1080))
THEMES = ("dark", "light")
QUESTION = {"pictures": "chest radiographs, frontal", "people": "phantoms", "find": "nodule", "other": "normal"}


def choose_look(theme: str, language: str) -> None:
    """Write the settings file that a person would have."""
    write_json(user_folders().settings, {"schema_version": 1, "theme": theme, "language": language})


def review_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """Start page, a radiograph, a CT stack with a damaged file beside it."""
    yield "start"
    write_ct_series(folder / "ct", slices=12)
    for seed in (1, 2):
        write_dicom(folder / "chest" / f"radiograph{seed}.dcm", PhantomCase(seed, nodule=seed == 1, size=512))
    (folder / "ct" / "cut.dcm").write_bytes((folder / "ct" / "slice000.dcm").read_bytes()[:2000])
    hands.drop([folder / "ct", folder / "chest"])
    viewer, tree = hands.find(QWidget, "viewer"), hands.find(QTreeWidget, "study_tree")
    hands.wait_for(lambda: tree.topLevelItemCount() == 3 and hands.picture(viewer).max() > 200, "all studies")
    hands.wait_for(hands.find(QWidget, "problems_line").isVisible, "the line about the cut file")
    hands.key(Qt.Key.Key_Home)
    said = tr("ui.chip_no_model", modality="")[:4]
    hands.wait_for(lambda: text_of(hands, "chip").startswith(said), "what the model says")
    hands.wait_for(lambda: text_of(hands, "job_text") == tr("ui.no_jobs"), "all thumbnails")
    hands.settled(viewer)
    yield "review"


def teach_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """The six steps on phantoms, and the new model's answer."""
    cases = write_cases(folder / "cases", 60, size=224)
    hands.click(hands.tool_button("show_teaching"))
    for name, text in QUESTION.items():
        field = hands.find(QLineEdit, f"question_{name}")
        hands.wait_for(field.isVisible, "the question")
        hands.click(field)
        QTest.keyClicks(field, text)
    yield "teach-1-question"
    press(hands, "question_next")
    yield "teach-2-empty"
    hands.drop([cases])
    pattern = hands.find(QLineEdit, "patient_pattern")
    hands.wait_for(pattern.isEnabled, "the cases")
    hands.click(pattern)
    QTest.keyClicks(pattern, r"(patient\d+)_")
    hands.key(Qt.Key.Key_Return)
    hands.wait_for(lambda: "120" in text_of(hands, "cases_patients"), "the patients")
    yield "teach-2-cases"
    press(hands, "cases_next")
    hands.wait_for(lambda: text_of(hands, "proves"), "the check")
    yield "teach-3-check"
    press(hands, "seal")
    press(hands, "check_next")
    yield "teach-4-train"
    press(hands, "train_instant")
    QTest.qWait(7000)
    yield "teach-4-running"
    press(hands, "train_next", 180)
    yield "teach-5-sealed"
    press(hands, "open_sealed_test")
    hands.wait_for(lambda: text_of(hands, "in_people"), "the figures")
    yield from _tab_screens(hands)
    press(hands, "sealed_next")
    title = hands.find(QLineEdit, "model_title")
    title.selectAll()
    QTest.keyClicks(title, "Nodules of phantoms")
    press(hands, "activate")
    hands.wait_for(lambda: "Nodules of phantoms" in text_of(hands, "model_in_use"), "the model in use")
    yield "teach-6-use"
    yield from _read_screens(hands, write_dicom(folder / "new" / "new.dcm", PhantomCase(424242, nodule=True, size=224)))


def _tab_screens(hands: Driver) -> Iterator[str]:
    """The opened sealed test, tab by tab."""
    bar = hands.find(QTabBar, "sealed_tabs")
    for place in range(bar.count()):
        if bar.isTabVisible(place):
            bar.setCurrentIndex(place)
            QTest.qWait(300)
            yield f"teach-5-opened-{place + 1}"


def _read_screens(hands: Driver, image: Path) -> Iterator[str]:
    hands.click(hands.tool_button("show_reading"))
    tree = hands.find(QTreeWidget, "study_tree")
    before = tree.topLevelItemCount()
    hands.drop([image])
    hands.wait_for(lambda: tree.topLevelItemCount() == before + 1, "the new study")
    hands.key(Qt.Key.Key_A)
    for _ in range(before):
        hands.key(Qt.Key.Key_PageDown)
    viewer = hands.find(QWidget, "viewer")
    hands.settled(viewer)
    bar = "bar_nodule"
    hands.wait_for(lambda: hands.window.findChild(QWidget, bar) or text_of(hands, "refusal"), "the answer")
    hands.settled(viewer)
    yield "read"
    hands.key(Qt.Key.Key_Home)


def label_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """Label mode: the dialog, a case, the reasons, a case of the other class, the end, the figures, a disagreement."""
    for seed in range(12):
        write_png(folder / "label" / f"{seed:02}.png", PhantomCase(seed, nodule=seed % 2 == 0, size=512))
    hands.drop([folder / "label"])
    viewer = hands.find(QWidget, "viewer")
    hands.wait_for(lambda: viewer.isVisible() and hands.picture(viewer).max() > 200, "the pictures")
    hands.wait_for(lambda: text_of(hands, "job_text") == tr("ui.no_jobs"), "all thumbnails")
    yield from _label_dialog(hands)
    hands.wait_for(lambda: text_of(hands, "label_done") == labelled(0), "label mode")
    hands.settled(viewer)
    yield "label-1-first"
    for number, key in enumerate((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_0), start=1):
        hands.key(key)
        hands.wait_for(lambda n=number: text_of(hands, "label_done") == labelled(n), "the answer")
        hands.settled(viewer)
    hands.key(Qt.Key.Key_X)
    yield "label-2-reasons"
    hands.key(Qt.Key.Key_1)
    hands.settled(viewer)
    hands.key(Qt.Key.Key_Left)
    hands.settled(viewer)
    yield "label-3-answered"
    hands.key(Qt.Key.Key_N)
    while text_of(hands, "label_done") != labelled(12):
        hands.key(Qt.Key.Key_2)
    hands.key(Qt.Key.Key_2)
    yield "label-4-end"
    yield from _second_reader(hands, folder / "label")


def _label_dialog(hands: Driver) -> Iterator[str]:
    hands.key(Qt.Key.Key_L)
    hands.wait_for(lambda: hands.window.findChild(QLineEdit, "label_classes"), "the dialog")
    yield "label-0-new"
    for name, text in (("label_reader", "Ann"), ("label_new_title", "Nodules of phantoms")):
        field = hands.find(QLineEdit, name)
        field.selectAll()
        QTest.keyClicks(field, text)
    field = hands.find(QLineEdit, "label_classes")
    field.setFocus()
    QTest.keyClicks(field, "normal, nodule")
    hands.key(Qt.Key.Key_Return)


def _second_reader(hands: Driver, folder: Path) -> Iterator[str]:
    """Another reader's answers beside one's own: the figures, and a disagreement that is settled."""
    project = find_label_projects(user_folders().data / "labels")[0][0]
    second = [Verdict(file_name(str(path)), "nodule", "Ben") for path in sorted(folder.iterdir())]
    project.say(*second)
    hands.key(Qt.Key.Key_L)
    hands.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    hands.wait_for(lambda: hands.window.findChild(QPushButton, "label_do_settle"), "the projects")
    QTest.qWait(300)
    yield "label-5-projects"
    press(hands, "label_do_settle")
    hands.wait_for(lambda: "0" in text_of(hands, "label_done").split(), "the disagreements")
    hands.key(Qt.Key.Key_1)
    hands.wait_for(lambda: "Ben" in text_of(hands, "label_told"), "what both had said")
    yield "label-6-settling"
    hands.key(Qt.Key.Key_Escape)


def press(hands: Driver, name: str, seconds: float = 60) -> None:
    """Click a button as soon as it can be used."""
    button = hands.find(QPushButton, name)
    hands.wait_for(lambda: button.isVisible() and button.isEnabled(), f"the button {name}", seconds)
    hands.click(button)


def labelled(done: int) -> str:
    """Return what the strip says once so many of the twelve cases are labelled."""
    return tr("label.done_of", done=done, total=12)


def text_of(hands: Driver, name: str) -> str:
    """What a label says, where it can be seen."""
    label = hands.window.findChild(QLabel, name)
    return label.text() if label is not None and label.isVisible() else ""


def _on_top(hands: Driver) -> QWidget:
    """The menu, the dialog or the window that lies over the main window, else that one."""
    if (popup := QApplication.activePopupWidget()) is not None:
        return popup
    every = (w for w in QApplication.topLevelWidgets() if w.isVisible() and w.windowTitle())
    beside = [w for w in every if w is not hands.window]
    return QApplication.activeModalWidget() or (beside[-1] if beside else hands.window)


def walk(
    theme: str,
    size: tuple[int, int],
    tours: tuple[Callable[[Driver, Path], Iterator[str]], ...],
    language: str = "en",
) -> Iterator[tuple[str, QPixmap]]:
    """Run the tours in one window; the pictures are taken inside, and come out when it is closed."""
    taken: list[tuple[str, QPixmap]] = []
    choose_look(theme, language)

    def script(hands: Driver) -> None:
        hands.window.resize(*size)
        _quiet(hands)
        with tempfile.TemporaryDirectory() as name:
            for tour in tours:
                for screen in tour(hands, Path(name)):
                    QTest.qWait(200)
                    taken.append((screen, _on_top(hands).grab()))

    drive(["open"], script)
    yield from taken


def _quiet(hands: Driver) -> None:
    """Let nothing blink, and nothing lie under the pointer, so that a picture is the same each time."""
    QApplication.setCursorFlashTime(0)
    QCursor.setPos(hands.window.screen().geometry().bottomRight())


def main(folder: Path) -> None:
    """Write every picture below `folder`."""
    application = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    reading = (review_screens, dialog_screens.dialog_screens)
    for theme, language in product(THEMES, LANGUAGES):
        for size, tours in product(SIZES, (reading, (teach_screens,), (label_screens,), reading_screens.TOURS)):
            _write(folder, theme, size, tours, language)
    for size in SIZES:
        _write(folder, "contrast", size, reading)
    application.quit()


def _write(
    folder: Path,
    theme: str,
    size: tuple[int, int],
    tours: tuple[Callable[[Driver, Path], Iterator[str]], ...],
    language: str = "en",
) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEDAPP_HOME"] = home
        for name, picture in walk(theme, size, tours, language):
            picture.save(str(folder / f"{name}-{theme}-{language}-{size[0]}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
