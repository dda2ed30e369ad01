"""Tries the .deb where nothing else is: a fresh Debian 12 without Python, without a network, as an ordinary user.

    PYTHONPATH=packaging python -m release.fresh_root PACKAGE.deb --folder FOLDER [--root ROOT]

Needs root and the packages debootstrap and mount; ROOT is made where it is not there and kept for the next time. The
last step removes the package and looks whether the user's files are still there. FOLDER gets screenshots and answers.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

MIRROR, SUITE = "http://deb.debian.org/debian", "bookworm"
SCREEN = ("xvfb", "xauth", "xdotool")
USER, HOME = "tester", "home/tester"
MOUNTS = (("proc", "proc"), ("sysfs", "sys"), ("tmpfs", "dev/shm"))
DISPLAY = ":77"
ON_SCREEN = {"DISPLAY": DISPLAY}
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
FIND_WINDOW = ("xdotool", "search", "--sync", "--onlyvisible", "--name", "medapp")
TAKE_FOCUS = ("windowsize", "1600", "1000", "windowfocus")  # there is no window manager that would do it
PATIENCE = 180


class TrialError(RuntimeError):
    """The package did not do what it must."""


@dataclass(frozen=True)
class Root:
    """A Debian below a folder."""

    folder: Path

    def run(
        self,
        *command: str,
        user: str = "",
        network: bool = False,
        seconds: float = 900,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> str:
        """Run a command in it and return what it printed; without a network unless asked for."""
        whole = [*self.prefix(user=user, network=network), *_environment(user, environment), *command]
        done = subprocess.run(whole, capture_output=True, text=True, check=False, timeout=seconds)
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise TrialError(f"{' '.join(command)} ended with status {done.returncode}:\n{last}")
        return done.stdout

    def prefix(self, *, user: str = "", network: bool = False) -> list[str]:
        """Return what a command begins with to run here."""
        alone = [] if network else ["unshare", "--net"]
        return [*alone, "chroot", *([f"--userspec={user}:{user}"] if user else []), str(self.folder)]


def _environment(user: str, more: Mapping[str, str]) -> list[str]:
    home = f"/{HOME}" if user else "/root"
    fixed = {
        "HOME": home,
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    return ["env", "-i", *(f"{name}={value}" for name, value in {**fixed, **more}.items())]


def make(folder: Path) -> Root:
    """Return a Debian without Python below `folder`, made by debootstrap where it is not there."""
    if not (folder / "usr" / "bin" / "dpkg").is_file():
        subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(folder), MIRROR], check=True)
    return Root(folder)


@contextmanager
def mounted(root: Root) -> Iterator[None]:
    """Mount what programs expect of a running system, and take it away again."""
    places = [root.folder / place for _, place in MOUNTS]
    try:
        for (kind, _), place in zip(MOUNTS, places, strict=True):
            place.mkdir(parents=True, exist_ok=True)
            if not os.path.ismount(place):
                subprocess.run(["mount", "-t", kind, kind, str(place)], check=True)
        yield
    finally:
        for place in reversed(places):
            subprocess.run(["umount", "--lazy", str(place)], check=False, stderr=subprocess.DEVNULL)


def install(root: Root, package: Path) -> dict[str, object]:
    """Install what the package says it needs, then the package with dpkg; tell what was found."""
    needs = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout
    names = [need.split()[0] for need in needs.strip().split(", ")]
    root.run("apt-get", "update", "-q", network=True)
    root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *names, network=True)
    inside = root.folder / "var" / "tmp" / "medapp.deb"
    shutil.copyfile(package, inside)
    began = time.monotonic()
    root.run("dpkg", "-i", "/var/tmp/medapp.deb")
    seconds = time.monotonic() - began
    inside.unlink()
    if changed := root.run("dpkg", "--verify", "medapp"):
        raise TrialError(f"dpkg --verify found: {changed}")
    if pythons := sorted((root.folder / "usr" / "bin").glob("python*")):
        raise TrialError(f"there is a Python in the root: {pythons[0].name}")
    missing = missing_libraries(root)
    if missing:
        raise TrialError("the declared dependencies lack: " + ", ".join(missing))
    return {"install_seconds": round(seconds, 1)}


def missing_libraries(root: Root) -> list[str]:
    """Return the shared libraries that the window's part of the package asks for in vain."""
    look = "find /opt/medapp/_internal/PySide6 /opt/medapp/_internal/cv2 -name '*.so*' -exec ldd {} + 2>/dev/null"
    ours = {"LD_LIBRARY_PATH": "/opt/medapp/_internal"}  # as the program sets it for itself
    lines = root.run("sh", "-c", f"{look}; ldd /opt/medapp/medapp", environment=ours).splitlines()
    return sorted({line.split()[0] for line in lines if "not found" in line})


