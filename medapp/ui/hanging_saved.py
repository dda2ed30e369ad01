"""A hanging rule made of what is on screen."""

from __future__ import annotations

from medapp.display.hanging import CellRule, Rule
from medapp.imaging.priors import plane_of_body, priors_of
from medapp.imaging.study import Scan, Series, Study, Window
from medapp.ui.cell_changes import cells_of, window_of
from medapp.ui.cell_state import Cell, VoiChoice
from medapp.ui.state import State, find_series

LINKS = ("scroll", "window", "zoom")


def rule_of(state: State, name: str) -> Rule | None:
    """Return a rule that lays a study out as the active window is now; None where nothing is on screen."""
    window = window_of(state, state.active)
    shown = [_shown(state.scan, state.cell(number)) for number in cells_of(state, window)]
    studies = [found[0] for found in shown if found is not None]
    if not studies:
        return None
    study = max(studies, key=lambda one: (one.date, one.time))
    cells = [_cell(state, number, shown, study) for number in range(len(shown))]
    mine = [found[1] for found in shown if found is not None and found[0] is study]
    return Rule(
        name,
        tuple(sorted({found[1].modality for found in shown if found is not None})),
        state.grids[window].rows,
        state.grids[window].columns,
        tuple(cells),
        words=tuple(sorted({series.body_part for series in mine if series.body_part})),
        fewest=len(studies),
        link=tuple(link for link in LINKS if getattr(state.link, link)),
        own=True,
    )


Shown = tuple[Study, Series] | None


def _shown(scan: Scan, cell: Cell) -> Shown:
    return find_series(scan, cell.place.series) if cell.place is not None else None


def _cell(state: State, number: int, shown: list[Shown], newest: Study) -> CellRule:
    found = shown[number]
    if found is None:
        return CellRule(empty=True)
    study, series = found
    cell = state.cell(cells_of(state, window_of(state, state.active))[number])
    window = _window(cell.voi.get(cell.place.series) if cell.place is not None else None)
    priors = priors_of(state.scan, newest)
    prior = next((n for n, one in enumerate(priors, start=1) if one is study), 0)
    like = next((n for n in range(number) if _alike(shown[n], found)), None)
    if like is not None:
        return CellRule(prior=prior, like=like, window=window)
    first = series.instances[0]
    views = (first.view_position.upper(),) if first.view_position else ()
    return CellRule(
        views, first.laterality.upper()[:1], plane_of_body(series), series.description, prior, window=window
    )


def _alike(one: Shown, other: tuple[Study, Series]) -> bool:
    """Tell whether a cell shows the same series as another, or the same kind of series of another study."""
    if one is None:
        return False
    return one[1] is other[1] or (one[0] is not other[0] and one[1].description == other[1].description)


def _window(choice: VoiChoice | None) -> Window | None:
    return choice.window if choice is not None and choice.kind == "fixed" else None
