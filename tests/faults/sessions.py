"""Sessions of random work on planted patients, many of them killed; then all that was written is searched for them."""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medapp.processes import own_command
from tests.faults.test_no_leak import found_in, planted

KILLED_SHARE = 0.4
LONGEST_SECONDS, WINDOW_SECONDS = 120.0, 6.0


@dataclass
class Sessions:
    """What came of it; `found` maps each planted word to the files that hold it."""

    kinds: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    tracebacks: int = 0
    files: int = 0
    found: Mapping[str, list[str]] = field(default_factory=dict)


def _commands(root: Path, number: int) -> dict[str, list[str]]:
    cases = str(root / "cases")
    one = str(root / "cases" / "normal" / "000.dcm")
    return {
        "info": ["info", cases, "--json"],
        "check": ["check", cases, "--json"],
        "classify": ["classify", cases, "--json", "--heatmaps", str(root / "out" / f"maps{number}")],
        "render": ["render", one, "-o", str(root / "out" / f"{number}.png"), "--no-overlays"],
        "train": ["train", "--effort=instant", f"--output={root / 'out' / f'run{number}'}", cases],
        "open": ["open", str(root / "cases" / "normal")],
    }


def random_sessions(root: Path, count: int, seed: int = 1) -> Sessions:
    """Work in `count` sessions, 4 of 10 of them killed at a random moment, and search what was written."""
    planted(root / "cases")
    for name in ("home", "out", "temporary"):
        (root / name).mkdir()
    places = {name: str(root / "temporary") for name in ("TMPDIR", "TEMP", "TMP")}
    environment = {**os.environ, **places, "MEDAPP_HOME": str(root / "home"), "MEDAPP_LOG": "DEBUG"}
    environment |= {"OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
    sessions, chance = Sessions(), random.Random(seed)
    for number in range(count):
        kind, arguments = chance.choice(sorted(_commands(root, number).items()))
        sessions.kinds[kind] += 1
        _one(arguments, environment, sessions, chance)
    written = [root / name for name in ("home", "out", "temporary")]
    sessions.files = sum(path.is_file() for folder in written for path in folder.rglob("*"))
    sessions.found = found_in(*written)
    return sessions


def _one(arguments: list[str], environment: Mapping[str, str], sessions: Sessions, chance: random.Random) -> None:
    is_window = arguments[0] == "open"
    kill = is_window or chance.random() < KILLED_SHARE
    seconds = chance.uniform(0.3, WINDOW_SECONDS) if kill else LONGEST_SECONDS
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "env": environment}
    with subprocess.Popen(own_command(*arguments), text=True, **quiet) as process:  # type: ignore[call-overload]
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
            sessions.killed += 1
    sessions.tracebacks += "Traceback" in (said or "")
