"""Shows the picture that stays on screen to the models that watch silently; no reader ever sees what they say."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medapp.classify.package import Package
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job, Progress
from medapp.ui.answer_state import Classifying
from medapp.ui.cell_state import Picture
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.workflows.watching import Watching

log = logging.getLogger(__name__)
SETTLE_MS = 600
MOST_WAITING = 4


class SilentWatch(QObject):
    """Follows the picture on screen, after the model in use has answered; tells only when a watch is complete."""

    completed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._watching = session.services.watching
        self._followed: Frame | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._observe)
        session.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, state: State) -> None:
        frame = None if state.picture is None else state.picture.frame
        if frame is self._followed:
            return
        self._followed = frame
        self._settle.stop()
        if frame is not None:
            self._settle.start()

    @Slot()
    def _observe(self) -> None:
        state, jobs = self._session.state, self._session.watch_jobs
        if state.picture is None:
            return
        if state.cine or isinstance(state.answer, Classifying) or jobs.runner.running >= MOST_WAITING:
            self._settle.start()  # what a person waits for goes first
            return
        job = _observed(self._watching, state.picture.frame, _study_of(state.picture))
        jobs.start(job, done=self._take, failed=_left_out)

    def _take(self, complete: tuple[Package, ...]) -> None:
        for package in complete:
            studies = self._watching.summary(package).studies
            self._session.notify(tr("watch.complete", name=package.metadata.name, studies=studies))
        if complete:
            self.completed.emit()


def _study_of(picture: Picture) -> str:
    return picture.study.uid if picture.instance.kind == "dicom" else ""


def _observed(watching: Watching, frame: Frame, study_uid: str) -> Job[tuple[Package, ...]]:
    yield Progress(0, 1)
    return watching.observe(frame, study_uid)


def _left_out(error: BaseException) -> None:
    """A watch that fails costs one image of its summary, and nobody's attention."""
    log.info("an image was not watched: %s", type(error).__name__)
