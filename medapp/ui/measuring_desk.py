"""What the commands that measure do: tools, undo, selection, calibration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from medapp.display.measuring.scale import calibration_from
from medapp.i18n import tr
from medapp.ui.cell_state import Picture
from medapp.ui.measuring import Measuring
from medapp.ui.measuring_commands import can_undo_measuring
from medapp.ui.measuring_papers import MeasuringPapers
from medapp.ui.measuring_wishes import CalibrationDrawn, Selected, Wish
from medapp.ui.session import Session
from medapp.ui.state import Tool
from medapp.ui.view_windows import ViewWindow
from medapp.ui.widgets.calibration_dialog import CalibrationDialog
from medapp.ui.widgets.flash import Flash
from medapp.ui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow

MEASURING_TOOLS = tuple(tool for tool in Tool if tool not in {Tool.WINDOW, Tool.SCROLL, Tool.ZOOM, Tool.PAN})


class MeasuringDesk(QObject):
    """Does what is asked for in viewers, menus and by keys; holds the dialogs about measurements."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.measuring = Measuring(session)
        self._papers = MeasuringPapers(window, session, self.measuring, self._flash)

    @property
    def _viewer(self) -> Viewer:
        """The viewer of the active cell, in whichever window it is."""
        active = QApplication.activeWindow()
        return active.cells.active_viewer if isinstance(active, ViewWindow) else self._window.reading_page.viewer

    def connect_viewer(self, viewer: Viewer) -> None:
        """Take what is drawn in a viewer."""
        viewer.measuring_requested.connect(self.take)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command of `measuring_commands` does."""
        return {
            **{f"tool_{tool}": partial(self.choose_tool, tool) for tool in MEASURING_TOOLS},
            "tool_rectangle": self.choose_area,
            "undo": self.undo,
            "redo": self.measuring.redo,
            "measure_next": self.select_next,
            "measure_delete": self.delete,
            "measure_delete_all": self.measuring.delete_all,
            "measure_shown": self.measuring.toggle,
            "measure_uncalibrate": self.uncalibrate,
            "measure_list": self._papers.show_list,
            "measure_copy": self._papers.copy,
            "measure_save": self._papers.save,
        }

    @Slot(object)
    def take(self, wish: Wish) -> None:
        """Do what was asked for by drawing; the length of a calibration is asked for first."""
        if isinstance(wish, CalibrationDrawn):
            self._ask_for_length(wish)
        else:
            self.measuring.take(wish)

    def choose_tool(self, tool: Tool) -> None:
        """Choose a tool, and let the keyboard point with it."""
        self._session.choose_tool(tool)
        self._viewer.begin_pointing()

    def choose_area(self) -> None:
        """Choose the rectangle; again, the ellipse."""
        self.choose_tool(Tool.ELLIPSE if self._session.state.tool is Tool.RECTANGLE else Tool.RECTANGLE)

    def undo(self) -> None:
        """Take the last step back: of label mode where that is on, else of the image's measurements."""
        state = self._session.state
        if state.labelling is not None:
            self._window.labelling.undo()
        elif can_undo_measuring(state):
            self.measuring.undo()

    def select_next(self) -> None:
        """Let keys move the next measurement of the image."""
        state = self._session.state
        if state.picture is None:
            return
        names = [each.id for each in state.measuring.sheet_of(state.picture).measurements]
        if names:
            chosen = state.measuring.selected
            following = names[(names.index(chosen) + 1) % len(names)] if chosen in names else names[0]
            viewer = self._viewer
            viewer.measuring.keys.end()
            viewer.setFocus()
            self.measuring.take(Selected(following))

    def delete(self) -> None:
        """Delete the measurement that is selected, else the one under the pointer."""
        name = self._session.state.measuring.selected or self._viewer.measuring.hovered
        if name:
            self.measuring.delete(name)

    def _ask_for_length(self, wish: CalibrationDrawn) -> None:
        picture = self._session.state.picture
        if picture is None:
            return
        dialog = CalibrationDialog(self._window, one_of_many=len(picture.series.instances) > 1)
        dialog.length_given.connect(partial(self._calibrate, picture, wish))
        dialog.show()

    def _calibrate(self, picture: Picture, wish: CalibrationDrawn, length_mm: float, whole_series: bool) -> None:
        shown = self._session.state.picture
        if shown is None or shown.frame is not picture.frame:
            self._session.notify(tr("measure.calibration_too_late"))
            return
        calibration = calibration_from(picture.frame, wish.start, wish.end, length_mm)
        if whole_series:
            self.measuring.calibrate_series(calibration)
        else:
            self.measuring.calibrate(calibration)
        self._flash(tr("measure.calibrated_series" if whole_series else "measure.calibrated_image"))

    def _flash(self, text: str) -> None:
        """Say that something was done, over the image."""
        Flash(text, self._viewer)

    def uncalibrate(self) -> None:
        """Take the calibration that holds for the image back: its own, else its series'."""
        state = self._session.state
        if state.picture is None:
            return
        if state.measuring.sheet_of(state.picture).calibration is not None:
            self.measuring.calibrate(None)
        else:
            self.measuring.calibrate_series(None)
