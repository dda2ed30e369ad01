"""The header browser's desk: reads headers in workers as the image on screen changes, and opens the dialog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from medapp.errors import MedappError, Problem
from medapp.i18n import tell, tr
from medapp.imaging.header_row import HeaderRow
from medapp.imaging.readers import Readers
from medapp.jobs import Job, Progress
from medapp.ui.following import FollowingDesk
from medapp.ui.header_view import CompareChoice, HeaderLine, HeaderPath, HeaderView, lines_of, opened
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.header_browser import HeaderBrowser
from medapp.ui.widgets.wording import date_text

SETTLED_MS = 120
MOST_CHOICES = 300
Rows: TypeAlias = tuple[HeaderRow, ...]


@dataclass(frozen=True)
class Headers:
    """The header on screen and the one beside it, with the lines that they make."""

    mine: Rows = ()
    theirs: Rows | None = None
    lines: tuple[HeaderLine, ...] = ()

    @classmethod
    def of(cls, mine: Rows, theirs: Rows | None) -> Headers:
        """Compare two headers; long ones take a while."""
        return cls(mine, theirs, lines_of(mine, theirs))


class HeaderDesk(FollowingDesk):
    """Shows the header of the image on screen while a person looks at it. What comes too late is dropped."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window, session, SETTLED_MS)
        self._dialog: HeaderBrowser | None = None
        self._source = ""
        self._headers = Headers()
        self._wish = 0
        self.view = HeaderView()

    @Slot()
    def show(self) -> None:
        """Open the browser, or bring it forward."""
        if self._dialog is None:
            self._begin()
        else:
            self._dialog.raise_()
            self._dialog.activateWindow()

    def _begin(self) -> None:
        self._dialog = HeaderBrowser(self._window)
        self._dialog.compare_requested.connect(self.compare)
        self._dialog.opening_requested.connect(self.open_below)
        self._dialog.finished.connect(self._close)
        self._source = ""
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self._follow(self._session.state)
        self._work()

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Read the header of another image once the hand rests on it."""
        if self._dialog is None:
            return
        source = state.picture.instance.source if state.picture is not None else ""
        if source != self._source:
            self._source = source
            self._settled.start()

    @Slot()
    def _work(self) -> None:
        self._settled.stop()
        self._wish += 1
        wish, view = self._wish, self.view
        if not self._source:
            self._show(HeaderView(told=tr("header.no_image")))
            return
        choices = choices_in(self._session.state)
        compared = view.compared if view.compared != self._source else ""
        self._show(replace(view, choices=choices, compared=compared, told=tr("header.reading")))
        self._session.picture_jobs.start(
            _read_headers(self._session.services.readers, self._source, compared),
            done=lambda headers: self._take(wish, headers),
            failed=lambda error: self._fail(wish, error),
        )

    def _take(self, wish: int, headers: Headers) -> None:
        if wish == self._wish:
            self._headers = headers
            self._show(replace(self.view, lines=headers.lines, told=""))

    def _fail(self, wish: int, error: BaseException) -> None:
        if wish != self._wish:
            return
        if not isinstance(error, MedappError):
            self._session.fail(error)
        self._headers = Headers()
        told = tr("header.failed", reason=tell(Problem.from_error("", error)))
        self._show(replace(self.view, lines=(), told=told))

    @Slot(str)
    def compare(self, source: str) -> None:
        """Show another image's header beside; none for an empty source."""
        self.view = replace(self.view, compared=source)
        self._work()

    @Slot(object)
    def open_below(self, path: HeaderPath) -> None:
        """Read what was held back below a line."""
        wish, readers = self._wish, self._session.services.readers
        self._session.picture_jobs.start(
            _read_below(readers, self._source, self.view.compared, path, self._headers),
            done=lambda headers: self._take(wish, headers),
            failed=lambda error: self._fail(wish, error),
        )

    def _show(self, view: HeaderView) -> None:
        self.view = view
        if self._dialog is not None:
            self._dialog.render_view(view)


def choices_in(state: State) -> tuple[CompareChoice, ...]:
    """Return the images that the one on screen can be compared with: its neighbours, then one of each other series."""
    picture = state.picture
    if picture is None:
        return ()
    series, index = picture.series, picture.place.index
    found: list[CompareChoice] = []
    for step, key in ((-1, "header.previous_image"), (1, "header.next_image")):
        if 0 <= index + step < series.frames:
            found.append(CompareChoice(tr(key), series.locate(index + step)[0].source))
    for study in state.scan.studies:
        for other in study.series:
            if other is not series and other.frames:
                source = other.locate(min(index, other.frames - 1))[0].source
                about = (date_text(study.date), other.modality, other.description or other.body_part)
                found.append(CompareChoice(" · ".join(p for p in about if p) or tr("ui.series"), source))
    return tuple(choice for choice in found if choice.source != picture.instance.source)[:MOST_CHOICES]


def _read_headers(readers: Readers, source: str, compared: str) -> Job[Headers]:
    yield Progress(0, 0)
    return Headers.of(readers.listing(source), readers.listing(compared) if compared else None)


def _read_below(readers: Readers, source: str, compared: str, path: HeaderPath, headers: Headers) -> Job[Headers]:
    """Read below a line of both headers; one that has nothing there gives nothing."""
    yield Progress(0, 0)
    mine = opened(headers.mine, path, _listed(readers, source, path))
    if headers.theirs is None:
        return Headers.of(mine, None)
    return Headers.of(mine, opened(headers.theirs, path, _listed(readers, compared, path)))


def _listed(readers: Readers, source: str, path: HeaderPath) -> Rows:
    try:
        return readers.listing(source, path)
    except MedappError as error:
        if error.code != "header.no_place":
            raise
        return ()
