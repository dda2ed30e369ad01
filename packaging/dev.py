#!/usr/bin/env python3
"""Set up and run medapp from a checkout, with nothing but Python 3.11 or newer.

    python3 packaging/dev.py run [PATH ...]    open the window (no path: a built-in sample)
    python3 packaging/dev.py test [ARG ...]    all tests (ARG goes to pytest)
    python3 packaging/dev.py lint              ruff, mypy --strict, import-linter
    python3 packaging/dev.py bench [NAME ...]  benchmarks, as ratios to a reference in the same run
    python3 packaging/dev.py fuzz MINUTES      damaged files of every kind, going on where the last run stopped
    python3 packaging/dev.py package [...]     what a hospital installs: .deb and archive (docs/packaging.md)
    python3 packaging/dev.py setup             only make the environment

Makes `.venv` in the checkout from `pyproject.toml` with the versions in `packaging/constraints.txt`, or uses it
as it is where neither has changed, and installs (as root, with apt) or names the system libraries that are missing.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "medapp-setup"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
IS_WINDOWS = os.name == "nt"
IS_LINUX = sys.platform.startswith("linux")

# What PySide6's wheel expects of the system (Qt's xcb platform plug-in, OpenGL, fonts), as Debian and Ubuntu name it.
WINDOW_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
TEST_PROGRAMS = {"Xvfb": "xvfb", "xauth": "xauth"}
PACKAGE_PROGRAMS = {"zstd": "zstd", "objdump": "binutils"}

BESIDE = ("tests/ui", "tests/workflows")
"""Tests that run beside the others: about as long as a half of them."""


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands and return its exit status."""
    commands = {
        "setup": setup,
        "run": run,
        "test": test,
        "lint": lint,
        "bench": bench,
        "fuzz": fuzz,
        "package": package,
    }
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - this very file is what an older Python would start
        print(f"medapp needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 3
    return commands[arguments[0]](list(arguments[1:]))


def run(paths: Sequence[str]) -> int:
    """Open the window, on the built-in sample where no path is given."""
    if status := setup(wanted=missing_packages()):
        return status
    if IS_LINUX and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("There is no display here. On a machine without a screen: xvfb-run -a python3 packaging/dev.py run")
        return 3
    return call([python(), "-m", "medapp", "open", *(paths or ["--sample"])], cwd=Path.cwd())


def test(arguments: Sequence[str]) -> int:
    """Run all tests, the end-to-end ones under Xvfb where there is no Windows or macOS screen; or what is asked for."""
    if status := setup(wanted=missing_packages(TEST_PROGRAMS)):
        return status
    pytest = [python(), "-m", "pytest"]
    on_screen = {"QT_QPA_PLATFORM": "xcb"} if IS_LINUX else {}
    if arguments:
        end_to_end = any("e2e" in argument for argument in arguments)
        return call([*display(), *pytest, *arguments], on_screen if end_to_end else {})
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    left_out = [f"--ignore={folder}" for folder in (*BESIDE, "tests/e2e", "tests/benchmarks")]
    with ThreadPoolExecutor(1) as pool:  # most tests wait for one core: two runs share what there is
        beside = pool.submit(call_and_show, [*pytest, *BESIDE], offscreen)
        first = call([*pytest, *left_out, "tests"], offscreen)
        second = beside.result()
    third = call([*display(), *pytest, "tests/e2e"], on_screen)
    return first or second or third


def lint(_: Sequence[str]) -> int:
    """Run ruff, mypy and import-linter, all of them even when one complains."""
    if status := setup():
        return status
    checks = [
        [python("ruff"), "check", "medapp", "tests", "packaging"],
        [python("ruff"), "format", "--check", "medapp", "tests", "packaging"],
        [python("mypy")],
        [python("lint-imports")],
    ]
    return max(call(check) for check in checks)


def bench(names: Sequence[str]) -> int:
    """Run the benchmarks, all or those named."""
    if status := setup(wanted=missing_packages(TEST_PROGRAMS)):
        return status
    return call([*display(), python(), "-m", "tests.benchmarks", *names])


def fuzz(arguments: Sequence[str]) -> int:
    """Feed every reader with damaged files for some minutes; what breaks is kept as a seed for the tests."""
    if status := setup():
        return status
    return call([python(), "-m", "tests.fuzz", *(arguments or ["10"])])


def package(arguments: Sequence[str]) -> int:
    """Make what a hospital installs, with PyInstaller at the version that is pinned."""
    if status := setup(wanted=missing_packages(PACKAGE_PROGRAMS)):
        return status
    return call([python(), "-m", "release", *arguments], {"PYTHONPATH": str(ROOT / "packaging")})


def setup(_: Sequence[str] = (), wanted: Sequence[str] = ()) -> int:
    """Make `.venv` and install the pins, unless that is done already, after the system packages `wanted`."""
    if status := install_system(wanted):
        return status
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == fingerprint():
        return 0
    start = time.monotonic()
    if not Path(python()).is_file() and (status := make_venv()):
        return status
    print("Installing the packages (the first time takes some minutes and 5 GB) …", flush=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "-c", str(CONSTRAINTS), "-e", f"{ROOT}[dev]"]
    for attempt in range(2):  # a registry that stumbles once is common
        if not (status := call([python(), "-m", "pip", *install])):
            break
        if attempt:
            print("The packages could not be installed. Is the network there? Run the same command again.")
            return status
    STAMP.write_text(fingerprint(), encoding="utf-8")
    print(f"Ready after {time.monotonic() - start:.0f} s.", flush=True)
    return 0


def make_venv() -> int:
    """Make the virtual environment; Debian keeps what `venv` needs in a package of its own."""
    if IS_LINUX and not has_module("ensurepip") and (status := install_system(["python3-venv"])):
        return status
    if VENV.exists():
        shutil.rmtree(VENV)
    return call([sys.executable, "-m", "venv", str(VENV)])


def has_module(name: str) -> bool:
    """Tell whether this Python has the module `name`, asked of a new process so that nothing is cached."""
    return not subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode


def missing_packages(programs: Mapping[str, str] | None = None) -> list[str]:
    """Return the Debian packages of the libraries, fonts and `programs` that are not there; nothing but on Linux."""
    if not IS_LINUX:
        return []
    missing = [package for library, package in WINDOW_LIBRARIES.items() if not can_load(library)]
    missing += [package for program, package in (programs or {}).items() if not shutil.which(program)]
    fonts = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
    if not any(next(folder.rglob("*.[to]tf"), None) for folder in fonts if folder.is_dir()):
        missing.append("fonts-dejavu-core")
    return missing


def can_load(library: str) -> bool:
    """Tell whether the system finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_system(packages: Sequence[str]) -> int:
    """Install Debian packages as root, or else print the one line to type."""
    if not packages:
        return 0
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() or not shutil.which("apt-get"):
        print("The system lacks some libraries. Type this once, then run the same command again:")
        print(f"  sudo {' '.join(command)}")
        print("(on a system without apt, install its packages of the same libraries)")
        return 3
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    return call(["apt-get", "update", "--quiet=2"], quiet) or call([*command, "--quiet=2"], quiet)


def fingerprint() -> str:
    """Return what the environment depends on: the project file, the pins, the Python, the place."""
    digest = hashlib.sha256()
    for part in ((ROOT / "pyproject.toml").read_bytes(), CONSTRAINTS.read_bytes(), sys.version.encode(), bytes(VENV)):
        digest.update(part)
    return digest.hexdigest()


def python(program: str = "python") -> str:
    """Return the path of a program in the virtual environment."""
    return str(VENV / ("Scripts" if IS_WINDOWS else "bin") / (program + (".exe" if IS_WINDOWS else "")))


def display() -> list[str]:
    """Return what a command must begin with to have a screen."""
    return ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24"] if IS_LINUX else []


def call(
    command: Sequence[str], environment: Mapping[str, str] | None = None, cwd: Path = ROOT, stderr: int | None = None
) -> int:
    """Run a command to its end and return its exit status."""
    whole = {**os.environ, **(environment or {})}
    try:
        return subprocess.run(command, env=whole, cwd=cwd, stderr=stderr, check=False).returncode
    except KeyboardInterrupt:
        return 130


def call_and_show(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command beside another one, and print what it said once it is over."""
    whole = {**os.environ, **environment}
    done = subprocess.run(
        command, env=whole, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    print(done.stdout, flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
