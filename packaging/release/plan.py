"""What is to be made: version, commit and its date, variant, and where everything lies."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_VERSION = re.compile(r"^__version__ = [\"'](.+)[\"']", re.MULTILINE)
_CUDA = re.compile(r"^cuda(?:: .+?)? = [\"'](.+)[\"']", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """Everything that a build depends on beside the files themselves.

    Attributes
    ----------
    version, commit : str
        Of medapp; the commit ends with ``+`` where files were changed since.
    epoch : int
        Seconds since 1970 of the commit: the date of every file in the package.
    variant : str
        What PyTorch computes with: "cpu", or "cuda13.2" (and the CPU).
    level : int
        How hard zstd tries, 1 to 22.
    folder : Path
        Where it is built; what is to be given away ends in its ``out``.
    """

    version: str
    commit: str
    epoch: int
    variant: str
    level: int
    folder: Path

    @property
    def name(self) -> str:
        """The name of what is made, without an ending."""
        return f"medapp-{self.version}-{sys.platform}-{platform.machine().lower()}-{self.variant}"

    @property
    def frozen(self) -> Path:
        """The folder that PyInstaller makes: the program and its ``_internal``."""
        return self.folder / "dist" / "medapp"

    @property
    def collected(self) -> Path:
        """The record of what was collected from where."""
        return self.folder / "collected.json"

    @property
    def out(self) -> Path:
        """What is to be given away."""
        return self.folder / "out"


def make_plan(folder: Path, level: int, root: Path = ROOT) -> Plan:
    """Look up version, commit and variant."""
    text = (root / "medapp" / "__init__.py").read_text(encoding="utf-8")
    found = _VERSION.search(text)
    if found is None:
        raise ValueError("medapp/__init__.py tells no __version__")
    changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    commit = _git(root, "rev-parse", "HEAD")[:12] + ("+" if changed else "")
    epoch = int(_git(root, "log", "-1", "--format=%ct") or 0)
    return Plan(found[1], commit, epoch, variant(site_packages()), level, folder)


def site_packages() -> Path:
    """Return where the libraries of this Python lie."""
    return Path(sysconfig.get_path("purelib"))


def variant(packages: Path) -> str:
    """Return what the installed PyTorch computes with, without importing it."""
    found = _CUDA.search((packages / "torch" / "version.py").read_text(encoding="utf-8"))
    return f"cuda{found[1]}" if found else "cpu"


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()
