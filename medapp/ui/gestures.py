"""From movements of the hand to values: how far a drag changes the window, how far a wheel scrolls."""

from __future__ import annotations

from dataclasses import replace

from medapp.imaging.study import Window

FAST, FINE = 4.0, 0.25
FULL_RANGE_PX = 512
ZOOM_PER_PX = 1.006
ZOOM_PER_NOTCH = 1.15
SCROLL_PX = 8
WHEEL_NOTCH = 120


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
