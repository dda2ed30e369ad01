"""Texts: every character set, none, a wrong one; markup and control characters, which stay plain text."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.catalogue.raw import CHARACTER_SET, EXPLICIT, IMPLICIT, MODALITY, NAME, PATIENT_ID, plain, text, whole
from tests.faults.catalogue.row import Row, file_row

SINGLE = tuple(f"ISO_IR {n}" for n in (6, 100, 101, 109, 110, 144, 127, 126, 138, 148, 13, 166, 203, 192))
EXTENDED = tuple(
    f"ISO 2022 IR {n}" for n in (6, 100, 101, 109, 110, 144, 127, 126, 138, 148, 13, 166, 87, 159, 149, 58)
)
OTHERS = ("GB18030", "GBK")
WRONG = ("", "UTF-8", "ISO-8859-1", "ISO_IR 999", "ISO_IR 192\\ISO_IR 100", "\\\\\\", "x" * 64, "ISO 2022 IR 6\\" * 50)
HOSTILE = {
    "markup": "<b>bold</b><img src=x onerror=alert(1)>",
    "an image from a server": '<img src="http://198.51.100.1/x.png">',
    "a file as an image": '<img src="file:///etc/hostname">',
    "a script": "<script>alert(1)</script>",
    "an entity": "&lt;&#0;&#x1F4A9;&amp;",
    "terminal sequences": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "zeros inside": "A\0B\0C",
    "all control characters": "".join(map(chr, range(1, 32))) + "\x7f",
    "line breaks": "A\r\nB\nC\x0bD\x0cE",
    "format places": "%s%n{0}{name}$(id)`id`",
    "a formula": '=cmd|" /C calc"!A0',
    "64 kB": "A" * 65_000,
    "many components": "^" * 500 + "=" * 500,
}


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    subject = "every character set, none, a wrong one"
    name = "Äneas^Ωμέγα".encode() + b"\xff\xfe\x1b$B;3ED\x1b(B"
    for told in (*SINGLE, *EXTENDED, *OTHERS, *(f"\\{single}" for single in EXTENDED[6:])):
        yield file_row(subject, told, "picture", _named(told, name))
    for told in WRONG:
        yield file_row(subject, f"told {told[:20]!r}", "picture", _named(told, name))
    yield file_row(
        subject, "told nothing", "picture", whole(EXPLICIT, plain(EXPLICIT, NAME=text(EXPLICIT, NAME, "PN", name)))
    )
    for escape in (b"\x1b", b"\x1b$", b"\x1b$)", b"\x1b$)C\xff", b"\x1b(B" * 999, b"\x1b%G"):
        yield file_row(subject, f"escape {escape[:5]!r}", "picture", _named("\\ISO 2022 IR 149", b"A" + escape))
    yield from _hostile()


def _named(told: str, name: bytes) -> bytes:
    changed = {CHARACTER_SET: text(EXPLICIT, CHARACTER_SET, "CS", told), NAME: text(EXPLICIT, NAME, "PN", name)}
    return whole(EXPLICIT, {**plain(EXPLICIT), **changed})


def _hostile() -> Iterator[Row]:
    subject = "HTML or control characters in tags"
    for encoding in (EXPLICIT, IMPLICIT):
        for what, said in HOSTILE.items():
            elements = plain(encoding)
            for tag, vr in (
                (NAME, "PN"),
                (PATIENT_ID, "LO"),
                (0x00081030, "LO"),
                (0x0008103E, "LO"),
                (0x00180015, "CS"),
            ):
                elements[tag] = text(encoding, tag, vr, said)
            yield file_row(subject, f"{encoding.name}: {what}", "picture", whole(encoding, elements))
        modality = {**plain(encoding), MODALITY: text(encoding, MODALITY, "CS", "<h1>\x07")}
        yield file_row(subject, f"{encoding.name}: in Modality", "picture", whole(encoding, modality))
