"""The automatic window of a whole stack, from some of its images: found in the background, kept for the session."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot

from medapp.errors import MedappError
from medapp.imaging.automatic_window import sampled, series_window
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache
from medapp.imaging.study import Series, Window
from medapp.jobs import Job, Progress
from medapp.ui.cell_changes import CellChanges, all_cells
from medapp.ui.cell_state import VoiChoice
from medapp.ui.session import Session
from medapp.ui.state import State


class SeriesWindows(QObject):
    """Replaces the first image's window by that of the stack, where nobody has chosen another meanwhile."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._asked: dict[str, int] = {}
        session.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.jobs:
            return  # the stacks may still grow
        for cell in all_cells(state):
            if cell.picture is not None and cell.place is not None:
                self._ask_for(cell.picture.place.series, cell.picture.series, cell.voi)

    def _ask_for(self, key: str, series: Series, voi: Mapping[str, VoiChoice]) -> None:
        choice = voi.get(key)
        if choice is None or choice.kind != "series" or self._asked.get(key) == series.frames:
            return
        self._asked[key] = series.frames
        if series.frames > 1:
            job = _found(series, self._session.services.cache)
            self._session.picture_jobs.start(job, done=lambda window: self._take(key, window), failed=lambda _: None)

    def _take(self, key: str, window: Window | None) -> None:
        """Show the stack with its window, in each cell where nobody has chosen another."""
        changes = CellChanges(self._session.state)
        for number, cell in enumerate(all_cells(self._session.state)):
            if window is not None and key in cell.voi and cell.voi[key].kind == "series":
                changes.put(number, voi={**cell.voi, key: VoiChoice("series", window=window)})
        self._session.update(**changes.all)


def _found(series: Series, cache: FrameCache) -> Job[Window | None]:
    """Return the window of a stack; None where its images are too different, or none can be read."""
    frames: list[Frame] = []
    for index in sampled(series.frames):
        yield Progress(0, 0)
        instance, number = series.locate(index)
        try:
            frames.append(cache.load(instance.source, number))
        except MedappError:
            continue  # it is told when it is asked for
    if not frames or any(frame.is_colour or frame.unit != frames[0].unit for frame in frames):
        return None
    return series_window(frames)
