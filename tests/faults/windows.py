"""Windows that are killed with a study open, and started again: how soon is it back?"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medapp.imaging.phantom import write_ct_series
from medapp.processes import own_command

PATIENCE_SECONDS = 60.0


@dataclass
class Windows:
    """What came of it: starts after a crash, those that had the study back, and how long each took."""

    killed: int = 0
    restored: int = 0
    seconds: list[float] = field(default_factory=list)


def kill_windows(root: Path, kills: int) -> Windows:
    """Open a study, kill the window, start it again, until `kills` windows have found the study again."""
    write_ct_series(root / "CT ü", slices=4, size=64)
    note = root / "home" / "config" / "running.json"
    environment = {**os.environ, "MEDAPP_HOME": str(root / "home"), "QT_QPA_PLATFORM": "offscreen"}
    windows = Windows()
    while windows.killed < kills:
        with _window(environment, str(root / "CT ü")) as window:
            _until(note, lambda now: bool(now.get("source")) and not now.get("early_crashes"))
            window.kill()
        windows.killed += 1
        before = _read(note)
        note.write_text(json.dumps({**before, "frame": before["frame"]}))
        os.utime(note, (0, 0))
        start = time.monotonic()
        with _window(environment) as window:
            back = _until(note, lambda now, was=before: note.stat().st_mtime > 0 and _same(now, was))
            windows.seconds.append(round(time.monotonic() - start, 2))
            windows.restored += back
            window.kill()
        note.unlink()
    return windows


def _window(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(own_command("open", *arguments), env=environment, stderr=subprocess.DEVNULL)


def _same(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return all(now.get(name) == before.get(name) for name in ("opened", "source", "frame"))


def _read(note: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        document: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        return document
    return {}


def _until(note: Path, claim: Any) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with suppress(OSError):
            if claim(_read(note)):
                return True
        time.sleep(0.02)
    return False
