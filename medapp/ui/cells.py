"""Which cells there are, which of them is the active one, and what goes along with it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from medapp.ui.cell_changes import activated, cells_of, laid_out, window_of
from medapp.ui.cell_state import Grid, Place
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State


class Cells(QObject):
    """Changes the layout of the session's state. Label mode has one cell, in the first window."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session = session
        self._pictures = pictures
        session.changed.connect(self._follow)

    def lay_out(self, rows: int, columns: int) -> None:
        """Give the window of the active cell other rows and columns."""
        state, grid = self._session.state, Grid(rows, columns)
        window = window_of(state, state.active)
        if grid != state.grids[window] or state.maximised:
            self._session.update(**{**laid_out(state, grid, window), "arranged": True, "maximised": False})
            self._pictures.fill()

    def activate(self, number: int) -> None:
        """Make a cell the active one: what is about the picture is about its picture now."""
        state = self._session.state
        if number != state.active and number < len(state.cells) and state.labelling is None:
            self._session.update(**activated(state, number))

    def step(self, steps: int) -> None:
        """Go to the next or a previous cell of the window, and around."""
        state = self._session.state
        numbers = cells_of(state, window_of(state, state.active))
        self.activate(numbers[(state.active - numbers.start + steps) % len(numbers)])

    def show_in(self, number: int, series: str) -> None:
        """Show a series in a cell, which becomes the active one."""
        self.activate(number)
        self._session.update(arranged=True)
        self._pictures.show(Place(series, 0))

    def clear(self) -> None:
        """Show nothing in the active cell."""
        self._session.update(place=None, picture=None, picture_problem=None, loading=False, cine=False, arranged=True)

    def toggle_link(self, what: str) -> None:
        """Link the cells in one respect, or no longer: ``scroll``, ``window`` or ``zoom``."""
        link = self._session.state.link
        self._session.update(link=replace(link, **{what: not getattr(link, what)}))

    def toggle_cross_lines(self) -> None:
        """Draw where the active slice lies in the other cells, or do not."""
        self._session.update(cross_lines=not self._session.state.cross_lines)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.labelling is not None and window_of(state, state.active) != 0:
            self._session.update(**activated(state, 0))
