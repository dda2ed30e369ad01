"""The layout's widgets and its session, put together: picker, menu of a series, cells that are dropped on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu, QToolBar

from medapp.i18n import tr
from medapp.ui.cell_changes import window_of
from medapp.ui.cell_commands import LAYOUTS
from medapp.ui.cells import Cells
from medapp.ui.hanging import HangingRules
from medapp.ui.hanging_window import HangingWindow
from medapp.ui.session import Session
from medapp.ui.view_windows import ViewWindows
from medapp.ui.widgets.layout_picker import LayoutPicker
from medapp.ui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow

WITHIN_CELLS = ("cell_next", "cell_previous")
"""Their keys, Tab and Shift+Tab, go on to the next control everywhere but in a cell."""


class LayoutDoor(QObject):
    """Lets a person arrange cells in a window."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.cells = Cells(session, window.pictures)
        self.hanging = HangingRules(session, window.pictures, self._room)
        self.windows = ViewWindows(window, session)
        self.rules_window = HangingWindow(window, self.hanging)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command about cells does."""
        cells, playing = self.cells, self._window.viewing.playing
        return {
            "layout_picker": self.pick,
            **{f"layout_{rows}x{columns}": partial(cells.lay_out, rows, columns) for rows, columns in LAYOUTS},
            "cell_next": partial(cells.step, 1),
            "cell_previous": partial(cells.step, -1),
            "cell_clear": cells.clear,
            **{f"link_{what}": partial(cells.toggle_link, what) for what in ("scroll", "window", "zoom")},
            "cross_lines": cells.toggle_cross_lines,
            "study_next": partial(self.hanging.step, 1),
            "study_previous": partial(self.hanging.step, -1),
            "compare_prior": self.hanging.compare,
            "hang_now": self.hanging.hang_now,
            "hanging_rules": self.rules_window.open,
            "hanging": self._toggle_hanging,
            "window_new": self.windows.open_new,
            "cine_faster": partial(playing.change_speed, 1),
            "cine_slower": partial(playing.change_speed, -1),
        }

    @property
    def viewer(self) -> Viewer:
        """The viewer of the active cell, in whichever window it is."""
        state, views = self._session.state, self.windows.open_now
        window = window_of(state, state.active)
        grid = views[window - 1].cells if 0 < window <= len(views) else self._window.reading_page.cells
        return grid.active_viewer

    def connect_widgets(self) -> None:
        """Connect the widgets that were just made."""
        window, page = self._window, self._window.reading_page
        page.cells.activated.connect(self.cells.activate)
        page.cells.series_dropped.connect(self.cells.show_in)
        page.cells.touched.connect(self.hanging.touch)
        page.browser.series_requested.connect(self.hanging.touch)
        page.browser.menu_requested.connect(self._show_menu)
        for name in WITHIN_CELLS:
            action = window.actions_made[name]
            window.removeAction(action)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            page.cells.addAction(action)

    def _room(self) -> tuple[int, int]:
        """Return width and height of all cells together."""
        return self._window.reading_page.cells.width(), self._window.reading_page.cells.height()

    def _toggle_hanging(self) -> None:
        self._session.choose(hanging=not self._session.settings.hanging)

    @Slot()
    def pick(self) -> None:
        """Ask for rows and columns, below the button where there is one."""
        state = self._session.state
        grid = state.grids[window_of(state, state.active)]
        picker = LayoutPicker(self._window)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.chosen.connect(self.cells.lay_out)
        picker.open_at(self._below_button(picker), grid.rows, grid.columns)

    def _below_button(self, picker: LayoutPicker) -> QPoint:
        bar = self._window.findChild(QToolBar, "tool_bar")
        button = bar.widgetForAction(self._window.actions_made["layout_picker"]) if bar is not None else None
        if button is not None and button.isVisible():
            return button.mapToGlobal(QPoint(0, button.height()))
        middle = self._window.reading_page.cells
        return middle.mapToGlobal(middle.rect().center()) - picker.rect().center()

    @Slot(str, QPoint)
    def _show_menu(self, series: str, position: QPoint) -> None:
        """Offer to show a series in each of the cells."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        count = len(self._session.state.cells)
        for number in range(count):
            text = tr("cells.show_in", number=number + 1) if count > 1 else tr("cells.show")
            menu.addAction(text).triggered.connect(partial(self._show_in, number, series))
        menu.popup(position)

    def _show_in(self, number: int, series: str, _: bool = False) -> None:
        self.cells.show_in(number, series)
