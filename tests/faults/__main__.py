"""``python -m tests.faults WHAT [COUNT] [--seed N]``: the long forms, with their figures printed.

``disk COUNT`` lets every COUNT-th write of a training fail; with an odd seed, all from it on. ``catalogue`` tries every
row of the catalogue of bad input, ``writes`` lets every write of every operation fail: they have no COUNT.
"""

import argparse
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.catalogue.table import whole_table
from tests.faults.gpu import out_of_memory_at
from tests.faults.imports import kill_imports
from tests.faults.kills import kill_engine, kill_readers
from tests.faults.operations import all_points
from tests.faults.refusals import in_this_process, refuse_training
from tests.faults.sessions import random_sessions
from tests.faults.trainings import kill_trainings
from tests.faults.updates import try_updates
from tests.faults.windows import kill_windows
from tests.faults.worklists import kill_worklist
from tests.trial_packages import package_at


def _disk(root: Path, count: int, seed: int) -> Any:
    with in_this_process():
        return refuse_training(root, stride=count, lasting=bool(seed % 2))


def _day(root: Path, count: int, _: int) -> Any:
    """Open, scroll, classify and close so many studies in the window; what is held is told ten times."""
    os.environ |= {"MEDAPP_HOME": str(root / "home"), "QT_QPA_PLATFORM": "offscreen"}
    from PySide6.QtWidgets import QApplication

    from medapp.app import build
    from medapp.folders import user_folders
    from tests.faults.long_use import a_day

    application, parts = QApplication(["faults"]), build(user_folders())
    try:
        for held in a_day(parts, root / "studies", count, max(1, count // 10)):
            print(held, flush=True)
    finally:
        parts.results.close()
    return argparse.Namespace(studies=count, window=application.applicationName())


def _updates(root: Path, count: int, seed: int) -> Any:
    (root / "here").mkdir()
    with chdir(root / "here"):  # code that ran would leave its mark there
        return try_updates(root / "station", count, seed)


COMMANDS: Mapping[str, Callable[[Path, int, int], Any]] = {
    "readers": lambda root, count, seed: kill_readers(root / "scan", count, seed),
    "engine": lambda root, count, seed: kill_engine(package_at(root / "package"), count, seed),
    "training": kill_trainings,
    "disk": _disk,
    "writes": lambda root, _, __: all_points(root),
    "memory": lambda root, count, _: out_of_memory_at(root, count),
    "updates": _updates,
    "imports": kill_imports,
    "sessions": random_sessions,
    "worklist": kill_worklist,
    "windows": lambda root, count, _: kill_windows(root, count),
    "day": _day,
}


def _lines(outcome: Any) -> Iterator[str]:
    for name, value in vars(outcome).items():
        yield f"{name}: {dict(value) if isinstance(value, dict) else value}"


def _catalogue() -> None:
    for part, came in whole_table():
        print(f"{part}: {came.as_expected} of {came.tried} as expected, {came.written} wrote something, ", end="")
        print(f"slowest {came.slowest:.1f} s, a reader took at most {came.peak_bytes / 2**20:.0f} MiB", flush=True)
        for subject, count in came.subjects.items():
            print(f"    {count:>5} {subject}")
        for row in came.wrong:
            print(f"    WRONG {row}")


parser = argparse.ArgumentParser(prog="faults")
parser.add_argument("what", choices=("catalogue", *COMMANDS))
parser.add_argument("count", type=int, metavar="COUNT", nargs="?", default=10)
parser.add_argument("--seed", type=int, default=1)
chosen = parser.parse_args()
logging.disable(logging.WARNING)  # what fails is counted
if chosen.what == "catalogue":
    _catalogue()
else:
    with TemporaryDirectory(prefix="medapp-faults-") as folder:
        for line in _lines(COMMANDS[chosen.what](Path(folder), chosen.count, chosen.seed)):
            print(line)
