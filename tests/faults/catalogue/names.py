"""Names that lead out of a folder, mean a device, or are not what they look like: in ZIPs, DICOMDIRs and packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.faults.catalogue.package_parts import good_parts, members
from tests.faults.catalogue.raw import EXPLICIT, UNDEFINED, delimiter, element, item, plain, text, whole
from tests.faults.catalogue.raw_zip import STORED, Member, archive
from tests.faults.catalogue.row import Row, file_row

EVIL = (
    "../evil", "../../evil", "../../outside/evil", "a/../../evil", "./../evil", "a/b/../../../evil", "..", "../",
    "a/..", "/evil", "/etc/cron.d/evil", "//evil", "//server/share/evil", "///evil", "./evil", "a/./evil", "a//evil",
    "..\\evil", "..\\..\\outside\\evil", "\\evil", "\\\\server\\share\\evil", "\\\\?\\C:\\evil",
    "\\\\.\\PhysicalDrive0", "a\\..\\..\\evil", "C:\\evil", "C:/evil", "C:evil", "c:\\windows\\system32\\evil.dll",
    "file:///etc/evil", "http://198.51.100.1/evil", "~/evil", "~root/evil", "$HOME/evil", "${HOME}/evil",
    "%TEMP%\\evil", "%00evil", "%2e%2e/evil", "..%2fevil", "..%5cevil", "..%c0%afevil", "....//evil", "..;/evil",
    "CON", "con", "PRN.dcm", "AUX", "NUL", "nul.dcm", "COM1", "COM9.dcm", "LPT1", "lpt9.txt", "CONIN$", "CONOUT$",
    "CLOCK$", "a/NUL/b", "COM\xb9", "evil.", "evil..", "evil ", " evil", "evil. .", "a./evil", "a /evil",
    "evil.dcm:stream", "evil::$DATA", "evil:$INDEX_ALLOCATION", "a:b", "\u2024\u2024/evil", "\uff0e\uff0e/evil",
    "\u2025/evil", "..\u2215evil", "..\uff0fevil", "..\uff3cevil", "\u202egnp.exe", "e\u0301vil", "\xe9vil",
    "\x00evil", "evil\x00.dcm", "a\nb", "a\rb", "a\tb", "a\x07b", "a\x1b[31mb", "\u200b", "\ufeffevil", "\U0001f480",
    "-rf", "--output=evil", "*", "?", "a|b", "a<b>c", 'a"b', "a'b", "a`id`b", "a;b", "a&b", "$(id)", "!/evil",
    "a!/b", "desktop.ini", ".htaccess", ".ssh/authorized_keys", ".bashrc", "__pycache__/evil.pyc",
    "site-packages/evil.pth", "evil.exe", "evil.lnk", "evil.dcm.exe", ".............../evil",
    *("n" * count for count in (255, 256, 4096, 65_000)), *("a/" * depth + "evil" for depth in (300, 5000)),
    "../" * 40 + "tmp/evil",
)  # fmt: skip


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _in_archives()
    yield from _in_directories()
    yield from _in_packages()


def _called(name: str) -> str:
    shown = name if len(name) < 40 else f"{name[:20]}… ({len(name)} characters)"
    return ascii(shown)


def _in_archives() -> Iterator[Row]:
    """Yield ZIP files of scans: members are read where they are and never written, so a name means nothing."""
    subject, scan = "names in a ZIP of scans", whole(EXPLICIT, plain(EXPLICIT))
    for name in EVIL:
        raw = name.encode()
        expected = "1 is archive" if name.endswith("/") else "1 picture"
        single = archive([Member(raw, scan)])
        yield file_row(subject, _called(name), expected, single, file="a.zip", way="scan")
        lying = archive([Member(b"a.dcm", scan, local_name=raw, method=STORED)])
        yield file_row(
            subject,
            f"{_called(name)} before the data only",
            "1 refused archive.member_damaged",
            lying,
            file="a.zip",
            way="scan",
        )


def _in_directories() -> Iterator[Row]:
    subject = "names in a DICOMDIR"
    for name in EVIL:
        yield Row(subject, _called(name), OUTSIDE_OR_GONE, lambda f, n=name: directory(f, n), "scan")


OUTSIDE_OR_GONE = "1 refused dicomdir.outside or 1 is dicomdir, 1 refused file.missing or 1 is dicomdir"


def directory(folder: Path, name: str) -> Path:
    """Write a DICOMDIR that lists one name."""
    record = text(EXPLICIT, 0x00041430, "CS", "IMAGE")
    said = name.encode()[:60_000]
    file_id = element(EXPLICIT, 0x00041500, "CS", said + b" " * (len(said) % 2))
    listed = item(record + file_id)
    elements = {
        0x00041220: element(EXPLICIT, 0x00041220, "SQ", listed + delimiter(), length=UNDEFINED),
        0x00080016: text(EXPLICIT, 0x00080016, "UI", "1.2.840.10008.1.3.10"),
    }
    path = folder / "DICOMDIR"
    path.write_bytes(whole(EXPLICIT, elements))
    return path


def _in_packages() -> Iterator[Row]:
    subject = "names in a model package"
    for name in EVIL:
        raw, called = name.encode(), _called(name)
        makes: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
            "beside the rest": (REFUSED, _beside),
            "around the rest": (f"accepted or {REFUSED}", _around),
            "in place of the licence": (REFUSED, _instead),
        }
        for where, (expected, make) in makes.items():
            yield file_row(
                subject, f"{called} {where}", expected, lambda m=make, r=raw: m(r), file="a.zip", way="package"
            )


def _beside(name: bytes) -> bytes:
    return archive([*members(good_parts()), Member(name, b"evil")])


def _around(name: bytes) -> bytes:
    return archive([replace(m, name=name.rstrip(b"/") + b"/" + m.name) for m in members(good_parts())])


def _instead(name: bytes) -> bytes:
    return archive([replace(m, name=name) if m.name == b"LICENSE" else m for m in members(good_parts())])


REFUSED = "refused package.archive or refused package.extra or refused package.incomplete"
