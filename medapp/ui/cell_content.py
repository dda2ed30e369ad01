"""What the viewer of a cell shows: the one place where state becomes a picture with all that lies over it."""

from __future__ import annotations

from medapp.i18n import tell, tr
from medapp.ui.cell_changes import patients_on_screen
from medapp.ui.cell_state import Cell
from medapp.ui.cine_playing import interval_ms
from medapp.ui.key_marks import is_marked
from medapp.ui.linking import bond_of, cross_line
from medapp.ui.measuring_view import measures_of
from medapp.ui.mouse import profile_of
from medapp.ui.state import State
from medapp.ui.voi_choices import voi_shown
from medapp.ui.widgets.picture_layers import HeatMapView
from medapp.ui.widgets.viewer import ViewerContent

_LINKED = {"position": "cells.linked_position", "offset": "cells.linked_offset"}


def content_of(state: State, cell: Cell, *, is_active: bool = True) -> ViewerContent:
    """Return what is shown in a cell; the model's heat map belongs to the active one alone."""
    return ViewerContent(
        picture=cell.picture,
        viewport=cell.viewport,
        voi=voi_shown(cell),
        tool=state.tool,
        mouse=profile_of(state.settings),
        annotations=state.annotations,
        overlays=state.overlays,
        shutters=state.shutters,
        key_image=is_marked(cell.picture, state.key_images),
        heat_map=_heat_map(state) if is_active else None,
        measures=measures_of(state.measuring, cell.picture),
        cross_line=None if is_active else cross_line(state, cell.picture),
        badges=_badges(state, cell, is_active=is_active),
        identity=len(patients_on_screen(state)) > 1,
        loading=cell.loading,
        message=_message(cell, state),
    )


def _heat_map(state: State) -> HeatMapView | None:
    """Return the heat map of the picture on screen, where it was asked for; none for a refusal."""
    shown = state.shown_answer
    if (
        shown is None
        or state.labelling is not None
        or not (state.panel_open and state.heat_map_shown)
        or shown.prediction.refused is not None
    ):
        return None
    about = shown.explanation or shown.prediction
    return None if about.heat_map is None else HeatMapView(about.heat_map, state.heat_map_opacity, about.seen)


def _badges(state: State, cell: Cell, *, is_active: bool) -> tuple[str, ...]:
    """Return what is to be known of a cell beside its picture: how it is linked, how fast it plays."""
    bond = None if is_active else bond_of(state, cell)
    linked = () if bond is None else (tr(_LINKED[bond]),)
    if not cell.cine:
        return linked
    rate = 1000 / interval_ms(cell, state.cine_speed)
    return (*linked, tr("cells.playing", rate=f"{rate:.2g}" if rate < 10 else round(rate)))


def _message(cell: Cell, state: State) -> str:
    if cell.picture_problem is not None:
        return tr("ui.picture_failed", reason=tell(cell.picture_problem))
    if cell.picture is not None:
        return ""
    if cell.loading or (state.jobs and not state.scan.studies):
        return tr("ui.loading")
    return tr("ui.cell_empty") if len(state.cells) > 1 else tr("ui.viewer_empty")
