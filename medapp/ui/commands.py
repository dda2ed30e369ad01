"""Every action of the window, one row each: menus, toolbar, shortcuts and tooltips come from here."""

from __future__ import annotations

from medapp.ui.answer_state import Answered, NoModel
from medapp.ui.cell_commands import CELL_COMMANDS, CINE_COMMANDS, HANGING_COMMANDS, STUDY_COMMANDS
from medapp.ui.command import Command
from medapp.ui.measuring_commands import MEASURE_COMMANDS
from medapp.ui.program_commands import HELP_COMMANDS, LOOK_COMMANDS, SETTING_COMMANDS
from medapp.ui.show_commands import (
    FILE_OUT_COMMANDS,
    INSPECT_COMMANDS,
    KEY_IMAGE_COMMANDS,
    SCREEN_COMMANDS,
    SIZE_COMMANDS,
)
from medapp.ui.state import Page, State, Tool

DIGITS = range(1, 10)
"""The keys that classes have in label mode: as many as a label project may have."""


def _has_picture(state: State) -> bool:
    return state.page is Page.READING and state.picture is not None


def _has_grey(state: State) -> bool:
    return _has_picture(state) and state.picture is not None and not state.picture.frame.is_colour


def _has_stack(state: State) -> bool:
    return state.page is Page.READING and state.series is not None and state.series.frames > 1


def _has_place(state: State) -> bool:
    return state.page is Page.READING and state.place is not None


def _has_heat_map(state: State) -> bool:
    answer = state.answer
    return _not_labelling(state) and isinstance(answer, Answered) and answer.prediction.heat_map is not None


def _has_states(state: State) -> bool:
    companion = state.picture.companion if state.picture is not None else None
    return _has_picture(state) and companion is not None and bool(companion.states)


def _has_several_states(state: State) -> bool:
    companion = state.picture.companion if state.picture is not None else None
    return _has_states(state) and companion is not None and len(companion.states) > 1


def _reading(state: State) -> bool:
    return state.page is Page.READING


def _labelling(state: State) -> bool:
    return state.page is Page.READING and state.labelling is not None


def _not_labelling(state: State) -> bool:
    return state.page is Page.READING and state.labelling is None


def _not_in_label_mode(state: State) -> bool:
    return state.labelling is None


def _can_undo_label(state: State) -> bool:
    return state.labelling is not None and state.labelling.can_undo


def can_save(state: State) -> bool:
    """Tell whether there is an answer about the picture on screen, or that no model is for it."""
    if not _not_labelling(state) or state.picture is None:
        return False
    return isinstance(state.answer, NoModel) or state.shown_answer is not None


def _has_scan(state: State) -> bool:
    return bool(state.scan.studies or state.scan.problems or state.scan.not_images)


def _tool(tool: Tool, shortcut: str) -> Command:
    return Command(
        f"tool_{tool}",
        "image",
        (shortcut,),
        str(tool),
        toolbar=True,
        checked=lambda state: state.tool is tool,
        enabled=_has_picture,
        starts_section=tool is Tool.WINDOW,
    )


def _class(number: int) -> Command:
    def is_there(state: State) -> bool:
        view = state.labelling
        return view is not None and (view.asking or number <= len(view.classes))

    return Command(f"label_{number}", "label", (str(number),), enabled=is_there, starts_section=number == 1)


