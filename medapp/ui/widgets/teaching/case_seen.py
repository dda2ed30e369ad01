"""A real case as the network sees it: could a person tell from so few pixels?"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QScrollArea, QScrollBar, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.images import as_qimage
from medapp.ui.widgets.layouts import column, label, named, row
from medapp.ui.widgets.teaching.views import CaseSeen

SIZES = (224, 512, 1024)
VIEW_PX = 232
"""The smallest size is seen whole, a larger one is scrolled: one dot of the screen is one pixel of the network."""


class CaseAsSeen(QFrame):
    """Renders a network picture at its true resolution; emits the size that a person would need."""

    size_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._shown: CaseSeen | None = None
        self._picture = named(QLabel(alignment=Qt.AlignmentFlag.AlignCenter), "case_seen")
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area.setFixedSize(VIEW_PX, VIEW_PX)
        self._area.setWidget(self._picture)
        for bar in (self._area.horizontalScrollBar(), self._area.verticalScrollBar()):
            bar.rangeChanged.connect(partial(_to_the_middle, bar))
        self._text = label("", "small", wrap=True, name="case_seen_text")
        self._group = QButtonGroup(self)
        self._buttons = {size: self._make_button(size) for size in SIZES}
        layout = column(self, margin=3, spacing=2)
        layout.addWidget(label(tr("teach.as_seen"), "heading"))
        layout.addWidget(self._area, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._text)
        self._ask = QWidget()
        asked = column(self._ask, spacing=2)
        asked.addWidget(label(tr("teach.could_you_tell"), "", wrap=True))
        sizes = row()
        for made in self._buttons.values():
            sizes.addWidget(made)
        sizes.addStretch(1)
        asked.addLayout(sizes)
        layout.addWidget(self._ask)
        layout.addStretch(1)

    def _make_button(self, size: int) -> QPushButton:
        made = QPushButton(tr("teach.size_enough" if size == SIZES[0] else "teach.size_use", size=size))
        made.setObjectName(f"image_size_{size}")
        made.setCheckable(True)
        made.setToolTip(tr("teach.size_cost", times=round((size / SIZES[0]) ** 2)) if size != SIZES[0] else "")
        made.clicked.connect(partial(self._request, size))
        self._group.addButton(made)
        return made

    def _request(self, size: int, _: bool = False) -> None:
        self.size_requested.emit(size)

    def render_case(self, seen: CaseSeen | None, size: int) -> None:
        """Show the case and the size that is chosen; None: there are no cases yet, or it is being read."""
        for known, made in self._buttons.items():
            made.setChecked(known == size)
        if seen is self._shown and seen is not None:
            return
        self._shown = seen
        self._area.setVisible(seen is not None)
        self._ask.setVisible(seen is not None)
        if seen is None:
            self._text.setText(tr("teach.no_case_yet"))
            return
        self._picture.setPixmap(QPixmap.fromImage(as_qimage(seen.pixels)))
        self._picture.adjustSize()
        self._text.setText(tr("teach.case_seen", label=seen.label, size=seen.size))


def _to_the_middle(bar: QScrollBar, low: int, high: int) -> None:
    """Begin in the middle of a picture that is larger than what is seen of it."""
    bar.setValue((low + high) // 2)
