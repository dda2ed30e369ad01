"""Windows that show cells beside the main one: on other monitors, of the same session, with nothing of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QScreen
from PySide6.QtWidgets import QMainWindow, QWidget

from medapp.i18n import tr
from medapp.ui.cell_changes import alone_in, cells_of, patients_on_screen, with_window, without_window
from medapp.ui.cell_content import content_of
from medapp.ui.reading_page import mark_patients
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.cell_grid import CellGrid
from medapp.ui.widgets.layouts import column, label
from medapp.ui.widgets.wording import identity_text

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow

SHARE_OF_SCREEN = 0.8


class ViewWindow(QMainWindow):
    """Renders the cells of one entry of `State.grids`."""

    closed = Signal(object)

    def __init__(self, main: MainWindow, number: int) -> None:
        super().__init__()
        self.setObjectName(f"view_window_{number}")
        self.setWindowTitle(tr("windows.title", number=number + 1))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._main = main
        self.cells = CellGrid()
        self._identity = label("", name="identity")
        self._identity.setContentsMargins(12, 5, 12, 5)
        centre = QWidget()
        layout = column(centre, spacing=0)
        layout.addWidget(self._identity)
        layout.addWidget(self.cells, 1)
        self.setCentralWidget(centre)

    def render_state(self, state: State, window: int) -> None:
        """Show the cells of `window`; none while somebody labels, who sees one image alone."""
        numbers = cells_of(state, window)
        active = state.active - numbers.start if state.active in numbers else None
        contents = [content_of(state, state.cell(n), is_active=n == state.active) for n in numbers]
        alone = alone_in(state, window) and active is not None
        shown = (active or 0,) if alone else tuple(range(len(contents)))
        columns = 1 if alone else state.grids[window].columns
        self.cells.render_cells(contents, columns=columns, shown=shown, active=active)
        pictures = [content.picture for content in contents if content.picture is not None]
        told = contents[active].picture if active is not None else next(iter(pictures), None)
        self._identity.setText(identity_text(told))
        mark_patients(self._identity, len(patients_on_screen(state)))
        self._identity.setVisible(told is not None)
        self.setVisible(state.labelling is None)
        self._take_actions()

    def _take_actions(self) -> None:
        """Take the keys of the main window, those of the presets that are offered now among them."""
        own = set(self.actions())
        self.addActions([action for action in self._main.actions() if action not in own])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files as the main window does."""
        self._main.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open files as the main window does."""
        self._main.dropEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that it is gone."""
        super().closeEvent(event)
        self.closed.emit(self)


class ViewWindows(QObject):
    """Opens and closes them; the cells of the first are those after the main window's, and so on."""

    def __init__(self, main: MainWindow, session: Session) -> None:
        super().__init__(main)
        self._main = main
        self._session = session
        self.open_now: list[ViewWindow] = []
        session.changed.connect(self._follow)

    @Slot()
    def open_new(self) -> None:
        """Open a window with one empty cell, where there is most room: on a screen that has none of our windows."""
        self._session.update(**with_window(self._session.state))
        self._make().show()
        self._follow(self._session.state)

    def _make(self) -> ViewWindow:
        view = ViewWindow(self._main, len(self.open_now) + 1)
        self.open_now.append(view)
        self._place(view)
        view.closed.connect(self._forget)
        view.cells.activated.connect(lambda number: self._main.layout_door.cells.activate(self._first(view) + number))
        view.cells.series_dropped.connect(
            lambda number, key: self._main.layout_door.cells.show_in(self._first(view) + number, key)
        )
        self._main.connect_cells(view.cells)
        return view

    def _first(self, view: ViewWindow) -> int:
        """Return the number of the first cell of a window."""
        return cells_of(self._session.state, self.open_now.index(view) + 1).start

    def _place(self, view: ViewWindow) -> None:
        screen = self._free_screen()
        remembered = self._session.settings.window_places.get(screen.name(), "")
        if not (remembered and view.restoreGeometry(QByteArray.fromBase64(remembered.encode("ascii", "replace")))):
            room = screen.availableGeometry()
            view.resize(room.size() * SHARE_OF_SCREEN)
            view.move(room.center() - view.rect().center())

    def _free_screen(self) -> QScreen:
        taken = {window.screen() for window in (self._main, *self.open_now[:-1])}
        free = [screen for screen in QGuiApplication.screens() if screen not in taken]
        return free[0] if free else self._main.screen()

    @Slot(object)
    def _forget(self, view: ViewWindow) -> None:
        """Give up the cells of a window that was closed, and note where it stood."""
        if view not in self.open_now:
            return
        state, number = self._session.state, self.open_now.index(view) + 1
        self.open_now.remove(view)
        place = bytes(view.saveGeometry().toBase64().data()).decode("ascii")
        self._session.choose(window_places={**state.settings.window_places, view.screen().name(): place})
        self._session.update(**without_window(self._session.state, number))

    def close_all(self) -> None:
        """Close them with the main window."""
        for view in tuple(self.open_now):
            view.close()

    def tell_anew(self) -> None:
        """Make them anew: another language is spoken."""
        places = [view.saveGeometry() for view in self.open_now]
        for view in self.open_now:
            view.closed.disconnect(self._forget)
            view.close()
        self.open_now.clear()
        for place in places:
            view = self._make()
            view.restoreGeometry(place)
            view.show()
        self._follow(self._session.state)

    @Slot(object)
    def _follow(self, state: State) -> None:
        for number, view in enumerate(self.open_now, start=1):
            if number < len(state.grids):
                view.render_state(state, number)
