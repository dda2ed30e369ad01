"""Label mode: keys become answers, each on the disk before the next case comes; the model's answers are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QObject, Signal, Slot

from medapp.i18n import tr
from medapp.imaging.study import Scan
from medapp.training.cases.verdicts import UNSURE, Verdict
from medapp.ui.cell_state import Place
from medapp.ui.label_places import case_of, places_of
from medapp.ui.label_state import REASONS, LabelView
from medapp.ui.label_view import ending_of, revealed, view_of
from medapp.ui.pictures import Pictures
from medapp.ui.seen_answers import SeenAnswers
from medapp.ui.session import Session
from medapp.ui.state import Page, State
from medapp.ui.teaching_desk import as_job
from medapp.workflows.label_sitting import Sitting, Turn, in_order
from medapp.workflows.labelling import LabelProject

AHEAD = 4


class Labelling(QObject):
    """Turns keys into answers about the case on screen, and chooses which comes next.

    A key is about the picture that is on screen; while none is, or while an answer is being written, it does nothing.
    """

    choice_requested = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, session: Session, pictures: Pictures) -> None:
        super().__init__(session)
        self._session = session
        self._pictures = pictures
        self.seen = SeenAnswers(session)
        self.project: LabelProject | None = None
        self._reader = ""
        self._only: tuple[str, ...] | None = None
        self._kept: frozenset[str] = frozenset()
        self._sitting: Sitting | None = None
        self._places: dict[str, Place] = {}
        self._scan: Scan | None = None
        self._turn: Turn | None = None
        self._waiting = self._writing = self._stays = False
        self._before: dict[str, bool] = {}
        session.changed.connect(self._follow)

    @property
    def is_on(self) -> bool:
        """Whether label mode is on."""
        return self._session.state.labelling is not None

    def toggle(self) -> None:
        """Leave label mode, or go on with the project that was labelled last; without one it is to be chosen."""
        if self.is_on:
            self.leave()
        elif self.project is not None and places_of(self._session.state.scan, self.project.plan):
            self.begin(self.project, self._reader, stay=True)
        else:
            self.choice_requested.emit()

    def begin(
        self,
        project: LabelProject,
        reader: str,
        *,
        only: Sequence[str] | None = None,
        settling: bool = False,
        kept: frozenset[str] | None = None,
        stay: bool = False,
    ) -> None:
        """Label a project: all cases that are open, or `only` some, in this order.

        `kept`: those that belong to a sealed test, which are marked; None: as before. `stay`: with the picture on
        screen, where it has no answer; else with the first that has none. Cases that are found later come later.
        """
        state = self._session.state
        if kept is not None or project is not self.project:
            self._kept = kept or frozenset()
        self.project, self._reader, self._stays = project, reader, stay
        self._only = None if only is None else tuple(only)
        if state.labelling is None:
            self._before = {"panel_open": state.panel_open, "annotations": state.annotations}
        plan = project.plan
        view = LabelView(plan.title, reader, plan.classes, settling=settling)
        self._scan, self._turn, self._waiting = None, None, True
        alone = {"panel_open": False, "annotations": False, "cine": False, "maximised": False}
        self._session.update(page=Page.READING, labelling=view, **alone)
        self.entered.emit()

    def leave(self) -> None:
        """Leave label mode; everything else is as it was."""
        self._sitting = None
        self._session.update(labelling=None, **self._before)
        self.left.emit()

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Keep up with what is open and on screen."""
        if state.labelling is None or self.project is None:
            return
        if state.page is not Page.READING:
            self.leave()
            return
        if state.scan is not self._scan:
            self._take_scan(state)
            if self._waiting:
                self._start()
        self._render()

    def _take_scan(self, state: State) -> None:
        """Take the cases that are open now."""
        assert self.project is not None
        assert state.labelling is not None
        self._scan, plan = state.scan, self.project.plan
        self._places = places_of(state.scan, plan)
        found = in_order(list(self._places), plan.seed, mixed=plan.mixed)
        files = found if self._only is None else [file for file in self._only if file in self._places]
        self._sitting = Sitting(self.project, self._reader, files, settling=state.labelling.settling)

    def _start(self) -> None:
        """Show the first case without an answer, or go on with the picture on screen; wait where none is there yet."""
        sitting, shown = self._sitting, self._shown()
        if sitting is None or not sitting.files:
            return
        if self._stays and shown is not None and not sitting.answered(shown.file):
            self._show(shown)
            return
        turn = sitting.following("")
        self._show(turn)
        if turn is None and self._session.state.place is None:
            self._pictures.show(self._places[sitting.files[0]])

    def _shown(self) -> Turn | None:
        """Return the case on screen; None while none of the project is there, or another is still to come."""
        state = self._session.state
        if self.project is None or state.loading or state.place is None:
            return None
        file = self._file_of(state)
        if file not in self._places:
            return None
        return Turn(file, repeat=self._turn is not None and self._turn == Turn(file, repeat=True))

    def _file_of(self, state: State) -> str:
        assert self.project is not None
        if state.picture is not None and state.picture.place == state.place:
            return case_of(state.picture, self.project.plan.unit)
        named = (file for file, place in self._places.items() if place == state.place)
        return next(named, "") if state.picture_problem is not None else ""

    def digit(self, number: int) -> None:
        """Answer with the class of a key, or with the reason where one is asked for."""
        view = self._session.state.labelling
        if view is None:
            return
        if view.asking:
            if number <= len(REASONS):
                self._answer(excluded=REASONS[number - 1])
        elif number <= len(view.classes):
            self._answer(view.classes[number - 1])

    def unsure(self) -> None:
        """Answer that one cannot tell."""
        self._answer(UNSURE)

    def exclude(self) -> None:
        """Ask why the case is to be left out; the second time it is for another reason."""
        view = self._session.state.labelling
        if view is not None and self._shown() is not None:
            if view.asking:
                self._answer(excluded=REASONS[-1])
            else:
                self._session.update(labelling=replace(view, asking=True))

    def back(self) -> bool:
        """Take a question back, else leave; tell whether there was anything to do."""
        view = self._session.state.labelling
        if view is None:
            return False
        if view.asking:
            self._session.update(labelling=replace(view, asking=False))
        else:
            self.leave()
        return True

    def _answer(self, label: str = "", *, excluded: str = "") -> None:
        turn, sitting, picture = self._shown(), self._sitting, self._session.state.picture
        if turn is None or sitting is None or self._writing:
            return
        seen = picture is not None and self.seen.has(picture.identity)
        verdict = sitting.answer(turn, label, excluded=excluded, seen_ai=seen)
        self._write(sitting, verdict, lambda: self._answered(sitting, turn, verdict))

    def _write(self, sitting: Sitting, verdict: Verdict, then: Callable[[], None]) -> None:
        """Write an answer down in a worker, for a disk may take its time; go on when it is there."""
        self._writing = True

        def written(_: object) -> None:
            self._writing = False
            sitting.take(verdict)
            if self._sitting is not sitting and self.is_on:
                self._take_scan(self._session.state)  # more cases were found meanwhile
            if self.is_on:
                then()

        def refused(error: BaseException) -> None:
            self._writing = False
            self._session.fail(error)

        self._session.label_jobs.start(as_job(lambda: sitting.project.say(verdict)), done=written, failed=refused)

    def _answered(self, sitting: Sitting, turn: Turn, verdict: Verdict) -> None:
        if sitting.settling:
            self._tell(revealed(sitting, verdict))
            return
        self._tell("")
        if self._advances:
            self._show(sitting.following(turn.file))

    @property
    def _advances(self) -> bool:
        view = self._session.state.labelling
        return view is not None and view.advance

    def undo(self) -> None:
        """Take the last answer back, and show its case."""
        sitting = self._sitting
        verdict = sitting.taking_back() if sitting is not None and not self._writing else None
        if sitting is not None and verdict is not None:
            turn = Turn(verdict.file, verdict.repeat)

            def then() -> None:
                self._tell(tr("label.undone"))
                self._show(turn)

            self._write(sitting, verdict, then)

    def following(self) -> None:
        """Show the next case without an answer."""
        if self._sitting is not None:
            shown = self._shown()
            self._tell("")
            self._show(self._sitting.following(shown.file if shown is not None else self._last_file()))

    def step(self, steps: int) -> None:
        """Show the case `steps` further on in the list, whatever was said about it."""
        shown = self._shown()
        file = self._sitting.step(shown.file if shown else self._last_file(), steps) if self._sitting else None
        if file is not None:
            self._tell("")
            self._show(Turn(file))

    def _last_file(self) -> str:
        return self._turn.file if self._turn is not None else ""

    def toggle_advance(self) -> None:
        """Let the next case come by itself, or wait for a key."""
        view = self._session.state.labelling
        if view is not None:
            self._session.update(labelling=replace(view, advance=not view.advance))

    def _show(self, turn: Turn | None) -> None:
        """Show a case; without one, say that all have an answer, and wait for others to be found."""
        self._waiting = turn is None
        if turn is None:
            if self._sitting is not None and self._sitting.files:
                self._tell(ending_of(self._sitting))
            return
        place = self._places.get(turn.file)
        self._turn = turn
        if place is not None:
            with self._expecting(turn.file):
                self._pictures.show(place)

    @contextmanager
    def _expecting(self, file: str) -> Iterator[None]:
        """Make known what comes after a case before it is shown: what follows is made ready then."""
        view, sitting = self._session.state.labelling, self._sitting
        if view is not None and sitting is not None:
            ahead = tuple(self._places[name] for name in islice(sitting.upcoming(file, AHEAD), AHEAD + 2))
            self._session.update(labelling=replace(view, upcoming=ahead, asking=False))
        yield
        self._render()

    def _tell(self, text: str) -> None:
        view = self._session.state.labelling
        if view is not None:
            self._session.update(labelling=replace(view, told=text, asking=False))

    def _render(self) -> None:
        view, sitting = self._session.state.labelling, self._sitting
        if view is None or sitting is None:
            return
        shown = self._shown()
        new = view_of(view, sitting, shown, kept=shown is not None and shown.file in self._kept)
        if new != view:
            self._session.update(labelling=new)
