"""Notes down what is open while the window runs, and opens it again after the program was brought down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from medapp.i18n import tr
from medapp.jobs import Job, Progress
from medapp.storage.running import Arrangement, Left, Running
from medapp.ui.arranging import arrangement_of, noted_place, restored_layout
from medapp.ui.cell_changes import activated
from medapp.ui.label_door import LabelDoor
from medapp.ui.opening import Opening
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, place_of

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
        self._wanted: dict[int, tuple[str, int]] = {}
        self._active = 0
        self._noted: tuple[object, ...] = ((), None, "", Arrangement())
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._note)
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(lambda: self._later(running.settle))
        self._settled.start()
        session.changed.connect(self._follow)

    def restore(self, left: Left) -> bool:
        """Open what was open when the program was brought down, or by choice what was open last; tell if anything."""
        if not (left.unclean or self._session.settings.restore_session):
            return False
        if left.is_unsafe:
            self._session.notify(tr("start.safe_mode"))
            return True
        if not left.opened:
            return False
        if not left.labelling:
            self._want(left)
        self._opening.open([Path(path) for path in left.opened], remember=False)
        if left.labelling:
            self._labels.go_on(Path(left.labelling))
        if left.unclean:
            self._session.notify(tr("start.restored"))
        return True

    def _want(self, left: Left) -> None:
        """Lay the cells out as they were; their images are shown when they are found."""
        arrangement = left.arrangement
        self._active = arrangement.active
        self._wanted = {n: place for n, place in enumerate(arrangement.places) if place[0]}
        if left.source:
            self._wanted[self._active] = (left.source, left.frame)
        self._session.update(**restored_layout(self._session.state, arrangement))

    def end(self, geometry: str = "") -> None:
        """Note that the window was closed, and by choice what was open in it; the jobs have ended."""
        self._quiet.stop()
        self._settled.stop()
        keep = self._session.settings.restore_session
        if keep:
            self._write_down()
        self._running.end(keep=keep, geometry=geometry)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if any(place_of(state.scan, *place) is not None for place in self._wanted.values()):
            QTimer.singleShot(0, self, self._show_wanted)  # after the first image, which opening shows by itself
        picture = state.picture
        now = (
            self._opening.paths,
            picture.place if picture else None,
            self._labels.labelled_folder,
            arrangement_of(state),
        )
        if now != self._noted:
            begins_labels, self._noted = now[2] != self._noted[2], now
            if begins_labels:
                self._note()  # whoever labels is never quiet for long
            elif not self._quiet.isActive():
                self._quiet.start()

    @Slot()
    def _show_wanted(self) -> None:
        """Show each image in its cell once it is found, and make the cell active that was."""
        found = {n: place_of(self._session.state.scan, *place) for n, place in self._wanted.items()}
        shown = {n: place for n, place in found.items() if place is not None}
        self._wanted = {n: place for n, place in self._wanted.items() if n not in shown}
        for number, place in shown.items():
            if number < len(self._session.state.cells):
                self._pictures.show(place, number)
        if shown and self._active < len(self._session.state.cells):
            self._session.update(**activated(self._session.state, self._active))

    @Slot()
    def _note(self) -> None:
        self._later(self._noting())

    def _write_down(self) -> None:
        self._noting()()

    def _noting(self) -> Callable[[], None]:
        """Return what writes the note of what is open now."""
        state, paths = self._session.state, self._opening.paths
        folder, arrangement = self._labels.labelled_folder, arrangement_of(state)
        source, frame = noted_place(state, state.place)

        def write() -> None:
            self._running.note_opened(paths)
            self._running.note_place(source, frame)
            self._running.note_labelling(folder)
            self._running.note_arrangement(arrangement)

        return write

    def _later(self, write: Callable[[], None]) -> None:
        self._session.note_jobs.start(_written(write))


def _written(write: Callable[[], None]) -> Job[None]:
    yield Progress(0, 0)
    write()
