"""Plays the stacks of cells, each at the rate of its file; keys make them faster or slower."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from medapp.imaging.cine import following, within_limits
from medapp.ui.cell_state import Cell
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, find_series

USUAL_MS = 100.0
SPEEDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)


def interval_ms(cell: Cell, speed: float) -> float:
    """Return how long the picture of a cell is shown: its file's time, `speed` times as fast."""
    picture = cell.picture
    own = picture.frame.shown_ms or picture.instance.frame_time_ms if picture is not None else None
    return within_limits((own or USUAL_MS) / speed)


class CinePlaying(QObject):
    """Keeps a timer for each cell that plays."""

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session = session
        self._pictures = pictures
        self._timers: dict[int, QTimer] = {}
        self._steps: dict[int, int] = {}
        session.changed.connect(self._follow)

    def change_speed(self, steps: int) -> None:
        """Play faster or slower by so many steps."""
        now = self._session.state.cine_speed
        nearest = min(range(len(SPEEDS)), key=lambda n: abs(SPEEDS[n] - now))
        self._session.update(cine_speed=SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)])

    @Slot(object)
    def _follow(self, state: State) -> None:
        playing = {number for number in range(len(state.cells)) if state.cell(number).cine}
        for number in self._timers.keys() - playing:
            self._timers.pop(number).deleteLater()
        for number in playing - self._timers.keys():
            self._begin(number, state)

    def _begin(self, number: int, state: State) -> None:
        timer = self._timers[number] = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: self._play(number))
        timer.start(round(interval_ms(state.cell(number), state.cine_speed)))

    def _play(self, number: int) -> None:
        state = self._session.state
        cell = state.cell(number) if number < len(state.cells) else Cell()
        located = find_series(state.scan, cell.place.series) if cell.place is not None else None
        if cell.place is None or located is None or cell.loading:
            return  # a late frame is waited for: cine never runs ahead of what is shown
        sweeps = cell.picture is not None and cell.picture.frame.sweeps
        step = self._steps.get(number, 1)
        index, self._steps[number] = following(cell.place.index, located[1].frames, step, sweeps=sweeps)
        self._pictures.go_to(index, number)
        self._pace(number)

    def _pace(self, number: int) -> None:
        """Wait as long as the picture is to be shown: frames may differ in that."""
        state = self._session.state
        if number in self._timers and number < len(state.cells):
            self._timers[number].setInterval(round(interval_ms(state.cell(number), state.cine_speed)))
