"""Goes through the whole tutorial as a person would: presses what calls to be pressed, scrolls, draws, waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from release.screen import Button, main_buttons, picture_of, save

LESSONS = 12
PANEL_LEFT = 1290
"""The tutorial's panel begins here, in a window of 1600 pixels."""
NEXT_WIDTH = 120
"""*Next* is narrower than this, and what a lesson offers to do is wider."""
PATIENCE = 240
PICTURE = ("mousemove", "800", "500")
HANDS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        2: (*PICTURE, "click", "--repeat", "7", "--delay", "300", "5"),
        3: (*PICTURE, "mousedown", "1", "mousemove_relative", "--sync", "60", "30", "mouseup", "1"),
        4: (*PICTURE, "key", "plus"),
        5: ("key", "d", *PICTURE, "mousedown", "1", "mousemove_relative", "--sync", "140", "40", "mouseup", "1"),
    }
)
"""Lessons that are done with the hands on the picture: the wheel, the left button, a key, a length."""


class StuckError(RuntimeError):
    """A lesson that does not come to its end."""


class Learner:
    """Somebody at the screen: `act` moves mouse and keys (arguments of xdotool), `screen` is what is seen."""

    def __init__(self, act: Callable[..., object], screen: Path) -> None:
        self._act, self._screen = act, screen

    def go_through(self, folder: Path) -> Iterator[int]:
        """Do the lessons one after the other; yield the number of each that was done, with a picture in `folder`."""
        for lesson in range(1, LESSONS + 1):
            if hands := HANDS.get(lesson):
                self._act(*hands)
            else:
                self._press(self._wait_for(self._offered, f"something to press in lesson {lesson}"))
            if lesson == LESSONS:
                time.sleep(5)  # the image is read; nothing on the screen tells when it is there
                self._act("key", "a")
            button = self._wait_for(self._next, f"the end of lesson {lesson}")
            save(folder / f"lesson{lesson:02}.png", self._seen())
            yield lesson
            self._press(button)

    def _seen(self) -> NDArray[np.uint8]:
        return picture_of(self._screen.read_bytes())

    def _offered(self) -> Button | None:
        """Return what the lesson offers to do, else the page's own next thing."""
        buttons = main_buttons(self._seen())
        offered = [button for button in buttons if button.x > PANEL_LEFT and button.width >= NEXT_WIDTH]
        return next(iter([*offered, *(button for button in buttons if button.x < PANEL_LEFT)]), None)

    def _next(self) -> Button | None:
        buttons = main_buttons(self._seen())
        return next((b for b in buttons if b.x > PANEL_LEFT and b.width < NEXT_WIDTH), None)

    def _press(self, button: Button) -> None:
        self._act("mousemove", str(button.x), str(button.y), "click", "1")
        time.sleep(3)

    def _wait_for(self, look: Callable[[], Button | None], what: str) -> Button:
        end = time.monotonic() + PATIENCE
        while (button := look()) is None:
            if time.monotonic() > end:
                raise StuckError(f"waited {PATIENCE} s in vain for {what}")
            time.sleep(1)
        return button
