"""From movements of the hand to values: how far a drag changes the window, how far a wheel scrolls."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from medapp.imaging.study import Window
from medapp.ui.mouse import MouseProfile
from medapp.ui.state import Tool

FAST, FINE = 4.0, 0.25
FULL_RANGE_PX = 512
ZOOM_PER_PX = 1.006
ZOOM_PER_NOTCH = 1.15
SCROLL_PX = 8
WHEEL_NOTCH = 120
_PARTS = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.RightButton: "right",
}


def tool_for(
    button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, chosen: Tool, profile: MouseProfile
) -> Tool | None:
    """Return what a drag with `button` does; `chosen` is the tool of the toolbar. None: nothing, or a menu."""
    action = profile.action(_PARTS.get(button, ""), _key(modifiers))
    return chosen if action == "chosen" else _tool(action)


def wheel_tool(modifiers: Qt.KeyboardModifier, profile: MouseProfile) -> Tool | None:
    """Return what the wheel does: `Tool.SCROLL`, `Tool.ZOOM`, or nothing."""
    return _tool(profile.action("wheel", _key(modifiers)))


def opens_menu(button: Qt.MouseButton, profile: MouseProfile) -> bool:
    """Tell whether a click with `button`, without a drag, opens the menu: the right one always does."""
    return button is Qt.MouseButton.RightButton or profile.action(_PARTS.get(button, "")) == "menu"


def _key(modifiers: Qt.KeyboardModifier) -> str:
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return "ctrl"
    return "shift" if modifiers & Qt.KeyboardModifier.ShiftModifier else ""


def _tool(action: str) -> Tool | None:
    return Tool(action) if action in tuple(Tool) else None


def dragged_window(window: Window, dx: float, dy: float, dynamic_range: float, speed: float = 1.0) -> Window:
    """Return `window` after a drag: right is wider, up is brighter.

    Parameters
    ----------
    dx, dy : float
        Movement in screen pixels, right and down.
    dynamic_range : float
        Of the image, in modality values: a drag over `FULL_RANGE_PX` pixels goes over all of it.
    speed : float
        `FAST`, `FINE`, or 1.
    """
    step = max(dynamic_range, window.width, 1e-6) / FULL_RANGE_PX * speed
    least = 1.0 if window.function == "LINEAR" else 1e-6
    width = max(least, window.width + dx * step)
    return replace(window, center=window.center + dy * step, width=width, name="")


def zoom_factor(dy: float) -> float:
    """Return the factor of a drag by `dy` screen pixels: up is larger."""
    return float(ZOOM_PER_PX**-dy)


class WheelSteps:
    """Adds up the fine steps of touch pads until they make a whole one."""

    def __init__(self) -> None:
        self._rest = 0

    def after(self, delta: int) -> int:
        """Return the images to go on (negative: back) after the wheel turned by `delta` eighths of a degree."""
        if self._rest * delta < 0:
            self._rest = 0
        self._rest += delta
        steps = int(self._rest / WHEEL_NOTCH)
        self._rest -= steps * WHEEL_NOTCH
        return -steps
