"""The automatic window of a whole stack, from some of its images: found in the background, kept for the session."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from medapp.errors import MedappError
from medapp.imaging.automatic_window import sampled, series_window
from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache
from medapp.imaging.study import Series, Window
from medapp.jobs import Job, Progress
from medapp.ui.session import Session
from medapp.ui.state import State, VoiChoice


class SeriesWindows(QObject):
    """Replaces the first image's window by that of the stack, where nobody has chosen another meanwhile."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._asked: dict[str, int] = {}
        session.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.picture is None or state.series is None or state.jobs:
            return  # the stack may still grow
        key, series = state.picture.place.series, state.picture.series
        choice = state.voi.get(key)
        if choice is None or choice.kind != "series" or self._asked.get(key) == series.frames:
            return
        self._asked[key] = series.frames
        if series.frames > 1:
            job = _found(series, self._session.services.cache)
            self._session.picture_jobs.start(job, done=lambda window: self._take(key, window), failed=lambda _: None)

    def _take(self, key: str, window: Window | None) -> None:
        voi = self._session.state.voi
        if window is not None and key in voi and voi[key].kind == "series":
            self._session.update(voi={**voi, key: VoiChoice("series", window=window)})


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
