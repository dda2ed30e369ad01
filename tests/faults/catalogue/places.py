"""Things that are no plain files, files that change while they are read, and files that contradict each other."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tests.faults.catalogue.raw import (
    EXPLICIT,
    NAME,
    PATIENT_ID,
    PIXELS,
    SOP_INSTANCE,
    STUDY,
    pixels,
    plain,
    text,
    whole,
)
from tests.faults.catalogue.row import CHANGE, Row

NAMES = (
    *(
        "ein Bild ä ö ü.dcm",
        "图像.dcm",
        "a\u202egnp.dcm",
        "e\u0301.dcm",
        " lead.dcm",
        "trail.dcm ",
        "a..dcm",
        "a.",
        "-rf",
    ),
    *("~", "%TEMP%", "$HOME", "a!b", "a!c", "x.zip!", "🩻.dcm", "a\nb.dcm", "a\tb.dcm", "'\".dcm", "n" * 250),
)
LINUX = sys.platform.startswith("linux")


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _no_plain_files()
    yield from _links()
    yield from _contradictions()
    yield from _changing()


def good(path: Path, **changed: bytes | None) -> Path:
    """Write a good file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(whole(EXPLICIT, plain(EXPLICIT, **changed)))
    return path


def _no_plain_files() -> Iterator[Row]:
    subject = "directories, sockets, FIFOs"
    yield Row(
        subject, "a directory named x.dcm, asked for as a file", "refused file.special", lambda f: _made(f, Path.mkdir)
    )
    yield Row(
        subject, "a directory named x.dcm with a file", "1 picture", lambda f: good(f / "x.dcm" / "a").parent, "scan"
    )
    yield Row(subject, "an empty directory named x.zip", "nothing", lambda f: _made(f, Path.mkdir, "x.zip"), "scan")
    yield Row(subject, "nothing at all", "refused file.missing", lambda f: f / "gone.dcm")
    yield Row(subject, "nothing at all, scanned", "1 refused file.missing", lambda f: f / "gone.dcm", "scan")
    yield Row(subject, "a name with a zero", "refused file.missing", lambda f: f / "a\0b.dcm")
    yield Row(subject, "a name of 300 characters", "refused file.missing", lambda f: f / ("n" * 300))
    yield Row(subject, "a path of 5,000 characters", "refused file.missing", lambda f: f.joinpath(*["n" * 50] * 100))
    if hasattr(os, "mkfifo"):
        yield Row(subject, "a FIFO", "refused file.special", lambda f: _made(f, os.mkfifo))
        yield Row(subject, "a FIFO, scanned", "1 refused file.special", lambda f: _made(f, os.mkfifo), "scan")
    if hasattr(socket, "AF_UNIX") and LINUX:
        yield Row(subject, "a socket", "refused file.special", _socket)
    if LINUX:
        for device in ("zero", "random", "null", "tty"):
            yield Row(subject, f"a link to /dev/{device}", "refused file.special or refused file.missing",
                      lambda f, d=device: _linked(f / "x.dcm", Path("/dev") / d))  # fmt: skip
        yield Row(subject, "its own memory", "refused file.unreadable or is not_medical_image or is empty",
                  lambda _: Path("/proc/self/mem"))  # fmt: skip
        yield Row(subject, "a name that is no text", "picture", lambda f: good(f / os.fsdecode(b"\xff\xfe.dcm")))
        yield Row(
            subject,
            "a name that is no text, scanned",
            "1 picture",
            lambda f: good(f / os.fsdecode(b"\xff\xfe.dcm")),
            "scan",
        )
    for name in NAMES:
        yield Row("names of files", repr(name[:20]), "1 picture", lambda f, n=name: good(f / n), "scan")
        yield Row("names of folders", repr(name[:20]), "1 picture", lambda f, n=name: good(f / n / "A").parent, "scan")


def _made(folder: Path, make: Callable[[Path], object], name: str = "x.dcm") -> Path:
    make(folder / name)
    return folder / name


def _socket(folder: Path) -> Path:
    path = folder / "x.dcm"
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)
    return path


