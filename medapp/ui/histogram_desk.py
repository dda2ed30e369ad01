"""The histogram's desk: counts in a worker what is on screen, and lets the window be changed on it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from medapp.display.histogram import Histogram, histogram_of
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.study import Window
from medapp.jobs import Job, Progress
from medapp.ui.following import FollowingDesk
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.viewing import Viewing
from medapp.ui.voi_choices import voi_shown
from medapp.ui.widgets.histogram_dialog import HistogramDialog, HistogramView

SETTLED_MS = 80
BESIDE_PX, ABOVE_PX = 16, 96


class HistogramDesk(FollowingDesk):
    """Shows the histogram of the image on screen while a person looks at it."""

    def __init__(self, window: QWidget, session: Session, viewing: Viewing) -> None:
        super().__init__(window, session, SETTLED_MS)
        self._viewing = viewing
        self._dialog: HistogramDialog | None = None
        self._frame: Frame | None = None
        self._counted: Histogram | None = None

    @Slot()
    def toggle(self) -> None:
        """Open the histogram, or close it."""
        if self._dialog is not None:
            self._dialog.reject()
        else:
            self._begin()

    def _begin(self) -> None:
        self._dialog = HistogramDialog(self._window)
        self._dialog.window_requested.connect(self._viewing.set_window)
        self._dialog.finished.connect(self._close)
        self._frame = self._counted = None
        corner = self._window.frameGeometry().bottomRight() - self._dialog.rect().bottomRight()
        self._dialog.move(corner.x() - BESIDE_PX, corner.y() - ABOVE_PX)  # beside the picture, as far as there is room
        self._dialog.show()
        self._follow(self._session.state)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if self._dialog is None:
            return
        frame = state.picture.shown if state.picture is not None else None
        if frame is not self._frame:
            self._frame = frame
            self._settled.start()
        self._dialog.render_view(self._view(state))

    def _view(self, state: State) -> HistogramView:
        if state.picture is None:
            return HistogramView(told=tr("histogram.no_image"))
        if state.picture.shown.is_colour:
            return HistogramView(self._counted, None, tr("histogram.colour"))
        voi = voi_shown(state)
        if not isinstance(voi, Window):
            return HistogramView(self._counted, None, tr("histogram.table"))
        return HistogramView(self._counted, voi)

    @Slot()
    def _work(self) -> None:
        frame = self._frame
        if frame is not None:
            self._session.picture_jobs.start(_counting(frame), done=lambda found: self._take(frame, found))

    def _take(self, frame: Frame, found: Histogram) -> None:
        if self._dialog is not None and frame is self._frame:
            self._counted = found
            self._dialog.render_view(self._view(self._session.state))


def _counting(frame: Frame) -> Job[Histogram]:
    yield Progress(0, 0)
    return histogram_of(frame)
