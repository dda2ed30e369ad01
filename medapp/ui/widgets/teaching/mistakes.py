"""The sealed cases that were answered wrongly, as pictures: the surest mistakes first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from medapp.i18n import percent_text, tr
from medapp.ui.widgets.layouts import card, column, label
from medapp.ui.widgets.teaching.figures import empty
from medapp.ui.widgets.teaching.views import MistakeView

PICTURE_PX, COLUMNS = 168, 5


class Mistakes(QWidget):
    """Renders mistakes; asks for them when it is first looked at."""

    mistakes_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[MistakeView, ...] | None = None
        self._told = label("", "", wrap=True, name="mistakes_told")
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        layout = column(self, margin=2, spacing=3)
        layout.addWidget(self._told)
        layout.addLayout(self._grid)
        layout.addWidget(label(tr("teach.mistakes_meaning"), "small", wrap=True))
        layout.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the pictures: they are read only for those who look at them."""
        super().showEvent(event)
        self.mistakes_requested.emit()

    def render_mistakes(self, mistakes: tuple[MistakeView, ...] | None) -> None:
        """Show the mistakes; None: they are being read."""
        if mistakes is None:
            self._told.setText(tr("teach.mistakes_reading"))
        elif mistakes:
            self._told.setText(tr("teach.mistakes_told", count=len(mistakes)))
        else:
            self._told.setText(tr("teach.no_mistakes"))
        if mistakes is self._shown:
            return
        self._shown = mistakes
        empty(self._grid)
        for number, mistake in enumerate(mistakes or ()):
            self._grid.addWidget(_card(mistake), number // COLUMNS, number % COLUMNS)
        self._grid.setColumnStretch(COLUMNS, 1)


def _card(mistake: MistakeView) -> QFrame:
    framed = card()
    layout = column(framed, margin=2, spacing=1)
    picture = QLabel()
    drawn = QPixmap()
    drawn.loadFromData(mistake.picture)
    smooth = Qt.TransformationMode.SmoothTransformation
    picture.setPixmap(drawn.scaled(PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio, smooth))
    layout.addWidget(picture)
    given = tr("teach.mistake_given", given=mistake.given, probability=percent_text(mistake.probability))
    layout.addWidget(label(given, "", wrap=True))
    layout.addWidget(label(tr("teach.mistake_truth", truth=mistake.truth), "dim", wrap=True))
    return framed
