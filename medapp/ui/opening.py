"""Opening files and folders: a job that finds what lies there, while its first picture is already on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
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
from medapp.imaging.study import Scan, Series
from medapp.imaging.voi import default_window
from medapp.jobs import Job, Partial, Progress
from medapp.ui.cell_changes import CellChanges, all_cells, emptied
from medapp.ui.cell_state import Cell, Place
from medapp.ui.scans import joined, moved
from medapp.ui.session import Session, opened_title
from medapp.ui.state import Page, all_keys, find_series, series_key
from medapp.ui.widgets.study_browser import SHARP_PX


class Opening(QObject):
    """Opens paths for a session, and makes the thumbnails of what it found.

    Attributes
    ----------
    paths : tuple of Path
        What is open, in the order in which it was opened.
    """

    first_found = Signal(object)
    thumbnail_made = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._found: dict[object, Scan] = {}
        self.paths: tuple[Path, ...] = ()
        self._jobs: set[int] = set()
        self._drawn: set[str] = set()

    def open(self, paths: Sequence[Path], *, remember: bool = True) -> None:
        """Find what lies under `paths`; it joins what is open already."""
        chosen = tuple(paths)
        if not chosen:
            return
        session = self._session
        session.update(notice="", page=Page.READING)
        opened = object()
        self._found[opened] = Scan()
        self.paths = (*self.paths, *chosen)

        def take(found: Scan) -> None:
            self._take(opened, found)

        def end(found: Scan) -> None:
            take(found)
            self._draw_thumbnails()
            if remember and found.studies:
                session.choose(recent=session.settings.opened(tuple(str(p) for p in chosen)))
            if not found.studies:
                session.notify(_nothing_found(found))

        job = scan(chosen, session.services.readers)
        title, stopped = opened_title(chosen), self._draw_thumbnails
        self._jobs.add(session.jobs.start(job, title=title, part=take, done=end, stopped=stopped))

    def open_prepared(self, prepare: Callable[[], Sequence[Path]], title: str) -> None:
        """Open the paths that `prepare` returns; it may take its time."""
        job = _prepared(prepare)
        self._session.jobs.start(job, title=title, done=lambda paths: self.open(paths, remember=False))

    def close_all(self) -> None:
        """Show nothing any more."""
        for job in self._jobs:
            self._session.jobs.cancel(job)
        self._jobs.clear()
        self._drawn.clear()
        self._found.clear()
        self.paths = ()
        self._session.update(**{**emptied(self._session.state), "scan": Scan(), "notice": ""})
        self.first_found.emit(None)

    def _take(self, opened: object, found: Scan) -> None:
        """Show what was found so far beside all that is open, and the first image as soon as there is one."""
        is_first = not self._found[opened].studies
        self._found[opened] = found
        self.show_scan(reduce(joined, self._found.values()))
        if is_first and found.studies:
            self.first_found.emit(Place(series_key(found.studies[0].series[0]), 0))

    def show_scan(self, scan: Scan) -> None:
        """Show a new scan; what is on screen stays there while its series grows and its images change their order."""
        state = self._session.state
        changes = CellChanges(state)
        for number, cell in enumerate(all_cells(state)):
            if cell.place is not None and (place := moved(cell.place, state.scan, scan)) is not None:
                changes.put(number, **_kept_on_screen(cell, scan, place))
        self._session.update(scan=scan, **changes.all)

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


def _kept_on_screen(cell: Cell, scan: Scan, place: Place) -> dict[str, object]:
    """Return the changes that let place, window and picture of a cell follow the series to where it is now."""
    changes: dict[str, object] = {"place": place}
    assert cell.place is not None
    if place.series != cell.place.series and cell.place.series in cell.voi:
        changes["voi"] = {**cell.voi, place.series: cell.voi[cell.place.series]}
    located, picture = find_series(scan, place.series), cell.picture
    if picture is not None and located is not None and picture.place == cell.place:
        changes["picture"] = replace(picture, place=place, study=located[0], series=located[1])
    return changes


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
    return grey(resample(frame, Viewport(), (SHARP_PX, SHARP_PX)), window, invert=frame.inverted)
