"""Codestreams that contradict the header, are damaged, or are wrapped wrongly."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np

from tests.faults.catalogue.raw import (
    ALLOCATED,
    COLUMNS,
    EXPLICIT,
    HIGH,
    ROWS,
    SIDE,
    SIGN,
    STORED,
    ramp,
    words,
)
from tests.faults.catalogue.row import Row, file_row
from tests.faults.catalogue.streams import SYNTAXES, coded, stream

DAMAGE = ("frame_damaged", "truncated", "frame_size", "syntax_unknown", "no_size", "jpeg_process", "multi_component")
ANY_DAMAGE = " or ".join(("picture", *(f"refused dicom.{code}" for code in DAMAGE)))


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _wrappers()
    yield from _against_the_stream()
    yield from _damaged_streams()


def _box(kind: bytes, data: bytes, *, length: int | None = None) -> bytes:
    return struct.pack(">I", 8 + len(data) if length is None else length) + kind + data


def _wrappers() -> Iterator[Row]:
    subject = "JP2 wrappers"
    bare, signature = stream("JPEG 2000"), b"\0\0\0\x0cjP  \r\n\x87\n"
    ftyp, size = _box(b"ftyp", b"jp2 \0\0\0\0jp2 "), struct.pack(">2IHBBBB", SIDE, SIDE, 1, 15, 7, 0, 0)
    head = _box(b"jp2h", _box(b"ihdr", size) + _box(b"colr", b"\1\0\0\0\0\0\x11"))
    wrong = _box(b"jp2h", _box(b"ihdr", struct.pack(">2IHBBBB", 2**31, 2**31, 400, 255, 7, 0, 0)))
    wrapped = {
        "right": (signature + ftyp + head + _box(b"jp2c", bare), "picture"),
        "a last box of length 0": (signature + ftyp + head + _box(b"jp2c", bare, length=0), "picture"),
        "a box of length 1 without its long length": (
            signature + ftyp + head + _box(b"jp2c", bare, length=1),
            "picture",
        ),
        "a box of length 7": (signature + ftyp + _box(b"jp2h", b"", length=7) + bare, "picture"),
        "a box of 4 GB": (signature + ftyp + _box(b"jp2h", b"", length=0xFFFFFFFF) + bare, "picture"),
        "a box that holds itself": (
            signature + ftyp + _box(b"jp2h", _box(b"jp2h", b"", length=8) * 500) + bare,
            "picture",
        ),
        "no header box": (signature + ftyp + _box(b"jp2c", bare), "picture"),
        "a header of 2³¹ × 2³¹": (signature + ftyp + wrong + _box(b"jp2c", bare), "picture"),
        "no stream": (signature + ftyp + head, "refused dicom.frame_damaged"),
        "a signature and nothing else": (signature, "refused dicom.frame_damaged"),
        "an empty stream": (signature + ftyp + head + _box(b"jp2c", b""), "refused dicom.frame_damaged"),
        "a cut stream": (signature + ftyp + head + _box(b"jp2c", bare[:60]), "refused dicom.frame_damaged"),
        "a hundred thousand boxes": (
            signature + ftyp + _box(b"free", b"") * 100_000 + head + _box(b"jp2c", bare),
            "picture",
        ),
    }
    for name, (data, expected) in wrapped.items():
        yield file_row(subject, name, expected, coded("JPEG 2000", data))


def _against_the_stream() -> Iterator[Row]:
    subject = "bits, sign or size against the stream"
    signed = imagecodecs.jpeg2k_encode((ramp("i2") - 100), reversible=True, level=0)
    yield file_row(
        subject, "JPEG 2000: a signed stream, unsigned tags", "told codestream_sign", coded("JPEG 2000", signed)
    )
    negative = {SIGN: words(EXPLICIT, SIGN, 1)}
    yield file_row(
        subject, "JPEG 2000: an unsigned stream, signed tags", "picture", coded("JPEG 2000", changed=negative)
    )
    for kind in ("JPEG-LS", "JPEG 2000", "lossless JPEG", "RLE", "HTJ2K", "JPEG XL"):
        for side, name in ((2 * SIDE, "twice as large"), (SIDE // 2, "half as large")):
            expected = (
                "told codestream_size"
                if kind != "RLE"
                else "picture or refused dicom.truncated or refused dicom.frame_damaged"
            )
            yield file_row(subject, f"{kind}: {name}", expected, coded(kind, stream(kind, side)))
    for stored in (1, 4, 8, 12):
        few = {STORED: words(EXPLICIT, STORED, stored), HIGH: words(EXPLICIT, HIGH, stored - 1)}
        bright = imagecodecs.jpegls_encode(np.full((SIDE, SIDE), 60_000, np.uint16))
        name = f"JPEG-LS: a stream of 16 bits, tags of {stored}"
        yield file_row(subject, name, "picture", coded("JPEG-LS", bright, changed=few))
    narrow = {
        ALLOCATED: words(EXPLICIT, ALLOCATED, 8),
        STORED: words(EXPLICIT, STORED, 8),
        HIGH: words(EXPLICIT, HIGH, 7),
    }
    for kind in ("JPEG-LS", "JPEG 2000", "lossless JPEG"):
        yield file_row(subject, f"{kind}: tags of 8 bits", "picture", coded(kind, changed=narrow))
    yield file_row(subject, "RLE: tags of 8 bits", "refused dicom.frame_damaged", coded("RLE", changed=narrow))


def _damaged_streams() -> Iterator[Row]:
    subject = "streams that are damaged or bombs"
    for kind in SYNTAXES:
        data = stream(kind)
        variants = {
            "cut in half": data[: len(data) // 2],
            "its first bytes only": data[:12],
            "noise behind its head": data[:40] + bytes(range(256)) * 2,
            "all zeros": bytes(256),
            "all ones": b"\xff" * 256,
        }
        for name, damaged in variants.items():
            yield file_row(subject, f"{kind}: {name}", ANY_DAMAGE, coded(kind, damaged))
    sof = {"JPEG": b"\xff\xc0", "lossless JPEG": b"\xff\xc3", "JPEG-LS": b"\xff\xf7"}
    for kind, marker in sof.items():
        data = bytearray(stream(kind))
        place = data.index(marker) + 5
        data[place : place + 4] = b"\xff\xff\xff\xff"
        yield file_row(
            subject, f"{kind}: a stream of 65,535 × 65,535", "refused dicom.frame_size", coded(kind, bytes(data))
        )
    for kind in ("JPEG 2000", "HTJ2K"):
        data = bytearray(stream(kind))
        size = data.index(b"\xff\x4f\xff\x51") + 8
        data[size : size + 8] = b"\x7f\xff\xff\xff" * 2
        yield file_row(subject, f"{kind}: a stream of 2³¹ × 2³¹", "refused dicom.frame_size", coded(kind, bytes(data)))
        data = bytearray(stream(kind))
        data[size + 32 : size + 34] = b"\x40\0"
        expected = "refused dicom.multi_component"
        yield file_row(subject, f"{kind}: 16,384 components", expected, coded(kind, bytes(data)))
    for count, offsets in (
        (0, ()),
        (16, ()),
        (2**31, ()),
        (2, (64, 2**31)),
        (2, (2**31, 64)),
        (2, (0, 0)),
        (15, (64,) * 15),
    ):
        head = struct.pack("<I", count) + struct.pack(f"<{len(offsets)}I", *offsets)
        yield file_row(
            subject, f"RLE: {count} segments at {offsets[:2]}", "refused dicom.frame_damaged",
            coded("RLE", head.ljust(64, b"\0") + bytes(64)),
        )  # fmt: skip
    large = {ROWS: words(EXPLICIT, ROWS, 16000), COLUMNS: words(EXPLICIT, COLUMNS, 16000)}
    yield file_row(
        subject, "RLE: 456 bytes that claim 512 MB", "refused dicom.frame_damaged", coded("RLE", changed=large)
    )
