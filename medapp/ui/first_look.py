"""How a picture is placed and windowed when a cell shows it for the first time."""

from __future__ import annotations

from typing import Any

from medapp.imaging.study import PresentationRef
from medapp.ui.cell_changes import known_window
from medapp.ui.cell_state import Cell, Picture, first_viewport
from medapp.ui.state import State
from medapp.ui.voi_choices import choice_when_first_shown, hung_choice


def first_look(state: State, cell: Cell, picture: Picture) -> dict[str, Any]:
    """Return the viewport of a picture of another series, or with another presentation state, and its window.

    Else what a person has set stays.
    """
    before, series = cell.picture, picture.place.series
    is_new = before is None or before.place.series != series
    if not is_new and before is not None and _applied_to(before) == _applied_to(picture):
        return {} if series in cell.voi else {"voi": {**cell.voi, series: choice_when_first_shown(picture)}}
    known = (cell.voi.get(series) or known_window(state, series)) if is_new else None
    choice = hung_choice(cell.hung, series) if is_new else None
    voi = {**cell.voi, series: choice or known or choice_when_first_shown(picture)}
    return {"viewport": first_viewport(picture, cell.hung), "voi": voi}


def _applied_to(picture: Picture) -> PresentationRef | None:
    return picture.companion.applied if picture.companion is not None else None
