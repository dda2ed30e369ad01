"""Markup and control characters in a file's texts stay text, wherever the window shows them."""

from __future__ import annotations

from pathlib import Path

import pydicom
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItemIterator
from pytestqt.qtbot import QtBot

from medapp.imaging.phantom import PhantomCase, write_dicom
from medapp.ui.main_window import MainWindow
from medapp.ui.session import Session
from medapp.ui.widgets.layouts import plain_tooltip

MARKUP = '<img src="file:///etc/hostname"><b>bold</b>'


def hostile(folder: Path) -> Path:
    path = write_dicom(folder / "a.dcm", PhantomCase(1, nodule=False, size=32))
    dataset = pydicom.dcmread(path)
    for name in (
        "PatientName",
        "PatientID",
        "StudyDescription",
        "SeriesDescription",
        "AccessionNumber",
    ):
        setattr(dataset, name, f"{MARKUP}{name[:2]}"[: 16 if name == "AccessionNumber" else 60])
    dataset.save_as(path)
    return path


class Watched(QTextDocument):
    """Notes what a rich text would load."""

    def loadResource(self, _: int, place: QUrl) -> object:
        raise AssertionError(place.toString())


def shown(tooltip: str) -> str:
    document = Watched()
    document.setHtml(tooltip) if "<" in tooltip else document.setPlainText(tooltip)
    return document.toPlainText()


def test_a_tooltip_shows_markup_as_it_stands() -> None:
    assert shown(plain_tooltip(f"one\n{MARKUP}")) == f"one\n{MARKUP}"
    assert plain_tooltip("a & b\nc") == "a & b\nc"


def test_no_label_and_no_tooltip_of_the_window_takes_a_tag_for_markup(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    window = MainWindow(session, list)
    qtbot.addWidget(window)
    window.show()
    window.opening.open([hostile(tmp_path)], remember=False)
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.state.jobs, timeout=20_000)
    formats = {label.textFormat().name for label in window.findChildren(QLabel) if "<" in label.text()}
    assert formats <= {"PlainText"}
    (tree,) = (found for found in window.findChildren(QTreeWidget) if found.topLevelItemCount())
    items = [it.value() for it in QTreeWidgetItemIterator(tree)]
    assert any("<b>bold</b>" in item.text(0) for item in items)
    tooltips = [item.toolTip(0) for item in items if item.toolTip(0)]
    assert tooltips
    assert all("<b>bold</b>" in shown(tooltip) for tooltip in tooltips)