COMMANDS: tuple[Command, ...] = (
    Command("open_files", "file", ("Ctrl+O",), "open_files", toolbar=True),
    Command("open_folder", "file", ("Ctrl+Shift+O",), "open_folder", toolbar=True),
    Command("worklist_folder", "file"),
    Command("open_sample", "file", (), "sample"),
    Command("save_result", "file", ("Ctrl+Shift+S",), enabled=can_save, starts_section=True),
    *FILE_OUT_COMMANDS,
    Command("models", "file", ("Ctrl+M",), starts_section=True),
    Command("import_model", "file"),
    *SETTING_COMMANDS,
    Command("close_all", "file", ("Ctrl+W",), enabled=_has_scan, starts_section=True),
    Command("quit", "file", ("Ctrl+Q",), starts_section=True),
    _tool(Tool.WINDOW, "W"),
    _tool(Tool.SCROLL, "S"),
    _tool(Tool.ZOOM, "Z"),
    _tool(Tool.PAN, "T"),
    Command(
        "invert",
        "image",
        ("I",),
        "invert",
        toolbar=True,
        checked=lambda s: s.viewport.inverted,
        enabled=_has_grey,
        starts_section=True,
    ),
    Command("rotate_right", "image", ("R",), "rotate_right", toolbar=True, enabled=_has_picture),
    Command("rotate_left", "image", ("Shift+R",), "rotate_left", toolbar=True, enabled=_has_picture),
    Command("flip_horizontal", "image", ("H",), "flip_horizontal", toolbar=True, enabled=_has_picture),
    Command("flip_vertical", "image", ("V",), "flip_vertical", toolbar=True, enabled=_has_picture),
    Command("fit", "image", ("=",), "fit", toolbar=True, enabled=_has_picture, starts_section=True),
    Command("zoom_in", "image", ("+",), enabled=_has_picture),
    Command("zoom_out", "image", ("-",), enabled=_has_picture),
    *SIZE_COMMANDS,
    Command("reset", "image", ("Esc",), enabled=_reading),
    Command("image_next", "series", ("Down",), enabled=_has_stack),
    Command("image_previous", "series", ("Up",), enabled=_has_stack),
    Command("image_next_ten", "series", ("Shift+Down",), enabled=_has_stack),
    Command("image_previous_ten", "series", ("Shift+Up",), enabled=_has_stack),
    Command("image_first", "series", ("Home",), enabled=_has_stack),
    Command("image_last", "series", ("End",), enabled=_has_stack),
    Command("series_next", "series", ("PgDown", "Right"), enabled=_has_place, starts_section=True),
    Command("series_previous", "series", ("PgUp", "Left"), enabled=_has_place),
    Command(
        "cine",
        "series",
        ("C",),
        "cine",
        toolbar=True,
        checked=lambda s: s.cine,
        enabled=_has_stack,
        starts_section=True,
    ),
    *CINE_COMMANDS,
    *STUDY_COMMANDS,
    *KEY_IMAGE_COMMANDS,
    Command("show_start", "view", ("Ctrl+1",), "start", checked=lambda s: s.page is Page.START),
    Command("show_reading", "view", ("Ctrl+2",), "reading", checked=lambda s: s.page is Page.READING),
    Command("show_teaching", "view", ("Ctrl+3",), "teaching", checked=lambda s: s.page is Page.TEACHING),
    Command(
        "browser",
        "view",
        ("F9",),
        "browser",
        checked=lambda s: s.browser_shown,
        enabled=_not_labelling,
        starts_section=True,
    ),
    Command(
        "annotations",
        "view",
        ("Space",),
        "annotations",
        toolbar=True,
        checked=lambda s: s.annotations,
        enabled=_has_picture,
    ),
    Command("overlays", "view", ("O",), checked=lambda s: s.overlays, enabled=_has_picture),
    Command("shutters", "view", ("Shift+O",), checked=lambda s: s.shutters, enabled=_has_picture),
    Command("presentation", "view", ("P",), checked=lambda s: not s.presentation.as_stored, enabled=_has_states),
    Command("presentation_next", "view", ("Shift+P",), enabled=_has_several_states),
    Command("region_next", "view", ("F6",), starts_section=True),
    Command("region_previous", "view", ("Shift+F6",)),
    Command("maximise", "view", ("F11",), "maximise", checked=lambda s: s.maximised, enabled=_reading),
    Command(
        "ai_panel",
        "view",
        ("A",),
        "ai",
        toolbar=True,
        checked=lambda s: s.panel_open,
        enabled=_not_labelling,
        starts_section=True,
    ),
    Command(
        "heat_map",
        "view",
        ("Shift+A",),
        "heat_map",
        toolbar=True,
        checked=lambda s: s.heat_map_shown,
        enabled=_has_heat_map,
    ),
    Command("worklist", "view", ("F8",), checked=lambda s: s.worklist.shown, enabled=_not_in_label_mode),
    Command("automatic_ai", "view", checked=lambda s: s.settings.automatic_ai),
    Command("classify_ahead", "view", checked=lambda s: s.settings.classify_ahead),
    *INSPECT_COMMANDS,
    *LOOK_COMMANDS,
    Command("label_mode", "label", ("L",), checked=lambda s: s.labelling is not None),
    Command("label_projects", "label", ("Ctrl+L",)),
    *(_class(number) for number in DIGITS),
    Command("label_unsure", "label", ("0",), enabled=_labelling, starts_section=True),
    Command("label_exclude", "label", ("X",), enabled=_labelling),
    Command("label_undo", "label", ("U",), enabled=_can_undo_label),
    Command("label_next", "label", ("N", "Return", "Enter"), enabled=_labelling, starts_section=True),
    Command(
        "label_advance",
        "label",
        ("Shift+N",),
        checked=lambda s: s.labelling is not None and s.labelling.advance,
        enabled=_labelling,
    ),
    *MEASURE_COMMANDS,
    *CELL_COMMANDS,
    *HANGING_COMMANDS,
    *HELP_COMMANDS[:-1],
    *SCREEN_COMMANDS,
    HELP_COMMANDS[-1],
)

MENUS = ("file", "image", "series", "window", "measure", "view", "layout", "label", "help")
"""In the order of the menu bar; ``window`` is filled for each image: its presets are the modality's."""
