"""The patients, studies and series that are open, and the files that could not be shown."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from medapp.i18n import tr
from medapp.imaging.study import Patient, Scan, Series, Study
from medapp.ui.cell_state import Place
from medapp.ui.state import KeyMarks, series_key
from medapp.ui.widgets.images import as_qimage
from medapp.ui.widgets.layouts import column, label, named, plain_tooltip
from medapp.ui.widgets.picture_notes import WARNING, note_texts
from medapp.ui.widgets.problem_list import ProblemList
from medapp.ui.widgets.series_tree import SeriesTree
from medapp.ui.widgets.wording import date_text, patient_text, plain_text

THUMBNAIL_PX = 48
SHARP_PX = 2 * THUMBNAIL_PX
"""As many as a screen at 200 % has dots for a thumbnail; drawn smaller on others."""
KEY_ROLE = Qt.ItemDataRole.UserRole
INDEX_ROLE = Qt.ItemDataRole.UserRole + 1
STAR = "\u2605"
ROWS_SECONDS = 0.005


class StudyBrowser(QWidget):
    """Renders a scan as a tree; emits the key of the series that is asked for."""

    series_requested = Signal(str)
    menu_requested = Signal(str, QPoint)
    place_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._scan = Scan()
        self._thumbnails: dict[str, QIcon] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._blank = _blank_icon()
        self._shown: str | None = None
        self._headings: list[str] = []
        self._marks = KeyMarks()
        self._rows: Iterator[None] = iter(())
        self._row_timer = QTimer(self, interval=0)
        self._row_timer.timeout.connect(self._add_rows)
        self._tree = self._make_tree()
        self._empty = label(tr("ui.browser_empty"), "dim", wrap=True)
        self._empty.setContentsMargins(12, 12, 12, 12)
        self._problems = ProblemList()
        layout: QVBoxLayout = column(self, spacing=0)
        layout.addWidget(self._empty)
        layout.addWidget(self._tree, 1)
        layout.addStretch(0)
        layout.addWidget(self._problems)
        self.setMinimumWidth(180)

    def _make_tree(self) -> QTreeWidget:
        tree = named(SeriesTree(KEY_ROLE), "study_tree")
        tree.setHeaderHidden(True)
        tree.setIndentation(10)
        tree.setRootIsDecorated(False)
        tree.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        tree.setWordWrap(True)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.setAccessibleName(tr("ui.browser"))
        tree.menu_requested.connect(self.menu_requested)
        tree.itemClicked.connect(self._request)
        tree.itemActivated.connect(self._request)
        return tree

    def render_scan(self, scan: Scan, shown: str | None) -> None:
        """Show what is open; `shown` is the key of the series on screen."""
        if scan is not self._scan:
            self._scan = scan
            self._rebuild()
        self._tree.setVisible(bool(scan.studies))
        self._empty.setVisible(not scan.studies)
        self._problems.render_problems(scan.problems, scan.not_images)
        if shown != self._shown:  # else a hand or the arrow keys may be on another row
            self._shown = shown
            self._select()

    def render_key_images(self, marks: KeyMarks) -> None:
        """List the key images below their series; nothing else, where they are wanted alone."""
        if marks.places is self._marks.places and marks.alone == self._marks.alone:
            return
        self._marks = marks
        for key, item in self._items.items():
            _list_places(item, marks.places.get(key, ()))
        self._hide_others()

    def _hide_others(self) -> None:
        """Hide the series without key images where those are wanted alone, and headings that nothing is left below."""
        for number in range(self._tree.topLevelItemCount()):
            top = self._tree.topLevelItem(number)
            studies = [top.child(n) for n in range(top.childCount())] if top is not None else []
            for study in studies:
                series = [study.child(n) for n in range(study.childCount())]
                for item in series:
                    item.setHidden(self._marks.alone and item.data(0, KEY_ROLE) not in self._marks.places)
                study.setHidden(bool(series) and all(item.isHidden() for item in series))
            if top is not None:
                top.setHidden(bool(studies) and all(study.isHidden() for study in studies))

    def _select(self) -> None:
        item = self._items.get(self._shown or "")
        if item is not None and item is not self._tree.currentItem():
            self._tree.setCurrentItem(item)
            self._tree.scrollToItem(item)

    def render_thumbnail(self, key: str, picture: NDArray[np.uint8] | None) -> None:
        """Show the thumbnail of a series, shape (`SHARP_PX`, `SHARP_PX`[, 3]); None forgets all of them."""
        if picture is None:
            self._thumbnails.clear()
            return
        self._thumbnails[key] = _picture_icon(QPixmap.fromImage(as_qimage(picture)))
        if key in self._items:
            self._items[key].setIcon(0, self._thumbnails[key])

    @property
    def thumbnails(self) -> dict[str, QIcon]:
        """The thumbnails by the keys of their series."""
        return self._thumbnails

    def take_thumbnails(self, thumbnails: dict[str, QIcon]) -> None:
        """Show thumbnails that another browser has had drawn."""
        self._thumbnails = thumbnails

    def _rebuild(self) -> None:
        """Show the scan anew; where only its series have grown, their texts alone."""
        series = {series_key(s): s for study in self._scan.studies for s in study.series}
        if list(series) == list(self._items) and _headings(self._scan) == self._headings:
            for key, item in self._items.items():
                _write(item, series[key])
            return
        self._headings = _headings(self._scan)
        self._tree.clear()
        self._items.clear()
        self._rows = self._added_rows(self._scan)
        self._add_rows()

    @Slot()
    def _add_rows(self) -> None:
        """Add rows for a moment, and the rest when the window has had its turn: there may be thousands."""
        end = time.perf_counter() + ROWS_SECONDS
        for _ in self._rows:
            if time.perf_counter() > end:
                self._row_timer.start()
                return
        self._row_timer.stop()
        if self._marks.alone:
            self._hide_others()
        self._select()

    def _added_rows(self, scan: Scan) -> Iterator[None]:
        for patient, studies in _by_patient(scan.studies):
            top = _heading(patient_text(patient))
            self._tree.addTopLevelItem(top)
            top.setExpanded(True)
            for study in studies:
                heading = _heading(_study_text(study))
                top.addChild(heading)
                heading.setExpanded(True)
                for series in study.series:
                    heading.addChild(self._series_item(series_key(series), series))
                    yield

    def _series_item(self, key: str, series: Series) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        _write(item, series)
        item.setData(0, KEY_ROLE, key)
        item.setSizeHint(0, QSize(0, THUMBNAIL_PX + 8))
        item.setIcon(0, self._thumbnails.get(key) or self._blank)
        self._items[key] = item
        _list_places(item, self._marks.places.get(key, ()))
        return item

    @Slot(QTreeWidgetItem)
    def _request(self, item: QTreeWidgetItem) -> None:
        key, index = item.data(0, KEY_ROLE), item.data(0, INDEX_ROLE)
        if key and index is not None:
            self.place_requested.emit(Place(key, int(index)))
        elif key:
            self.series_requested.emit(key)


def _picture_icon(sharp: QPixmap) -> QIcon:
    """Return the icon of a picture, for screens at 100 % and at 200 %; a selected one is not tinted."""
    smooth = Qt.TransformationMode.SmoothTransformation
    plain = sharp.scaled(THUMBNAIL_PX, THUMBNAIL_PX, mode=smooth)
    sharp.setDevicePixelRatio(2)
    drawn = QIcon()
    for pixmap in (plain, sharp):
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            drawn.addPixmap(pixmap, mode)
    return drawn


def _blank_icon() -> QIcon:
    pixmap = QPixmap(THUMBNAIL_PX, THUMBNAIL_PX)
    pixmap.fill(Qt.GlobalColor.black)
    return QIcon(pixmap)


def _heading(text: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([text])
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    return item


def _headings(scan: Scan) -> list[str]:
    return [f"{patient_text(study.patient)}\n{_study_text(study)}" for study in scan.studies]


def _study_text(study: Study) -> str:
    parts = [date_text(study.date), plain_text(study.description)]
    return " · ".join(p for p in parts if p) or tr("ui.study")


def _list_places(item: QTreeWidgetItem, places: tuple[int, ...]) -> None:
    """List the key images of a series below it."""
    if tuple(item.child(n).data(0, INDEX_ROLE) for n in range(item.childCount())) == places:
        return
    item.takeChildren()
    for place in places:
        child = QTreeWidgetItem([f"{STAR} {tr('key_images.image', number=place + 1)}"])
        child.setData(0, KEY_ROLE, item.data(0, KEY_ROLE))
        child.setData(0, INDEX_ROLE, place)
        item.addChild(child)
    item.setExpanded(bool(places))


def _write(item: QTreeWidgetItem, series: Series) -> None:
    """Write the text of a series, where it has changed."""
    text = _series_text(series)
    if item.text(0) != text:
        item.setText(0, text)
    item.setToolTip(0, plain_tooltip("\n".join([text, *note_texts(series.notes)])))


def _series_text(series: Series) -> str:
    modality = "" if series.modality == "PICTURE" else series.modality
    title = " · ".join(p for p in (modality, series.description or series.body_part) if p)
    count = tr("ui.image_one") if series.frames == 1 else tr("ui.image_many", count=series.frames)
    about = " · ".join([count, *note_texts(series.split)])
    return f"{title or tr('ui.series')}\n{WARNING if series.notes else ''}{about}"


def _by_patient(studies: Iterable[Study]) -> list[tuple[Patient, list[Study]]]:
    grouped: dict[tuple[str, str, str], tuple[Patient, list[Study]]] = {}
    for study in studies:
        who = study.patient
        grouped.setdefault((who.name, who.patient_id, who.issuer), (who, []))[1].append(study)
    return list(grouped.values())
