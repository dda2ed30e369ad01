"""Which pictures a person has seen a model's answer about: what is said about them later is marked."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Slot

from medapp.errors import MedappError
from medapp.storage.labels import LabelFile
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.teaching_desk import as_job

COLUMNS = ("identity",)


class SeenAnswers(QObject):
    """Notes the identity of each picture whose answer was on screen, also for the next start."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._file = LabelFile(session.services.folders.data / "answers_seen.csv", COLUMNS)
        self._known: set[str] | None = None
        session.changed.connect(self._follow)

    def has(self, identity: str) -> bool:
        """Tell whether the answer about a picture was seen."""
        return identity in self._all()

    def _all(self) -> set[str]:
        if self._known is None:
            self._known = set()
            with suppress(MedappError):  # a table that cannot be read is told where labels are written
                self._known = {row["identity"] for row in self._file.read()}
        return self._known

    @Slot(object)
    def _follow(self, state: State) -> None:
        identity = _on_screen(state)
        if identity and identity not in self._all():
            self._all().add(identity)
            self._session.note_jobs.start(as_job(lambda: self._file.append([(identity,)])), failed=self._session.fail)


def _on_screen(state: State) -> str:
    """Return the identity of the image whose answer can be read, in the panel or in the worklist; else nothing."""
    answer = state.shown_answer
    if answer is not None and state.panel_open and answer.prediction.refused is None:
        return answer.prediction.identity
    return state.worklist.judged if state.worklist.shown and state.labelling is None else ""
