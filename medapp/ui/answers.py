"""Asks the model about the picture on screen, and makes sure that no answer outlives its picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Slot

from medapp.classify.explanation import Explanation, Method, explain
from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.classify.telling import described
from medapp.errors import MedappError, Problem
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job, Partial, Progress
from medapp.ui.answer_state import Answered, Classifying, ModelFacts, NoModel, NoPicture, NotAnswered, Waiting
from medapp.ui.cell_state import Picture
from medapp.ui.session import Services, Session
from medapp.ui.state import State
from medapp.workflows.reading import Reading

SETTLE_MS = 120


class Answers(QObject):
    """Follows the picture on screen; every request has the identity of one picture."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._reading = session.services.reading
        self._followed: Picture | None = None
        self._job: int | None = None
        self._explaining: int | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        session.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Forget the answer as soon as another picture is shown, and ask about the new one when it stays."""
        followed, self._followed = self._followed, state.picture
        if _same(followed, state.picture):
            return
        self._drop()
        if not isinstance(state.answer, NoPicture):
            self._session.update(answer=NoPicture())
        if state.picture is not None:
            self._settle.start()

    def ask_again(self) -> None:
        """Ask about the picture on screen again: after a failure, or because the model changed."""
        if self._session.state.picture is not None:
            self._drop()
            self._ask()

    def explain(self, method: Method) -> None:
        """Explain the answer on screen by another method, in the background; its job can be cancelled."""
        answer, picture = self._session.state.shown_answer, self._session.state.picture
        if answer is None or picture is None or answer.prediction.refused is not None:
            return
        if self._explaining is not None:
            self._session.jobs.cancel(self._explaining)
        self._session.update(answer=replace(answer, explaining=method))
        self._explaining = self._session.jobs.start(
            _explained(self._session.services, picture.frame, method),
            title=tr(f"explain.method.{method}"),
            done=lambda explanation: self._take_explanation(picture, explanation),
            failed=lambda error: self._end_explaining(picture, error),
            stopped=lambda: self._end_explaining(picture, None),
        )

    def _take_explanation(self, picture: Picture, explanation: Explanation) -> None:
        answer = self._session.state.shown_answer
        if answer is None or not _same(self._session.state.picture, picture):
            return
        self._explaining = None
        fits = explanation.manifest_hash == answer.prediction.model.manifest_hash
        self._session.update(answer=replace(answer, explanation=explanation if fits else None, explaining=""))

    def _end_explaining(self, picture: Picture, error: BaseException | None) -> None:
        """Show the heat map that was there before; a failure is told."""
        answer = self._session.state.shown_answer
        if answer is not None and _same(self._session.state.picture, picture):
            self._explaining = None
            self._session.update(answer=replace(answer, explaining=""))
        if error is not None:
            self._session.fail(error)

    def toggle_panel(self) -> None:
        """Open or close the answer's panel; opening it asks, where nothing was asked yet."""
        opened = not self._session.state.panel_open
        self._session.update(panel_open=opened)
        if opened and isinstance(self._session.state.answer, Waiting | NoPicture):
            self.ask_again()

    def _drop(self) -> None:
        self._settle.stop()
        if self._job is not None:
            self._session.jobs.cancel(self._job)
            self._job = None
        if self._explaining is not None:
            self._session.jobs.cancel(self._explaining)
            self._explaining = None

    @Slot()
    def _ask(self) -> None:
        state = self._session.state
        picture = state.picture
        if picture is None or state.labelling is not None:
            return
        if state.cine:
            self._settle.start()
            return
        self._session.update(answer=Classifying())
        wanted = state.panel_open or self._session.settings.classify_ahead
        self._job = self._session.jobs.start(
            _classified(self._reading, picture.frame, wanted),
            part=lambda facts: self._session.update(answer=Classifying(facts) if wanted else Waiting(facts)),
            done=lambda answer: self._take(picture, answer),
            failed=lambda error: self._failed(picture, error),
        )

    def _take(self, picture: Picture, answer: Answered | NoModel | Waiting) -> None:
        shown = self._session.state.picture
        if not _same(shown, picture):
            return
        if isinstance(answer, Answered) and answer.prediction.identity != picture.identity:
            self._failed(picture, ValueError("the answer belongs to another image"))
            return
        self._job = None
        self._session.update(answer=answer)

    def _failed(self, picture: Picture, error: BaseException) -> None:
        if _same(self._session.state.picture, picture):
            self._job = None
            self._session.update(answer=NotAnswered(Problem.from_error(picture.instance.source, error)))


def _same(one: Picture | None, other: Picture | None) -> bool:
    """Tell whether both show the same frame; the place in a growing series may differ."""
    if one is None or other is None:
        return one is other
    return one.frame is other.frame


def _classified(reading: Reading, frame: Frame, wanted: bool) -> Job[Answered | NoModel | Waiting]:
    package = reading.package_for(*frame.says)
    if package is None:
        is_for_others = reading.package_for(*frame.says[:3]) is not None
        return NoModel(described(frame, who=is_for_others))
    facts = facts_of(package)
    yield Partial(facts)
    if not wanted:
        return Waiting(facts)
    prediction: Prediction = reading.classify(frame)
    yield Progress(1, 1)
    if prediction.model.manifest_hash != package.manifest_hash:  # the models were changed meanwhile
        asked = reading.package_of(prediction.model)
        facts = facts if asked is None else facts_of(asked)
    return Answered(facts, prediction)


def _explained(services: Services, frame: Frame, method: Method) -> Job[Explanation]:
    package = services.reading.package_for(*frame.says)
    if package is None:
        raise MedappError("explain.refused")
    return (yield from explain(services.engine, frame, package, method))


def facts_of(package: Package) -> ModelFacts:
    """Return what the panel says about a package."""
    metadata = package.metadata
    return ModelFacts(metadata.id, metadata.name, metadata.version, package.scope.text, package.card())
