"""Lays studies out by rules, beside their priors, and goes from one study to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medapp.display.hanging import CellRule, Hung, Rule, hang, window_for
from medapp.i18n import tr
from medapp.imaging.priors import later_of, most_alike, priors_of
from medapp.imaging.study import Series, Study
from medapp.jobs import Job, Progress
from medapp.storage.hanging_rules import OwnRules, built_in
from medapp.ui.cell_changes import cells_of, rearranged, window_of
from medapp.ui.cell_state import Cell, Grid, Link, Place
from medapp.ui.hanging_saved import rule_of
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import State, find_series, series_key

TWO_BESIDE = Grid(1, 2)


class HangingRules(QObject):
    """The rules that there are, a person's own first, and how a study hangs by them."""

    rules_changed = Signal()

    def __init__(self, session: Session, pictures: Pictures, screen: Callable[[], tuple[int, int]]) -> None:
        super().__init__(session)
        self._session = session
        self._pictures = pictures
        self._screen = screen
        self._file = OwnRules(session.services.folders.hanging)
        self._own: tuple[Rule, ...] = ()
        self._waiting = False
        self._all_known = QTimer(self, singleShot=True, interval=0)  # a job ends before its result is taken
        self._all_known.timeout.connect(self._hang_waiting)
        self._later(self._file.load, self._take)
        session.changed.connect(self._follow)
        pictures.foresee(self.upcoming)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order in which they are tried."""
        return (*self._own, *built_in())

    def show_first(self, place: Place) -> None:
        """Show what was found first; its study is hung once all files are known, where nobody touches it before."""
        state = self._session.state
        self._waiting = True
        if state.arranged or state.grids[0] == Grid():
            self._pictures.show(place)
        else:
            self._session.update(**rearranged(state, Grid(), [Cell(place=place, loading=True)], 0, link=Link()))
            self._pictures.fill()

    @Slot()
    def touch(self) -> None:
        """Leave everything where it is: a person has begun."""
        self._waiting = False

    def hang_now(self) -> None:
        """Lay the study on screen out by the first rule that fits; tell where none does."""
        located = self._session.state.located
        if located is not None and not self._hang(self._newest(located[0])):
            self._session.notify(tr("hanging.none_fits"))

    def apply(self, rule: Rule) -> None:
        """Lay the study on screen out by one rule; tell where it does not fit."""
        located = self._session.state.located
        if located is not None and not self._show(rule, located[0]):
            self._session.notify(tr("hanging.does_not_fit"))

    def compare(self) -> None:
        """Put the patient's latest earlier study beside what is on screen, linked."""
        state = self._session.state
        pair = _pair_of(state)
        if pair is None:
            self._session.notify(tr("hanging.no_prior"))
            return
        cells = [state.cell(state.active), Cell(place=pair, loading=True)]
        if _is_later(state, pair):
            cells.reverse()
        window = window_of(state, state.active)
        link = replace(state.link, scroll=True)
        self._session.update(**rearranged(state, TWO_BESIDE, cells, window, link=link, arranged=True))
        self._pictures.fill()

    def step(self, steps: int) -> None:
        """Go to the next or the previous study of the list."""
        state = self._session.state
        study = _study_beside(state, steps)
        if study is not None and not (state.settings.hanging and self._hang(study)):
            window = window_of(state, state.active)
            self._session.update(**rearranged(state, state.grids[window], _plain(state, study), window))
            self._pictures.fill()

    def upcoming(self, state: State) -> Iterator[Place]:
        """Yield the first images of the next and of the previous study, as they would be shown."""
        for steps in (1, -1):
            if (study := _study_beside(state, steps)) is not None:
                cells = self._hung_cells(study) if state.settings.hanging else None
                for cell in _plain(state, study) if cells is None else cells[1]:
                    if cell.place is not None:
                        yield cell.place

    def save(self, name: str) -> None:
        """Make a rule of the layout on screen; one of the same name is replaced."""
        rule = rule_of(self._session.state, name)
        if rule is None:
            self._session.notify(tr("hanging.nothing_to_save"))
            return
        self._keep((rule, *(known for known in self._own if known.name != name)))

    def remove(self, name: str) -> None:
        """Forget a rule of the person's own."""
        self._keep(tuple(rule for rule in self._own if rule.name != name))

    def _keep(self, rules: tuple[Rule, ...]) -> None:
        self._take(rules)
        self._later(lambda: self._file.save(rules))

    def _take(self, rules: tuple[Rule, ...]) -> None:
        self._own = rules
        self.rules_changed.emit()

    def _later(self, work: Callable[[], object], done: Callable[[tuple[Rule, ...]], None] | None = None) -> None:
        """Read or write in a worker."""
        self._session.note_jobs.start(_done(work), done=done or (lambda _: None), failed=self._session.fail)

    @Slot(object)
    def _follow(self, state: State) -> None:
        if self._waiting and not state.jobs:
            self._all_known.start()

    @Slot()
    def _hang_waiting(self) -> None:
        state = self._session.state
        if not self._waiting or state.jobs:
            return
        self._waiting, located = False, state.located
        if state.settings.hanging and not state.arranged and state.labelling is None and located is not None:
            self._hang(self._newest(located[0]))

    def _newest(self, study: Study) -> Study:
        """Return the patient's latest study that is open: the others are its priors."""
        later = later_of(self._session.state.scan, study)
        return later[-1] if later else study

    def _hang(self, study: Study) -> bool:
        made = self._hung_cells(study)
        return made is not None and self._show_cells(*made)

    def _show(self, rule: Rule, study: Study) -> bool:
        cells = self._cells(rule, study)
        return cells is not None and self._show_cells(rule, cells)

    def _show_cells(self, rule: Rule, cells: Sequence[Cell]) -> bool:
        state = self._session.state
        window, link = window_of(state, state.active), Link(**dict.fromkeys(rule.link, True))
        self._session.update(**rearranged(state, Grid(rule.rows, rule.columns), cells, window, link=link))
        self._pictures.fill()
        return True

    def _hung_cells(self, study: Study) -> tuple[Rule, list[Cell]] | None:
        """Return the first rule that fits a study, and what its cells show."""
        for rule in self.rules:
            if (cells := self._cells(rule, study)) is not None:
                return rule, cells
        return None

    def _cells(self, rule: Rule, study: Study) -> list[Cell] | None:
        chosen = hang(rule, self._session.state.scan, study)
        if chosen is None:
            return None
        width, height = self._screen()
        aspect = (width / rule.columns) / max(1.0, height / rule.rows)
        return [_hung(one, series, aspect) for one, series in zip(rule.cells, chosen, strict=True)]


