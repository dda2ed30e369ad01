"""The commands that measure; `measuring_desk` has their handlers."""

from __future__ import annotations

from medapp.ui.command import Command
from medapp.ui.measuring_view import where_of
from medapp.ui.show_commands import has_picture
from medapp.ui.state import State, Tool


def _has_measurements(state: State) -> bool:
    return (
        has_picture(state) and state.picture is not None and bool(state.measuring.sheet_of(state.picture).measurements)
    )


def _is_calibrated(state: State) -> bool:
    return has_picture(state) and state.picture is not None and bool(state.measuring.calibration_of(state.picture))


def can_undo_measuring(state: State) -> bool:
    """Tell whether a step on the image of the active cell can be taken back."""
    return has_picture(state) and state.picture is not None and where_of(state.picture) in state.measuring.undoable


def _can_redo(state: State) -> bool:
    if state.labelling is not None or state.picture is None:
        return False
    return has_picture(state) and where_of(state.picture) in state.measuring.redoable


def _can_undo(state: State) -> bool:
    if state.labelling is not None:
        return state.labelling.can_undo
    return can_undo_measuring(state)


def _tool(tool: Tool, *shortcuts: str, starts_section: bool = False) -> Command:
    return Command(
        f"tool_{tool}",
        "measure",
        shortcuts,
        str(tool),
        toolbar=True,
        checked=lambda state: state.tool is tool,
        enabled=has_picture,
        starts_section=starts_section,
    )


MEASURE_COMMANDS: tuple[Command, ...] = (
    _tool(Tool.LENGTH, "D", starts_section=True),
    _tool(Tool.ANGLE, "Y"),
    _tool(Tool.COBB, "Shift+Y"),
    _tool(Tool.RECTANGLE, "M"),
    _tool(Tool.ELLIPSE),
    _tool(Tool.FREEHAND, "Shift+M"),
    _tool(Tool.ARROW, "Shift+T"),
    _tool(Tool.TEXT, "E"),
    _tool(Tool.PROBE, "Q"),
    _tool(Tool.MAGNIFIER, "Shift+Z"),
    Command("tool_calibrate", "measure", ("Shift+D",), "calibrate", checked=lambda s: s.tool is Tool.CALIBRATE,
            enabled=has_picture, starts_section=True),
    Command("measure_uncalibrate", "measure", enabled=_is_calibrated),
    Command("undo", "measure", ("Ctrl+Z",), enabled=_can_undo, starts_section=True),
    Command("redo", "measure", ("Ctrl+Y", "Ctrl+Shift+Z"), enabled=_can_redo),
    Command("measure_next", "measure", ("F",), enabled=_has_measurements, starts_section=True),
    Command("measure_delete", "measure", ("Del",), enabled=_has_measurements),
    Command("measure_delete_all", "measure", enabled=_has_measurements),
    Command("measure_shown", "measure", ("Shift+Space",), checked=lambda s: s.measuring.shown, enabled=has_picture),
    Command("measure_list", "measure", ("Ctrl+D",), enabled=has_picture, starts_section=True),
    Command("measure_copy", "measure", ("Ctrl+Shift+C",), enabled=has_picture),
    Command("measure_save", "measure", enabled=has_picture),
)  # fmt: skip
