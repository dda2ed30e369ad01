"""Files that are two things at once: a picture for us, and something else for another program."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO

from tests.faults.catalogue.pictures import page, png, saved, tiff
from tests.faults.catalogue.raw import EXPLICIT, IMPLICIT, plain, whole
from tests.faults.catalogue.row import Row, file_row

FLAGGED = "told program_in_preamble"
PROGRAMS = {
    "PE (MZ)": b"MZ\x90\0" + bytes(56) + struct.pack("<I", 0x80),
    "PE, only its magic": b"MZ",
    "ELF, 64 bits": b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<2H", 2, 62),
    "ELF, 32 bits": b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<2H", 2, 3),
    "Mach-O, 32 bits, big endian": bytes.fromhex("feedface"),
    "Mach-O, 64 bits, big endian": bytes.fromhex("feedfacf"),
    "Mach-O, 32 bits": bytes.fromhex("cefaedfe"),
    "Mach-O, 64 bits": bytes.fromhex("cffaedfe"),
    "Mach-O, universal": bytes.fromhex("cafebabe00000002"),
    "Java class": bytes.fromhex("cafebabe00000034"),
    "shell script": b"#!/bin/sh\ntouch ../../outside/ran\nexit\n",
    "Python script": b"#!/usr/bin/env python3\nopen('ran','w')\n",
    "batch file": b"@echo off\r\necho ran > ran.txt\r\n",
    "DOS program": b"ZM" + bytes(30),
    "Android program": b"dex\n035\0",
    "WebAssembly": b"\0asm\1\0\0\0",
    "shortcut of Windows": bytes.fromhex("4c0000000114020000000000c000000000000046"),
    "installer (MSI)": bytes.fromhex("d0cf11e0a1b11ae1"),
    "HTML with a script": b"<html><script>fetch('http://198.51.100.1')</script><!--",
    "SVG with a script": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>",
    "PHP": b"<?php system($_GET['c']); ?>",
}
DOCUMENTS = {
    "PDF": b"%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "PostScript": b"%!PS-Adobe-3.0\n(%pipe%id) (w) file\n",
    "RTF": b"{\\rtf1{\\object\\objocx",
    "GIF": b"GIF89a\1\0\1\0",
    "JSON": b'{"a": 1, "b": "',
    "SQLite": b"SQLite format 3\0",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "RAR": b"Rar!\x1a\7\0",
    "Ogg": b"OggS\0\2",
    "cabinet": b"MSCF\0\0\0\0",
    "compiled Lua": b"\x1bLua",
}


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    subject = "polyglots"
    for encoding in (EXPLICIT, IMPLICIT):
        for name, head in PROGRAMS.items():
            content = whole(encoding, plain(encoding), preamble=head)
            yield file_row(subject, f"DICOM ({encoding.name}) + {name}", FLAGGED, content)
        for name, head in DOCUMENTS.items():
            content = whole(encoding, plain(encoding), preamble=head)
            yield file_row(subject, f"DICOM ({encoding.name}) + {name}", "picture", content)
    yield from _with_pictures(subject)
    yield from _with_archives(subject)
    yield from _turned_round(subject)


def _dicom() -> bytes:
    return whole(EXPLICIT, plain(EXPLICIT))


def _archive() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("inner.dcm", _dicom())
        made.writestr("../../outside/evil", "evil")
    return stream.getvalue()


def _with_pictures(subject: str) -> Iterator[Row]:
    """Yield files whose DICOM marks lie inside another format: what stands at byte 128 counts."""
    for order in "<>":
        head = tiff((256, 4, 1, 16), (257, 4, 1, 16), order=order)
        yield file_row(subject, f"TIFF{order} + DICOM", "picture", whole(EXPLICIT, plain(EXPLICIT), preamble=head))
    for kind, ending in (("PNG", "png"), ("JPEG", "jpg"), ("BMP", "bmp")):
        content = saved(kind)
        yield file_row(subject, f"{kind} + DICOM behind", "picture", content + _dicom(), file=f"a.{ending}")
        yield file_row(subject, f"{kind} + ZIP behind", "picture", content + _archive(), file=f"a.{ending}")
        yield file_row(
            subject, f"{kind} + a program behind", "picture", content + b"MZ" + bytes(500), file=f"a.{ending}"
        )
        yield file_row(
            subject, f"{kind} + HTML behind", "picture", content + b"<script>alert(1)</script>", file=f"a.{ending}"
        )
        yield file_row(
            subject, f"{kind} in the preamble of DICOM", "picture", whole(EXPLICIT, plain(EXPLICIT), preamble=content)
        )
    yield file_row(
        subject, "TIFF + ZIP behind", "picture", tiff(*page(16, 16), tail=bytes(256) + _archive()), file="a.tif"
    )
    hidden = png(16, 16, data=b"", more=b"")
    yield file_row(
        subject, "PNG without pixels + DICOM behind", "refused picture.damaged", hidden + _dicom(), file="a.png"
    )


def _with_archives(subject: str) -> Iterator[Row]:
    behind = _dicom() + _archive()
    yield file_row(subject, "DICOM + ZIP behind", "picture", behind)
    yield file_row(subject, "DICOM + ZIP behind, named .zip", "1 picture", behind, file="a.zip", way="scan")
    yield file_row(
        subject, "ZIP in the preamble", "picture", whole(EXPLICIT, plain(EXPLICIT), preamble=b"PK\3\4" + bytes(26))
    )
    inside = _archive()
    yield file_row(
        subject, "ZIP + a program behind", "1 is text, 1 picture", inside + b"MZ" + bytes(300), file="a.zip", way="scan"
    )
    yield file_row(
        subject, "a program + ZIP behind", "1 is program", b"MZ" + bytes(300) + inside, file="a.zip", way="scan"
    )
    yield file_row(
        subject, "PDF + ZIP behind", "1 is pdf", b"%PDF-1.7\n" + bytes(300) + inside, file="a.zip", way="scan"
    )
    yield file_row(
        subject,
        "HTML + ZIP behind",
        "1 is not_medical_image",
        b"<html>" + bytes(300) + inside,
        file="a.zip",
        way="scan",
    )


def _turned_round(subject: str) -> Iterator[Row]:
    """Yield what only claims to be a picture."""
    for name, head in {"PE": b"MZ", "ELF": b"\x7fELF"}.items():
        content = head + bytes(400)
        yield file_row(subject, f"{name} named .dcm", "refused dicom.not_dicom", content)
        yield file_row(subject, f"{name} named .png", "refused picture.not_picture", content, file="a.png")
        yield file_row(subject, f"{name} named .exe", "is program", content, file="a.exe")
    for name, content in {"PDF": b"%PDF-1.7\n", "HTML": b"<html><script>", "ZIP": _archive()}.items():
        yield file_row(subject, f"{name} named .dcm", "refused dicom.not_dicom", content)
    yield file_row(subject, "HTML named .jpg", "refused picture.not_picture", b"<html><script>", file="a.jpg")
