"""Notes down what is open while the window runs, and opens it again after the program was brought down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from medapp.i18n import tr
from medapp.jobs import Job, Progress
from medapp.storage.running import Left, Running
from medapp.ui.label_door import LabelDoor
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Place, State, place_of

QUIET_MS = 1000
SETTLED_MS = 5000


class Remembering(QObject):
    """Keeps the note of a running window true. It writes in a worker thread, a moment after the last change."""

    def __init__(
        self, session: Session, opening: Opening, pictures: Pictures, labels: LabelDoor, running: Running
    ) -> None:
        super().__init__(session)
        self._labels = labels
        self._session = session
        self._opening = opening
        self._pictures = pictures
        self._running = running
        self._wanted: tuple[str, int] | None = None
        self._noted: tuple[tuple[Path, ...], Place | None, str] = ((), None, "")
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._note)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(lambda: self._later(running.settle))
        self._settled.start()
        session.changed.connect(self._follow)

    def restore(self, left: Left) -> bool:
        """Open what was open when the program was brought down; tell whether there was anything."""
        if not left.unclean:
            return False
        if left.is_unsafe:
            self._session.notify(tr("start.safe_mode"))
            return True
        if not left.opened:
            return False
        self._wanted = (left.source, left.frame) if left.source and not left.labelling else None
        self._opening.open([Path(path) for path in left.opened], remember=False)
        if left.labelling:
            self._labels.go_on(Path(left.labelling))
        self._session.notify(tr("start.restored"))
        return True

    def end(self) -> None:
        """Note that the window was closed; the jobs have ended."""
        self._quiet.stop()
        self._settled.stop()
        self._running.end()

    @Slot(object)
    def _follow(self, state: State) -> None:
        if self._wanted is not None and place_of(state.scan, *self._wanted) is not None:
            QTimer.singleShot(0, self, self._show_wanted)  # after the first image, which opening shows by itself
        picture = state.picture
        now = (self._opening.paths, picture.place if picture else None, self._labels.labelled_folder)
        if now != self._noted:
            begins_labels, self._noted = now[2] != self._noted[2], now
            if begins_labels:
                self._note()  # whoever labels is never quiet for long
            elif not self._quiet.isActive():
                self._quiet.start()

    @Slot()
    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        place = place_of(self._session.state.scan, *wanted) if wanted else None
        if place is not None:
            self._pictures.show(place)

    @Slot()
    def _note(self) -> None:
        state, paths = self._session.state, self._opening.paths
        source, frame, folder = "", 0, self._labels.labelled_folder
        if state.series is not None and state.place is not None and state.place.index < state.series.frames:
            instance, frame = state.series.locate(state.place.index)
            source = instance.source

        def write() -> None:
            self._running.note_opened(paths)
            self._running.note_place(source, frame)
            self._running.note_labelling(folder)

        self._later(write)

    def _later(self, write: Callable[[], None]) -> None:
        self._session.note_jobs.start(_written(write))


def _written(write: Callable[[], None]) -> Job[None]:
    yield Progress(0, 0)
    write()
