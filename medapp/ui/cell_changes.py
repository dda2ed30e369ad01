"""What changes in the cells, put together so that the window draws it once. Pure: state in, changes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from medapp.imaging.priors import is_same_patient
from medapp.imaging.study import Patient, Scan
from medapp.ui.cell_state import CELL_FIELDS, Cell, Grid, Link, Place
from medapp.ui.state import State, find_series, series_key

MOST_ROWS = MOST_COLUMNS = 3


class CellChanges:
    """Collects new values of fields of cells; `all` is what `Session.update` takes."""

    def __init__(self, state: State) -> None:
        self._active = state.active
        self._cells = list(state.cells)
        self._fields: dict[str, Any] = {}
        self._others_change = False

    def put(self, number: int, **changes: Any) -> None:  # noqa: ANN401 - fields of Cell
        """Give fields of a cell other values."""
        if number == self._active:
            self._fields |= changes
        elif changes:
            self._cells[number] = replace(self._cells[number], **changes)
            self._others_change = True

    @property
    def all(self) -> dict[str, Any]:
        """The changes of the state."""
        return {**self._fields, **({"cells": tuple(self._cells)} if self._others_change else {})}


def all_cells(state: State) -> list[Cell]:
    """Return all cells as they are."""
    return [state.cell(number) for number in range(len(state.cells))]


def cells_of(state: State, window: int) -> range:
    """Return the numbers of the cells of a window."""
    first = sum(grid.count for grid in state.grids[:window])
    return range(first, first + state.grids[window].count)


def window_of(state: State, number: int) -> int:
    """Return the window that a cell is in."""
    return next(window for window in range(len(state.grids)) if number in cells_of(state, window))


def alone_in(state: State, window: int) -> bool:
    """Tell whether one cell fills a window, because it was maximised there or is being labelled."""
    if state.labelling is not None:
        return window == 0
    return state.maximised and state.active in cells_of(state, window)


def on_screen(state: State) -> Iterator[int]:
    """Yield the cells that can be seen, the active one first: it may fill its window alone."""
    yield state.active
    for window in range(1 if state.labelling is not None else len(state.grids)):
        if not alone_in(state, window):
            yield from (number for number in cells_of(state, window) if number != state.active)


def patients_on_screen(state: State) -> tuple[Patient, ...]:
    """Return the patients whose pictures stand side by side, that of the active cell first; each once."""
    shown = [state.cell(number).picture for number in on_screen(state)]
    found: list[Patient] = []
    for picture in shown:
        if picture is not None and not any(is_same_patient(picture.study.patient, known) for known in found):
            found.append(picture.study.patient)
    return tuple(found)


def with_cells(cells: list[Cell], active: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of State
    """Return the changes that let the state have these cells, one of them active."""
    mine = {name: getattr(cells[active], name) for name in CELL_FIELDS}
    return {"cells": tuple(cells), "active": active, **mine, **changes}


def activated(state: State, number: int) -> dict[str, Any]:
    """Return the changes that make another cell the active one."""
    return with_cells(all_cells(state), number)


def laid_out(state: State, grid: Grid, window: int = 0) -> dict[str, Any]:
    """Return the changes that give a window other rows and columns.

    What is on screen stays, from the first cell on; the active cell stays even where the new layout is too small for
    its place. Cells that are added show what follows in the study of the active cell.
    """
    cells, numbers = all_cells(state), cells_of(state, window)
    mine, active = cells[numbers.start : numbers.stop], state.active
    kept = mine[: grid.count]
    if active in numbers and active - numbers.start >= grid.count:
        kept[-1] = cells[active]
        active = numbers.start + grid.count - 1
    elif active >= numbers.stop:
        active += grid.count - len(numbers)
    added = _following(state, [*cells[: numbers.start], *kept, *cells[numbers.stop :]], grid.count - len(kept))
    made = [*cells[: numbers.start], *kept, *added, *cells[numbers.stop :]]
    grids = (*state.grids[:window], grid, *state.grids[window + 1 :])
    return with_cells(made, active, grids=grids)


def _following(state: State, cells: list[Cell], count: int) -> list[Cell]:
    """Return new cells with the series of the active one's study that are not on screen yet, then empty ones."""
    located = state.located
    keys = [series_key(series) for series in located[0].series] if located else []
    here = keys.index(state.place.series) if state.place and state.place.series in keys else 0
    shown = {cell.place.series for cell in cells if cell.place is not None}
    later = [key for key in (*keys[here:], *keys[:here]) if key not in shown]
    made = [Cell(place=Place(key, 0), loading=True) for key in later[:count]]
    return [*made, *[Cell()] * (count - len(made))]


def rearranged(
    state: State,
    grid: Grid,
    cells: Sequence[Cell],
    window: int,
    **changes: Any,  # noqa: ANN401 - fields of State
) -> dict[str, Any]:
    """Return the changes that let a window show `cells` in a grid, the first of them active."""
    known = {key: choice for cell in all_cells(state) for key, choice in cell.voi.items()}
    mine = [replace(cell, voi={**known, **cell.voi}) for cell in cells]
    mine += [Cell()] * (grid.count - len(mine))
    numbers, all_of_them = cells_of(state, window), all_cells(state)
    made = [*all_of_them[: numbers.start], *mine, *all_of_them[numbers.stop :]]
    grids = (*state.grids[:window], grid, *state.grids[window + 1 :])
    return with_cells(made, numbers.start, grids=grids, maximised=False, **changes)


def with_window(state: State) -> dict[str, Any]:
    """Return the changes that give the state another window, with one empty cell."""
    return with_cells([*all_cells(state), Cell()], state.active, grids=(*state.grids, Grid()))


def without_window(state: State, window: int) -> dict[str, Any]:
    """Return the changes that take a window away; where it had the active cell, the first one becomes that."""
    gone, cells = cells_of(state, window), all_cells(state)
    kept = [cell for number, cell in enumerate(cells) if number not in gone]
    active = 0 if state.active in gone else state.active - (len(gone) if state.active >= gone.stop else 0)
    grids = (*state.grids[:window], *state.grids[window + 1 :])
    return with_cells(kept, active, grids=grids, maximised=state.maximised and state.active not in gone)


def emptied(state: State) -> dict[str, Any]:
    """Return the changes that leave nothing on screen, and one cell in each window."""
    count = len(state.grids)
    return with_cells([Cell()] * count, 0, grids=(Grid(),) * count, arranged=False, link=Link())


def known_window(state: State, series: str) -> Any | None:  # noqa: ANN401 - a VoiChoice
    """Return what another cell shows a series with; None where none does."""
    return next((cell.voi[series] for cell in all_cells(state) if series in cell.voi), None)


def is_there(scan: Scan, place: Place | None) -> bool:
    """Tell whether an image is (still) there to be shown."""
    located = find_series(scan, place.series) if place is not None else None
    return place is not None and located is not None and 0 <= place.index < located[1].frames
