"""What stands in which cell, noted down by files, and laid out again. Pure: state in, values and changes out."""

from __future__ import annotations

from typing import Any

from medapp.storage.running import Arrangement
from medapp.ui.cell_changes import laid_out
from medapp.ui.cell_state import Grid, Place
from medapp.ui.state import State, find_series


def arrangement_of(state: State) -> Arrangement:
    """Return what stands in the cells of the first window; further windows are opened by hand again."""
    grid = state.grids[0]
    if grid.count == 1:
        return Arrangement()
    places = tuple(noted_place(state, state.cell(number).place) for number in range(grid.count))
    active = state.active if state.active < grid.count else 0
    return Arrangement(grid.rows, grid.columns, places, active)


def noted_place(state: State, place: Place | None) -> tuple[str, int]:
    """Return the file and the frame (from 0) at a place; an empty name where there is none."""
    located = find_series(state.scan, place.series) if place is not None else None
    if located is None or place is None or place.index >= located[1].frames:
        return "", 0
    instance, frame = located[1].locate(place.index)
    return instance.source, frame


def restored_layout(state: State, arrangement: Arrangement) -> dict[str, Any]:
    """Return the changes that lay the cells out as they were, so that no rule does it anew."""
    grid = Grid(arrangement.rows, arrangement.columns)
    return {**laid_out(state, grid, 0), "arranged": True} if grid.count > 1 else {}
