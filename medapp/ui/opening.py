"""Opening files and folders: a job that finds what lies there, while its first picture is already on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from medapp.display.render import grey, resample
from medapp.display.viewport import Viewport
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.frames import FrameCache
from medapp.imaging.source import scan
from medapp.imaging.study import Scan, Series, Study
from medapp.imaging.voi import default_window
from medapp.jobs import Job, Partial, Progress
from medapp.ui.session import Session, opened_title
from medapp.ui.state import Page, Place, all_keys, find_series, series_key

THUMBNAIL_PX = 56


class Opening(QObject):
    """Opens paths for a session, and makes the thumbnails of what it found."""

    first_found = Signal(object)
    thumbnail_made = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._before = Scan()
        self._drawn: set[str] = set()

    def open(self, paths: Sequence[Path], *, remember: bool = True) -> None:
        """Find what lies under `paths`; it joins what is open already."""
        chosen = tuple(paths)
        if not chosen:
            return
        session = self._session
        session.update(notice="", page=Page.READING)
        before = session.state.scan
        awaited = [True]

        def take(found: Scan) -> None:
            session.update(scan=_joined(before, found))
            if awaited[0] and found.studies:
                awaited[0] = False
                self._show_first(found)
            self._follow_shown()

        def end(found: Scan) -> None:
            take(found)
            self._draw_thumbnails()
            if remember and found.studies:
                session.choose(recent=session.settings.opened(tuple(str(p) for p in chosen)))
            if not found.studies:
                session.notify(_nothing_found(found))

        session.jobs.start(scan(chosen, session.services.readers), title=opened_title(chosen), part=take, done=end)

    def open_prepared(self, prepare: Callable[[], Sequence[Path]], title: str) -> None:
        """Open the paths that `prepare` returns; it may take its time."""
        job = _prepared(prepare)
        self._session.jobs.start(job, title=title, done=lambda paths: self.open(paths, remember=False))

    def close_all(self) -> None:
        """Show nothing any more."""
        self._drawn.clear()
        self._session.update(scan=Scan(), place=None, picture=None, picture_problem=None, notice="")
        self.first_found.emit(None)

    def _show_first(self, found: Scan) -> None:
        study = found.studies[0]
        self.first_found.emit(Place(series_key(study, study.series[0]), 0))

    def _follow_shown(self) -> None:
        """Keep the picture on screen while its series grows and its images change their order."""
        state = self._session.state
        picture, place = state.picture, state.place
        if picture is None or place is None or picture.place != place:
            return
        located = find_series(state.scan, place.series)
        index = _index_of(located[1], picture.instance.source, picture.frame.number - 1) if located else None
        if located is None or index is None or picture.series is located[1]:
            return
        moved = Place(place.series, index)
        shown = replace(picture, place=moved, study=located[0], series=located[1])
        self._session.update(place=moved, picture=shown)

    def _draw_thumbnails(self) -> None:
        wanted = [k for k in all_keys(self._session.state.scan) if k not in self._drawn]
        self._drawn.update(wanted)
        found = [(key, find_series(self._session.state.scan, key)) for key in wanted]
        rows = [(key, located[1]) for key, located in found if located]
        job = _thumbnails(rows, self._session.services.cache)
        self._session.jobs.start(job, part=lambda made: self.thumbnail_made.emit(*made))


def _prepared(prepare: Callable[[], Sequence[Path]]) -> Job[Sequence[Path]]:
    yield Progress(0, 0)
    return prepare()


def _joined(before: Scan, found: Scan) -> Scan:
    """Return what was open and what was found; a study that was open takes the series found in it."""
    studies = {study.uid: study for study in before.studies}
    for study in found.studies:
        studies[study.uid] = _merged(studies[study.uid], study) if study.uid in studies else study
    known = {problem.path for problem in found.problems} | {n.path for n in found.not_images}
    return Scan(
        tuple(studies.values()),
        (*[n for n in before.not_images if n.path not in known], *found.not_images),
        (*[p for p in before.problems if p.path not in known], *found.problems),
    )


def _merged(old: Study, new: Study) -> Study:
    series = {s.uid: s for s in old.series} | {s.uid: s for s in new.series}
    return replace(new, series=tuple(series.values()))


def _index_of(series: Series, source: str, frame: int) -> int | None:
    index = 0
    for instance in series.instances:
        if instance.source == source:
            return index + frame
        index += instance.frames
    return None


def _nothing_found(found: Scan) -> str:
    return tr("ui.nothing_found") if found.problems or found.not_images else tr("ui.nothing_there")


def _thumbnails(rows: list[tuple[str, Series]], cache: FrameCache) -> Job[None]:
    """Draw the middle image of each series; one that cannot be read has no thumbnail."""
    for key, series in rows:
        instance, index = series.locate(series.frames // 2)
        try:
            yield Partial((key, _thumbnail(cache, instance.source, index)))
        except MedappError:
            continue


def _thumbnail(cache: FrameCache, source: str, index: int) -> NDArray[np.uint8]:
    frame = cache.load(source, index)
    window = None if frame.is_colour else default_window(frame)
    return grey(resample(frame, Viewport(), (THUMBNAIL_PX, THUMBNAIL_PX)), window, invert=frame.inverted)
