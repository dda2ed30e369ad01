"""Imports of models that are killed at random moments: what was acknowledged is there, whole, and nothing is half."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from medapp.classify.registry import Registry
from medapp.folders import Folders
from tests.trial_packages import contents, package_at

VERSIONS = 12
IMPORTER = """
import sys
from pathlib import Path
from medapp.classify.registry import Registry
from medapp.folders import Folders
root = Path(sys.argv[1])
registry = Registry(Folders(root / "data", root / "cache", root / "config"), builtin=root / "none")
print("ready", flush=True)
for path in sorted(Path(sys.argv[2]).glob("*.zip")):
    package = registry.install(path)
    registry.activate(f"trial@{package.metadata.version}")
    print(package.metadata.version, flush=True)
"""


@dataclass
class Imports:
    """What came of it.

    Attributes
    ----------
    acknowledged, lost : int
        Packages that were told to be installed and in use, and those of them that were not there afterwards.
    damaged : int
        Stations with a package or a record that could not be read.
    finished : int
        Importers that were through before they were killed.
    """

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    damaged: int = 0
    finished: int = 0


def kill_imports(root: Path, kills: int, seed: int = 1) -> Imports:
    """Import a dozen versions of a model again and again, each time killed at a random moment."""
    given, chance, imports = _given(root), random.Random(seed), Imports()
    while imports.kills < kills:
        station = root / "station"
        _one(station, given, chance.uniform(0.0, 1.5), imports)
        shutil.rmtree(station, ignore_errors=True)
    return imports


def _given(root: Path) -> Path:
    folder = root / "given"
    registry = Registry(Folders(root / "maker", root / "cache", root / "config"), builtin=root / "none")
    folder.mkdir(parents=True)
    for number in range(VERSIONS):
        made = contents("trial", f"1.{number}")
        registry.install(package_at(root / "made" / str(number), metadata=made.metadata).path)
        registry.export(f"trial@1.{number}", folder / f"{number:02}.zip")
    return folder


def _one(station: Path, given: Path, seconds: float, imports: Imports) -> None:
    command = [sys.executable, "-c", IMPORTER, str(station), str(given)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        threading.Timer(seconds, process.kill).start()
        told = [line.strip() for line in process.stdout if line.endswith("\n")]
    imports.finished += process.returncode == 0
    imports.kills += process.returncode != 0
    registry = Registry(Folders(station / "data", station / "cache", station / "config"), builtin=station / "none")
    with suppress(FileNotFoundError):
        listing = registry.list()
        there = {entry.ref.version for entry in listing.entries}
        in_use = {package.metadata.version for package in registry.in_use()}
        imports.damaged += bool(listing.problems)
        imports.acknowledged += len(told)
        imports.lost += sum(version not in there or version not in in_use for version in told)
