"""The commands about cells: how many there are, what stands in them, what goes along with what."""

from __future__ import annotations

from medapp.ui.command import Command
from medapp.ui.state import Page, State

LAYOUTS: tuple[tuple[int, int], ...] = ((1, 1), (1, 2), (2, 2), (3, 3))
"""Rows and columns of the layouts that have keys of their own."""


def can_arrange(state: State) -> bool:
    """Tell whether cells can be laid out now."""
    return state.page is Page.READING and state.labelling is None


def has_cells(state: State) -> bool:
    """Tell whether there are cells beside the active one."""
    return can_arrange(state) and len(state.cells) > 1


def _has_place(state: State) -> bool:
    return can_arrange(state) and state.place is not None


def _has_studies(state: State) -> bool:
    return can_arrange(state) and bool(state.scan.studies)


def _is_playing(state: State) -> bool:
    return can_arrange(state) and any(state.cell(number).cine for number in range(len(state.cells)))


def _layout(rows: int, columns: int) -> Command:
    return Command(
        f"layout_{rows}x{columns}",
        "layout",
        (f"Ctrl+Alt+{rows * columns}",),
        enabled=can_arrange,
        checked=lambda s: (s.grids[0].rows, s.grids[0].columns) == (rows, columns),
        starts_section=rows * columns == 1,
    )


CELL_COMMANDS: tuple[Command, ...] = (
    Command("layout_picker", "layout", ("G",), "layout", toolbar=True, enabled=can_arrange, starts_section=True),
    *(_layout(rows, columns) for rows, columns in LAYOUTS),
    Command("cell_next", "layout", ("Tab",), enabled=has_cells, starts_section=True),
    Command("cell_previous", "layout", ("Shift+Tab",), enabled=has_cells),
    Command("cell_clear", "layout", ("Ctrl+Backspace",), enabled=has_cells),
    Command(
        "link_scroll",
        "layout",
        ("J",),
        "link",
        toolbar=True,
        checked=lambda s: s.link.scroll,
        enabled=has_cells,
        starts_section=True,
    ),
    Command("link_window", "layout", ("Shift+J",), checked=lambda s: s.link.window, enabled=has_cells),
    Command("link_zoom", "layout", ("Ctrl+J",), checked=lambda s: s.link.zoom, enabled=has_cells),
    Command("cross_lines", "layout", ("Shift+X",), checked=lambda s: s.cross_lines, enabled=has_cells),
)
STUDY_COMMANDS: tuple[Command, ...] = (
    Command("study_next", "series", ("Ctrl+PgDown",), enabled=_has_studies, starts_section=True),
    Command("study_previous", "series", ("Ctrl+PgUp",), enabled=_has_studies),
    Command("compare_prior", "series", ("B",), enabled=_has_place),
)
HANGING_COMMANDS: tuple[Command, ...] = (
    Command("hang_now", "layout", ("Shift+G",), enabled=_has_place, starts_section=True),
    Command("hanging_rules", "layout", ("Ctrl+Alt+G",), enabled=can_arrange),
    Command("hanging", "layout", checked=lambda s: s.settings.hanging),
    Command("window_new", "layout", ("Ctrl+N",), enabled=can_arrange, starts_section=True),
)
CINE_COMMANDS: tuple[Command, ...] = (
    Command("cine_faster", "series", (".",), enabled=_is_playing),
    Command("cine_slower", "series", (",",), enabled=_is_playing),
)