def add_user(root: Root, images: Path, cases: Path) -> None:
    """Make an ordinary user whose home holds images and cases."""
    with suppress(TrialError):  # it is there from the last time
        root.run("useradd", "--create-home", USER)
    for source, name in ((images, "影像"), (cases, "cases")):
        target = root.folder / HOME / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    root.run("chown", "-R", f"{USER}:{USER}", f"/{HOME}")


def answers(root: Root) -> dict[str, object]:
    """Have the command line look at itself, classify and train."""
    doctor = json.loads(root.run("medapp", "doctor", "--json", user=USER))
    began = time.monotonic()
    classified = json.loads(root.run("medapp", "classify", f"/{HOME}/影像", "--json", user=USER))
    middle = time.monotonic()
    told = root.run("medapp", "train", f"/{HOME}/cases", "--effort", "instant", "--name", "trial", "--json", user=USER)
    last = json.loads(told.strip().splitlines()[-1])
    if not classified["results"] or last["event"] != "finished":
        raise TrialError("nothing was classified, or the training did not finish")
    return {
        "doctor_wrong": [finding["topic"] for finding in doctor["findings"] if not finding["well"]],
        "classified": [(result["label"], result["refused"]) for result in classified["results"]],
        "classify_seconds": round(middle - began, 1),
        "train_seconds": round(time.monotonic() - middle, 1),
    }


def window(root: Root, folder: Path) -> dict[str, object]:
    """Open the images in the window, ask for an answer by its key, and take screenshots on the way."""
    frames = root.folder / "var" / "tmp" / "screen"
    frames.mkdir(exist_ok=True)
    screen = ["Xvfb", DISPLAY, "-screen", "0", "1600x1000x24", "-fbdir", "/var/tmp/screen", "-nolisten", "tcp"]
    shot = frames / "Xvfb_screen0"
    with _running([*root.prefix(), *screen]):
        _wait_for(shot.is_file, "the screen")
        began = time.monotonic()
        command = [*_environment(USER, ON_SCREEN), "medapp", f"/{HOME}/影像"]
        with _running([*root.prefix(user=USER), *command]) as program:
            root.run(*FIND_WINDOW, seconds=PATIENCE, environment=ON_SCREEN)
            seconds = round(time.monotonic() - began, 1)
            root.run(*FIND_WINDOW, *TAKE_FOCUS, environment=ON_SCREEN)
            _still(shot, folder / "opened.png")
            root.run("xdotool", "key", "a", environment=ON_SCREEN)
            _still(shot, folder / "classified.png")
            if program.poll() is not None:
                raise TrialError("the window has closed by itself")
    return {"window_seconds": seconds}


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(claim: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > end:
            raise TrialError(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.2)


def _still(shot: Path, target: Path, quiet: float = 12) -> None:
    """Keep the screen as a picture once it has not changed for a while."""
    from release.screen import picture_of, save

    last, since, end = shot.read_bytes(), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() - since < quiet and time.monotonic() < end:
        time.sleep(0.5)
        if (now := shot.read_bytes()) != last:
            last, since = now, time.monotonic()
    save(target, picture_of(last))


def remove(root: Root) -> dict[str, object]:
    """Remove the package and look what is left of it, and of the user's files."""
    models = root.folder / HOME / ".local" / "share" / "medapp"
    root.run("dpkg", "-r", "medapp")
    if (root.folder / "opt" / "medapp").exists():
        raise TrialError("something is left in /opt/medapp")
    if not models.is_dir():
        raise TrialError("the user's files are gone")
    return {"kept_files": sum(path.is_file() for path in models.rglob("*"))}


def main(arguments: Sequence[str]) -> int:
    """Do all of it and print the figures; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(prog="release.fresh_root", description="Try the package in a fresh Debian.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--folder", type=Path, required=True, help="for screenshots and answers")
    parser.add_argument("--root", type=Path, default=Path("build/fresh-root"), help="where the Debian lies")
    parser.add_argument("--images", type=Path, required=True, help="DICOM files to open")
    parser.add_argument("--cases", type=Path, required=True, help="labelled cases to learn from")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    root = make(asked.root.resolve())
    try:
        with mounted(root):
            found = install(root, asked.package)
            add_user(root, asked.images, asked.cases)
            found |= answers(root)
            root.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *SCREEN, network=True)
            found |= window(root, asked.folder)
            found |= remove(root)
    except TrialError as error:
        print(error, file=sys.stderr)
        return 1
    (asked.folder / "fresh-root.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
