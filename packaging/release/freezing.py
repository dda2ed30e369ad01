"""Runs PyInstaller on the spec, the same way each time, and reads what it has collected."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from release import plan as plans
from release.plan import Plan


class FreezingError(RuntimeError):
    """PyInstaller has failed; its last lines."""


@dataclass(frozen=True)
class Collected:
    """What went into the package: (place, source) of files, (name, source) of modules, names of distributions."""

    files: tuple[tuple[str, str], ...]
    modules: tuple[tuple[str, str], ...]
    distributions: tuple[str, ...]


def freeze(plan: Plan) -> Collected:
    """Freeze the program anew into ``plan.frozen`` and return what was collected."""
    shutil.rmtree(plan.folder / "dist", ignore_errors=True)
    plan.folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(plan.folder / "dist"), "--workpath", str(plan.folder / "work")]
    log = plan.folder / "freeze.log"
    with log.open("wb") as file:
        spec = str(plans.ROOT / "packaging" / "medapp.spec")
        done = subprocess.run(
            [*command, spec], env=_environment(plan), stdout=file, stderr=file, check=False, cwd=plan.folder
        )
    if done.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        raise FreezingError("\n".join([f"PyInstaller ended with status {done.returncode} (all in {log}):", *last]))
    return read_collected(plan)


def read_collected(plan: Plan) -> Collected:
    """Return what the last freezing has collected."""
    said = json.loads(plan.collected.read_text(encoding="utf-8"))
    pairs = {name: tuple((place, source) for place, source in said[name]) for name in ("files", "modules")}
    return Collected(pairs["files"], pairs["modules"], tuple(said["distributions"]))


def _environment(plan: Plan) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONHASHSEED": "1",  # sets in compiled code come in one order
        "SOURCE_DATE_EPOCH": str(plan.epoch),
        "MEDAPP_SITE_PACKAGES": str(plans.site_packages()),
        "MEDAPP_COLLECTED": str(plan.collected),
    }
