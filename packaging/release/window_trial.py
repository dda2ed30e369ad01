"""The window in a fresh Debian: images are opened and classified, the tutorial is gone through, pictures taken."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from release.debian_root import HOME, PATIENCE, USER, Root, TrialError, environment_of, running, wait_for
from release.screen import picture_of, save
from release.tutorial_trial import Learner, StuckError

DISPLAY = ":77"
ON_SCREEN = {"DISPLAY": DISPLAY}
FIND_WINDOW = ("xdotool", "search", "--sync", "--onlyvisible", "--name", "medapp")
TAKE_FOCUS = ("windowsize", "1600", "1000", "windowfocus")  # there is no window manager that would do it


def window(root: Root, folder: Path) -> dict[str, object]:
    """Open the images in the window, ask for an answer by its key, and take screenshots on the way."""
    with _screen(root) as shot:
        began = time.monotonic()
        with _on_screen(root, f"/{HOME}/影像") as program:
            seconds = round(time.monotonic() - began, 1)
            _still(shot, folder / "opened.png")
            root.run("xdotool", "key", "a", environment=ON_SCREEN)
            _still(shot, folder / "classified.png", quiet=45)  # an engine that starts moves nothing on the screen
            if program.poll() is not None:
                raise TrialError("the window has closed by itself")
    return {"window_seconds": seconds}


def tutorial(root: Root, folder: Path) -> dict[str, object]:
    """Go through the whole tutorial: reading, the six steps of teaching with a training, the new model's answer."""
    began = time.monotonic()
    with _screen(root) as shot, _on_screen(root, "open", "--tutorial"):
        learner = Learner(lambda *what: root.run("xdotool", *what, environment=ON_SCREEN), shot)
        try:
            done = list(learner.go_through(folder))
        except StuckError as error:
            save(folder / "stuck.png", picture_of(shot.read_bytes()))
            raise TrialError(str(error)) from error
    return {"lessons": len(done), "tutorial_seconds": round(time.monotonic() - began, 1)}


@contextmanager
def _screen(root: Root) -> Iterator[Path]:
    """Run a screen in the root and yield the file that it is kept in."""
    frames = root.folder / "var" / "tmp" / "screen"
    frames.mkdir(exist_ok=True)
    screen = ["Xvfb", DISPLAY, "-screen", "0", "1600x1000x24", "-fbdir", "/var/tmp/screen", "-nolisten", "tcp"]
    shot = frames / "Xvfb_screen0"
    shot.unlink(missing_ok=True)
    with running([*root.prefix(), *screen]):
        wait_for(shot.is_file, "the screen")
        time.sleep(2)  # it is there a moment before it takes connections
        yield shot


@contextmanager
def _on_screen(root: Root, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run medapp's window, as large as the screen and with the keyboard."""
    with running([*root.prefix(user=USER), *environment_of(USER, ON_SCREEN), "medapp", *arguments]) as program:
        root.run(*FIND_WINDOW, seconds=PATIENCE, environment=ON_SCREEN)
        root.run(*FIND_WINDOW, *TAKE_FOCUS, environment=ON_SCREEN)
        time.sleep(5)  # it is laid out anew: what is pressed must have come to its place
        yield program


def _still(shot: Path, target: Path, quiet: float = 12) -> None:
    """Keep the screen as a picture once it has not changed for a while."""
    last, since, end = shot.read_bytes(), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() - since < quiet and time.monotonic() < end:
        time.sleep(0.5)
        if (now := shot.read_bytes()) != last:
            last, since = now, time.monotonic()
    save(target, picture_of(last))