def _linked(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path


def _links() -> Iterator[Row]:
    if not LINUX:
        return
    subject = "links"
    yield Row(subject, "to itself", "refused file.missing", lambda f: _linked(f / "x.dcm", f / "x.dcm"))
    yield Row(
        subject,
        "to itself, scanned",
        "1 refused file.missing",
        lambda f: _linked(f / "x.dcm", f / "x.dcm").parent,
        "scan",
    )
    yield Row(subject, "to nothing", "refused file.missing", lambda f: _linked(f / "x.dcm", f / "gone"))
    yield Row(subject, "to a good file", "picture", lambda f: _linked(f / "x.dcm", good(f / "a.dcm")))
    yield Row(
        subject,
        "a folder in itself",
        "1 picture",
        lambda f: (good(f / "a.dcm"), _linked(f / "loop", f))[1].parent,
        "scan",
    )
    yield Row(subject, "two folders in each other", "1 picture", _crossed, "scan")


def _crossed(folder: Path) -> Path:
    good(folder / "a" / "x.dcm")
    (folder / "b").mkdir()
    _linked(folder / "a" / "b", folder / "b")
    _linked(folder / "b" / "a", folder / "a")
    return folder


def _contradictions() -> Iterator[Row]:
    same = "duplicate SOP UIDs with different content"
    other = pixels(EXPLICIT, b"\7" * 512)
    yield Row(same, "other pixels", "2 picture", lambda f: _two(f, {}, {"PIXELS": other}), "scan")
    size = text(EXPLICIT, 0x00081030, "LO", "another")
    yield Row(
        same,
        "other texts",
        "2 picture",
        lambda f: _two(f, {}, {"PATIENT_ID": text(EXPLICIT, PATIENT_ID, "LO", "made")}, more=size),
        "scan",
    )
    yield Row(same, "a hundred copies", "100 picture", lambda f: _copies(f, 100), "scan")
    one = "one Patient ID for two people"
    names = {
        "NAME": text(EXPLICIT, NAME, "PN", "Somebody^Else"),
        "SOP_INSTANCE": text(EXPLICIT, SOP_INSTANCE, "UI", "9.9"),
    }
    yield Row(one, "the same study", "2 picture, 2 studies", lambda f: _two(f, {}, names), "scan")
    apart = {**names, "STUDY": text(EXPLICIT, STUDY, "UI", "9.8")}
    yield Row(one, "two studies", "2 picture, 2 studies", lambda f: _two(f, {}, apart), "scan")
    swapped = {
        "PATIENT_ID": text(EXPLICIT, PATIENT_ID, "LO", "other"),
        "SOP_INSTANCE": text(EXPLICIT, SOP_INSTANCE, "UI", "9.9"),
    }
    yield Row(one, "one name, two IDs, one study", "2 picture, 2 studies", lambda f: _two(f, {}, swapped), "scan")


def _two(folder: Path, first: dict[str, bytes], second: dict[str, bytes], *, more: bytes = b"") -> Path:
    good(folder / "a.dcm", **first)
    good(folder / "b.dcm", **second)
    if more:
        elements = {**plain(EXPLICIT, **second), 0x00081030: more, PIXELS: pixels(EXPLICIT)}
        (folder / "b.dcm").write_bytes(whole(EXPLICIT, elements))
    return folder


def _copies(folder: Path, count: int) -> Path:
    for number in range(count):
        good(folder / f"{number}.dcm")
    return folder


def _changing() -> Iterator[Row]:
    """Yield files that others write while we read: whatever is met, it is an answer or a reason."""
    subject = "files that change or vanish while read"
    codes = ("missing", "unreadable", "empty", "special")
    damage = ("truncated", "cut_off", "empty", "not_dicom", "damaged")
    ends = " or ".join(
        ("picture", "is no_pixels", *(f"refused file.{c}" for c in codes), *(f"refused dicom.{c}" for c in damage))
    )
    for name, change in {
        "vanishes": lambda path: path.unlink(missing_ok=True),
        "is cut": lambda path: os.truncate(path, 700),
        "is emptied": lambda path: os.truncate(path, 0),
        "grows": lambda path: path.write_bytes(path.read_bytes() + b"more" * 1000),
        "becomes a folder": lambda path: (path.unlink(missing_ok=True), path.mkdir()),
        "becomes another picture": lambda path: good(path, PIXELS=pixels(EXPLICIT, b"\7" * 512)),
    }.items():
        for delay in (0.0, 0.002, 0.01):
            yield Row(subject, f"{name} after {1000 * delay:.0f} ms", ends,
                      lambda f, c=change, d=delay: _later(good(f / "x.dcm"), c, d), restless=True)  # fmt: skip


def _later(path: Path, change: Callable[[Path], object], delay: float) -> Path:
    def act() -> None:
        with suppress(OSError):
            change(path)

    timer = threading.Timer(delay, act)
    timer.name = CHANGE
    timer.start()
    return path
