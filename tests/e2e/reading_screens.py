"""A walk through what the models say: the models themselves, the four kinds of answer, a stack, a worklist, saving."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QPushButton, QTreeWidget, QWidget

from medapp.classify.contents import Calibration
from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom, write_png
from medapp.ui.widgets.worklist_table import WorklistTable
from tests.e2e.driver import Driver
from tests.trial_packages import contents

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
CARD = "# Nodules of phantoms\n\nMade of numbers, for pictures of the program. It knows nothing of patients.\n"
MODELS = {
    "nodules": {"scope": Scope(("DX",), text="phantoms of radiographs"), "card": CARD},
    "slices": {"scope": Scope(("CT",), text="phantoms of CT"), "card": CARD},
    "doubt": {"scope": Scope(("CR",)), "report": {"sealed": {"unclear": {"low": 0.0, "high": 1.0}}}, "card": CARD},
    "foreign": {"scope": Scope(("MG",)), "calibration": Calibration(calibrated=False)},
}


def install_models(folder: Path) -> None:
    """Put small models in use, one for each kind of picture of the walk."""
    registry = Registry(user_folders())
    for name, parts in MODELS.items():
        made = contents(name, **parts)
        metadata = replace(made.metadata, name=name.capitalize(), aggregate="mean" if name == "slices" else "max")
        registry.install(write_package(folder / "models" / name, replace(made, metadata=metadata)).path)
        if name != "foreign":
            registry.activate(name)


def model_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """The models: the list, a card, the question before a removal."""
    install_models(folder)
    hands.key(Qt.Key.Key_M, CTRL)
    shown = hands.find(QListWidget, "models_list")
    hands.wait_for(lambda: shown.count() == 1 + len(MODELS), "the models")
    yield "models-1-shipped"
    shown.setFocus()
    hands.key(Qt.Key.Key_End)
    hands.wait_for(lambda: "Slices" in _said(hands, "model_card_title"), "the last one")
    yield "models-2-own"
    hands.key(Qt.Key.Key_Up)
    hands.key(Qt.Key.Key_Up)
    _press(hands, "model_remove")
    yield "models-3-in-use"
    _press(hands, "models_close")
    hands.wait_for(lambda: hands.window.findChild(QDialog, "models_dialog") is None, "the dialog to be gone")
    hands.window.activateWindow()
    hands.wait_for(hands.window.isActiveWindow, "the keyboard's focus")


def answer_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """A result, an unclear one, no model, and one that is not like the training data; an explanation; saving."""
    chest = write_dicom(folder / "a" / "1.dcm", PhantomCase(1, nodule=True, size=512))
    yield from _asked(hands, chest, "answer-1-result", "label_sentence")
    hands.key(Qt.Key.Key_S, CTRL | SHIFT)
    hands.wait_for(lambda: hands.window.findChild(QDialog, "save_result"), "the dialog")
    yield "answer-2-save"
    _press(hands, "save_cancel")
    hands.window.activateWindow()
    hands.wait_for(hands.window.isActiveWindow, "the keyboard's focus")
    yield from _explained(hands)
    like = write_png(folder / "b" / "strange.png", PhantomCase(2, nodule=True, size=512))
    yield from _asked(hands, like, "answer-4-unlike", "refusal")
    yield from _asked(hands, _called(folder / "d" / "3.dcm", 3, "CR"), "answer-5-unclear", "unclear")
    yield from _asked(hands, _called(folder / "e" / "4.dcm", 4, "MG"), "answer-6-no-model", "")


def _called(path: Path, seed: int, modality: str) -> Path:
    """Write a phantom whose header says another modality."""
    dataset = dcmread(write_dicom(path, PhantomCase(seed, nodule=True, size=512)))
    dataset.Modality = modality
    dataset.save_as(path)
    return path


def _asked(hands: Driver, image: Path, name: str, widget: str) -> Iterator[str]:
    tree, viewer = hands.find(QTreeWidget, "study_tree"), hands.find(QWidget, "viewer")
    before = tree.topLevelItemCount()
    hands.drop([image.parent])
    hands.wait_for(lambda: tree.topLevelItemCount() > before, "the study")
    hands.wait_for(lambda: _said(hands, "job_text") == tr("ui.no_jobs"), "all thumbnails")
    if before:
        for _ in range(before):
            hands.key(Qt.Key.Key_PageDown)
    else:
        hands.key(Qt.Key.Key_A)
    hands.wait_for(lambda: not widget or _said(hands, widget), "the answer", 60)
    hands.settled(viewer)
    yield name


def _explained(hands: Driver) -> Iterator[str]:
    explain = hands.find(QPushButton, "explain")
    menu = explain.menu()
    occlusion = next(one for one in menu.actions() if one.objectName() == "explain_occlusion")
    occlusion.trigger()
    hands.wait_for(lambda: "100" in _said(hands, "explanation_told"), "the explanation", 180)
    yield "answer-3-explained"


def stack_screens(hands: Driver, folder: Path) -> Iterator[str]:
    """A stack with its strip chart, then everything as a worklist."""
    write_ct_series(folder / "c", slices=40, size=256)
    tree, viewer = hands.find(QTreeWidget, "study_tree"), hands.find(QWidget, "viewer")
    before = tree.topLevelItemCount()
    hands.drop([folder / "c"])
    hands.wait_for(lambda: tree.topLevelItemCount() > before, "the stack")
    hands.wait_for(lambda: _said(hands, "job_text") == tr("ui.no_jobs"), "all thumbnails")
    for _ in range(before):
        hands.key(Qt.Key.Key_PageDown)
    hands.wait_for(lambda: "40" in _said(hands, "strip_text"), "the strip chart", 180)
    QTest.qWait(6000)
    hands.settled(viewer)
    yield "stack"
    hands.key(Qt.Key.Key_F8)
    table = hands.find(WorklistTable, "worklist_table")
    hands.wait_for(lambda: table.rows.rowCount() >= 3, "the rows")
    _press(hands, "worklist_start")
    hands.wait_for(lambda: hands.find(QPushButton, "worklist_start").isVisible(), "the end of the run", 180)
    hands.settled(viewer)
    yield "worklist"
    hands.key(Qt.Key.Key_F8)


TOURS: tuple[Callable[[Driver, Path], Iterator[str]], ...] = (model_screens, answer_screens, stack_screens)


def _press(hands: Driver, name: str) -> None:
    button = hands.find(QPushButton, name)
    hands.wait_for(lambda: button.isVisible() and button.isEnabled(), f"the button {name}")
    hands.click(button)


def _said(hands: Driver, name: str) -> str:
    label = hands.window.findChild(QLabel, name)
    return label.text() if label is not None and label.isVisible() else ""
