"""Tries the .deb where nothing else is: a fresh Debian 12 without Python, without a network, as an ordinary user.

    PYTHONPATH=packaging python -m release.fresh_root PACKAGE.deb --folder FOLDER [--root ROOT]

Needs root and the packages debootstrap and mount; ROOT is made where it is not there and kept for the next time. The
last step removes the package and looks whether the user's files are still there. FOLDER gets screenshots and answers.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from release.debian_root import HOME, USER, Root, TrialError, make, mounted
from release.window_trial import tutorial, window

SCREEN = ("xvfb", "xauth", "xdotool")


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
    """Make an ordinary user whose home holds images and cases, and nothing that a trial before has left."""
    with suppress(TrialError):  # it is there from the last time
        root.run("useradd", "--create-home", USER)
    for name in (".local", ".config", ".cache"):
        shutil.rmtree(root.folder / HOME / name, ignore_errors=True)
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


def remove(root: Root) -> dict[str, object]:
    """Remove the package and look what is left of it, and of the user's files."""
    models = root.folder / HOME / ".local" / "share" / "medapp"
    root.run("dpkg", "-r", "medapp")
    if (root.folder / "opt" / "medapp").exists():
        raise TrialError("something is left in /opt/medapp")
    if not models.is_dir():
        raise TrialError("the user's files are gone")
    return {"kept_files": sum(path.is_file() for path in models.rglob("*"))}


def stick(root: Root, archive: Path) -> dict[str, object]:
    """Unpack the archive where nobody can write, and have an ordinary user start it there, with files on the stick."""
    place = root.folder / "media" / "只读"
    place.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", place, "--strip-components=1"], check=True)
        subprocess.run(["mount", "--bind", "-o", "ro", str(place), str(place)], check=True)
        program, home = "/media/只读/medapp", {"MEDAPP_HOME": f"/{HOME}/on stick"}
        said = root.run(program, "classify", f"/{HOME}/影像", "--json", user=USER, environment=home)
        root.run("sh", "-c", "cd /media/只读 && sha256sum -c --quiet MANIFEST.sha256", user=USER)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(place, ignore_errors=True)
    return {"classified_from_stick": len(json.loads(said)["results"])}


def without_a_home(root: Root) -> dict[str, object]:
    """Start as a user whom the system does not know, without a home in the environment: it must say what to do."""
    whole = [*root.prefix(), "env", "-i", "setpriv", "--reuid", "54321", "--clear-groups", "medapp", "models", "list"]
    done = subprocess.run(whole, capture_output=True, text=True, check=False)
    if done.returncode != 3 or "MEDAPP_HOME" not in done.stderr:
        raise TrialError(f"without a home: status {done.returncode}, {done.stderr[-300:]}")
    return {"without_a_home": done.stderr.strip()}


def main(arguments: Sequence[str]) -> int:
    """Do all of it and print the figures; 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(prog="release.fresh_root", description="Try the package in a fresh Debian.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--archive", type=Path, help="the archive too, run from a place that is read-only")
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
            found |= tutorial(root, asked.folder)
            found |= without_a_home(root)
            found |= remove(root)
            found |= stick(root, asked.archive) if asked.archive else {}
    except TrialError as error:
        print(error, file=sys.stderr)
        return 1
    (asked.folder / "fresh-root.json").write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
