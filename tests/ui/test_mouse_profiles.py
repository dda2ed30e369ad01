"""What the mouse does, as in the viewer that a person comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from medapp.storage.settings import Settings
from medapp.ui.gestures import opens_menu, tool_for, wheel_tool
from medapp.ui.mouse import profile_of
from medapp.ui.state import Tool

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.mark.parametrize(
    ("mouse", "button", "held", "does"),
    [
        ("weasis", LEFT, NONE, Tool.LENGTH),
        ("weasis", MIDDLE, NONE, Tool.PAN),
        ("weasis", RIGHT, NONE, None),
        ("horos", RIGHT, NONE, Tool.ZOOM),
        ("horos", MIDDLE, NONE, Tool.PAN),
        ("horos", LEFT, CTRL, Tool.PAN),
        ("horos", LEFT, SHIFT, Tool.ZOOM),
        ("radiant", RIGHT, NONE, Tool.ZOOM),
        ("radiant", MIDDLE, NONE, Tool.PAN),
        ("ohif", LEFT, NONE, Tool.LENGTH),
        ("ohif", LEFT, CTRL, Tool.LENGTH),
        ("ohif", MIDDLE, NONE, Tool.PAN),
        ("ohif", RIGHT, NONE, Tool.ZOOM),
        ("own", LEFT, NONE, Tool.LENGTH),
        ("own", MIDDLE, NONE, Tool.PAN),
        ("own", RIGHT, SHIFT, Tool.ZOOM),
    ],
)
def test_a_button_does_what_it_does_in_the_viewer_that_was_chosen(
    mouse: str, button: Qt.MouseButton, held: Qt.KeyboardModifier, does: Tool | None
) -> None:
    profile = profile_of(replace(Settings(), mouse=mouse))  # type: ignore[arg-type]  # one of its choices
    assert tool_for(button, held, Tool.LENGTH, profile) is does


@pytest.mark.parametrize("mouse", ["weasis", "horos", "radiant", "ohif", "own"])
def test_the_wheel_scrolls_and_a_right_click_opens_the_menu_whatever_was_chosen(mouse: str) -> None:
    profile = profile_of(replace(Settings(), mouse=mouse))  # type: ignore[arg-type]  # one of its choices
    assert wheel_tool(NONE, profile) is Tool.SCROLL
    assert opens_menu(RIGHT, profile)
    assert not opens_menu(LEFT, profile)


def test_own_buttons_do_what_each_was_set_to() -> None:
    chosen = Settings(mouse_left="scroll", mouse_right="menu", mouse_ctrl_left="zoom", mouse_shift_wheel="none")
    profile = profile_of(chosen)
    assert tool_for(LEFT, NONE, Tool.WINDOW, profile) is Tool.SCROLL
    assert tool_for(LEFT, CTRL, Tool.WINDOW, profile) is Tool.ZOOM
    assert tool_for(LEFT, SHIFT, Tool.WINDOW, profile) is Tool.SCROLL, "Shift alone changes nothing"
    assert tool_for(RIGHT, NONE, Tool.WINDOW, profile) is None
    assert tool_for(MIDDLE, NONE, Tool.WINDOW, profile_of(Settings(mouse_middle="magnifier"))) is Tool.MAGNIFIER
    assert wheel_tool(SHIFT, profile) is None
    assert wheel_tool(CTRL, profile) is Tool.ZOOM


def test_own_buttons_are_kept_while_another_viewer_is_chosen() -> None:
    chosen = Settings(mouse_left="scroll", mouse="horos")
    assert tool_for(LEFT, NONE, Tool.WINDOW, profile_of(chosen)) is Tool.WINDOW
    assert tool_for(LEFT, NONE, Tool.WINDOW, profile_of(replace(chosen, mouse="own"))) is Tool.SCROLL


def test_a_button_that_no_viewer_knows_does_nothing() -> None:
    assert tool_for(Qt.MouseButton.BackButton, NONE, Tool.WINDOW, profile_of(Settings())) is None