def _done(work: Callable[[], object]) -> Job[object]:
    yield Progress(0, 1)
    return work()


def _hung(rule: CellRule, series: Series | None, aspect: float) -> Cell:
    if series is None:
        return Cell()
    key = series_key(series)
    hung = Hung(key, window_for(rule, series.modality), rule.wall, aspect)
    return Cell(place=Place(key, 0), loading=True, hung=hung)


def _plain(state: State, study: Study) -> list[Cell]:
    """Return the first series of a study, one a cell, as many as the window has cells."""
    count = len(cells_of(state, window_of(state, state.active)))
    return [Cell(place=Place(series_key(series), 0), loading=True) for series in study.series[:count]]


def _study_beside(state: State, steps: int) -> Study | None:
    """Return the next or previous study of the list; the first or last, where none is on screen."""
    studies, located = state.scan.studies, state.located
    if not studies:
        return None
    here = next((n for n, study in enumerate(studies) if located is not None and study is located[0]), None)
    if here is None:
        return studies[0] if steps > 0 else studies[-1]
    return studies[here + steps] if 0 <= here + steps < len(studies) else None


def _pair_of(state: State) -> Place | None:
    """Return where the comparison of what is on screen begins: in the latest prior, else in the next later study."""
    located, place = state.located, state.place
    if located is None or place is None:
        return None
    study, series = located
    for other in (*priors_of(state.scan, study), *later_of(state.scan, study)):
        if (alike := most_alike(series, other.series)) is not None:
            share = place.index / max(1, series.frames - 1)
            return Place(series_key(alike), round(share * (alike.frames - 1)))
    return None


def _is_later(state: State, place: Place) -> bool:
    located, other = state.located, find_series(state.scan, place.series)
    return located is not None and other is not None and other[0] in later_of(state.scan, located[0])
