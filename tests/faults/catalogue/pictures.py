"""Common pictures that are damaged, or ask for far more than they hold."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image

from tests.faults.catalogue.row import Row, file_row

LARGE = "refused picture.too_large"
DAMAGED = "refused picture.damaged"
MEGA = 2**20


def saved(kind: str, **options: object) -> bytes:
    """Return a small grey picture in a format."""
    stream, grey = BytesIO(), np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(grey).save(stream, kind, **options)
    return stream.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(columns: int, rows: int, *, depth: int = 8, colour: int = 0, data: bytes = b"", more: bytes = b"") -> bytes:
    """Return a PNG with a header that says so, and these pixels."""
    head = struct.pack(">2I5B", columns, rows, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + more + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def tiff(*entries: tuple[int, int, int, int], following: int = 0, order: str = "<", tail: bytes = b"") -> bytes:
    """Return a TIFF of one directory: tag, type, count, value."""
    magic = b"II*\0" if order == "<" else b"MM\0*"
    body = b"".join(struct.pack(f"{order}2H2I", *entry) for entry in sorted(entries))
    return magic + struct.pack(f"{order}IH", 8, len(entries)) + body + struct.pack(f"{order}I", following) + tail


def page(columns: int, rows: int, *more: tuple[int, int, int, int]) -> tuple[tuple[int, int, int, int], ...]:
    """Return the entries of a grey page whose one strip follows."""
    at = 8 + 2 + 12 * (8 + len(more)) + 4
    return ((256, 4, 1, columns), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, at),
            (278, 4, 1, rows), (279, 4, 1, columns * rows % 2**32), *more)  # fmt: skip


def odd_page(changed: dict[int, int], tail: bytes = b"") -> bytes:
    """Return a TIFF of 16 × 16 with other values of these tags."""
    return tiff(*[(tag, kind, count, changed.get(tag, value)) for tag, kind, count, value in page(16, 16)], tail=tail)


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _bombs()
    yield from _damaged()
    yield from _tiffs()
    yield from _names()


def _bombs() -> Iterator[Row]:
    subject = "image bombs"
    zeros = zlib.compress(bytes(200 * MEGA), 9)
    for depth, colour in ((8, 0), (16, 0), (8, 2), (16, 6), (1, 0)):
        for side in (65_535, 2**31 - 1):
            yield file_row(
                subject, f"PNG {side:,} × {side:,}, {depth} bits, kind {colour}", LARGE,
                png(side, side, depth=depth, colour=colour, data=zeros), file="a.png",
            )  # fmt: skip
    yield file_row(subject, "PNG: 200 MB for 16 × 16", "picture", png(16, 16, data=zeros), file="a.png")
    for kind, name in ((b"iCCP", "profile"), (b"zTXt", "text"), (b"iTXt", "international text")):
        middle = b"\0" if kind == b"zTXt" else b"\0\1\0\0\0" if kind == b"iTXt" else b"\0"
        head = b"a\0" + middle[: 1 if kind != b"iTXt" else 5]
        bomb = png(16, 16, data=zlib.compress(bytes(17 * 16)), more=_chunk(kind, head + zeros))
        yield file_row(subject, f"PNG: a {name} of 200 MB", f"picture or {DAMAGED}", bomb, file="a.png")
    grey = bytearray(saved("JPEG"))
    place = grey.index(b"\xff\xc0") + 5
    grey[place : place + 4] = b"\xff\xff\xff\xff"
    yield file_row(subject, "JPEG 65,535 × 65,535", LARGE, bytes(grey), file="a.jpg")
    bitmap = bytearray(saved("BMP"))
    for columns, height in ((65_535, 65_535), (2**31 - 1, 2**31 - 1), (65_535, -65_535)):
        bitmap[18:26] = struct.pack("<2i", columns, height)
        yield file_row(subject, f"BMP {columns:,} × {height:,}", f"{LARGE} or {DAMAGED}", bytes(bitmap), file="a.bmp")
    webp = bytearray(saved("WEBP", lossless=True))
    webp[21:25] = b"\xff\xff\xff\x0f"
    yield file_row(subject, "WebP 16,384 × 16,384", f"{LARGE} or {DAMAGED}", bytes(webp), file="a.webp")


def _damaged() -> Iterator[Row]:
    subject = "damaged pictures"
    endings = {"PNG": "png", "JPEG": "jpg", "TIFF": "tif", "BMP": "bmp", "WEBP": "webp"}
    for kind, ending in endings.items():
        content = saved(kind)
        for share in (0.1, 0.4, 0.8):
            kept = content[: int(share * len(content))]
            expected = f"{DAMAGED} or refused picture.not_picture" + (" or picture" if share > 0.5 else "")
            yield file_row(subject, f"{kind}: {share:.0%} of it", expected, kept, file=f"a.{ending}")
        yield file_row(
            subject,
            f"{kind}: its first 8 bytes",
            f"{DAMAGED} or refused picture.not_picture",
            content[:8],
            file=f"a.{ending}",
        )
        noise = content[: len(content) // 2] + bytes(range(256)) * 4
        yield file_row(subject, f"{kind}: noise in its second half", f"{DAMAGED} or picture", noise, file=f"a.{ending}")
        yield file_row(
            subject, f"{kind}: named as another", "picture", content, file="a.png" if kind != "PNG" else "a.bmp"
        )
        yield file_row(subject, f"{kind}: without a name's ending", "picture", content, file="a")
        yield file_row(subject, f"{kind}: named as DICOM", "picture", content, file="a.dcm")
    for depth, colour in ((3, 0), (8, 5), (0, 0), (255, 255)):
        yield file_row(
            subject,
            f"PNG of {depth} bits, kind {colour}",
            DAMAGED,
            png(16, 16, depth=depth, colour=colour),
            file="a.png",
        )
    yield file_row(subject, "PNG 0 × 0", f"{DAMAGED} or refused file.no_size", png(0, 0), file="a.png")


def _tiffs() -> Iterator[Row]:
    subject = "TIFF directories"
    any_end = f"{DAMAGED} or {LARGE} or picture or refused file.no_size or refused picture.no_page"
    pixels, noise, endless = bytes(256), bytes(range(256)), 2**32 - 1
    right, tiles = page(16, 16), tuple((tag, 4, 1, 8 if tag > 323 else 0) for tag in range(322, 326))
    variants = {
        "right": (tiff(*page(16, 16), tail=pixels), "picture"),
        "65,535 × 65,535": (tiff(*page(65_535, 65_535)), LARGE),
        "2³² − 1 × 2³² − 1": (tiff(*page(2**32 - 1, 2**32 - 1)), LARGE),
        "0 × 0": (tiff(*page(0, 0)), any_end),
        "its directory follows itself": (tiff(*page(16, 16), following=8, tail=pixels), "picture"),
        "a directory behind the end": (tiff(*page(16, 16), following=2**31, tail=pixels), "picture"),
        "no entries": (tiff(), any_end),
        "its strip behind the end": (odd_page({273: 2**31}), DAMAGED),
        "a strip of 4 GB": (odd_page({279: endless}, pixels), any_end),
        "2³² strips": (tiff(*[(t, k, endless if t > 272 else n, v) for t, k, n, v in right], tail=pixels), any_end),
        "an unknown type": (tiff(*[(t, 99, n, v) for t, _, n, v in right], tail=pixels), any_end),
        "an unknown compression": (odd_page({259: 60_000}, pixels), DAMAGED),
        "LZW of noise": (odd_page({259: 5}, noise), any_end),
        "deflate of noise": (odd_page({259: 8}, noise), DAMAGED),
        "JPEG of noise": (odd_page({259: 7}, noise), DAMAGED),
        "a million samples": (tiff(*page(16, 16, (277, 3, 1, 65_535)), tail=pixels), any_end),
        "a float of 24 bits": (tiff(*page(16, 16, (339, 3, 1, 3)), tail=pixels), any_end),
        "a sample of 65,535 bits": (odd_page({258: 65_535}, pixels), any_end),
        "tiles of 0 × 0": (tiff(*page(16, 16, *tiles), tail=pixels), any_end),
        "a description of 4 GB": (tiff(*page(16, 16, (270, 2, 2**32 - 1, 8)), tail=pixels), any_end),
        "big endian, one byte": (b"MM\0*\0", any_end),
        "BigTIFF of nothing": (b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**63), any_end),
    }  # fmt: skip
    for name, (content, expected) in variants.items():
        yield file_row(subject, name, expected, content, file="a.tif")
    yield file_row(subject, "a deflate bomb", any_end, _deflated_strip, file="a.tif")
    yield file_row(subject, "20,000 pages", "picture", _many_pages, file="a.tif")


def _deflated_strip() -> bytes:
    packed = zlib.compress(bytes(400 * MEGA), 9)
    entries = [(t, k, n, {259: 8, 279: len(packed)}.get(t, v)) for t, k, n, v in page(16, 16)]
    return tiff(*entries, tail=packed)


def _many_pages() -> bytes:
    made, entries = bytearray(b"II*\0\x08\0\0\0"), page(16, 16)
    size = 2 + 12 * len(entries) + 4
    strip = 8 + 20_000 * size
    for number in range(20_000):
        following = 8 + (number + 1) * size if number < 19_999 else 0
        made += struct.pack("<H", len(entries))
        made += b"".join(struct.pack("<2H2I", t, k, n, strip if t == 273 else v) for t, k, n, v in entries)
        made += struct.pack("<I", following)
    return bytes(made) + bytes(256)


def _names() -> Iterator[Row]:
    subject = "empty and random files"
    promised = {"a.dcm": "dicom.not_dicom", "a.png": "picture.not_picture", "a.tif": "picture.not_picture"}
    noise = np.random.default_rng(1).integers(0, 256, 5000, np.uint8).tobytes()
    for file, code in promised.items():
        yield file_row(subject, f"{file}: empty", "refused file.empty", b"", file=file)
        yield file_row(subject, f"{file}: random", f"refused {code}", noise, file=file)
        yield file_row(subject, f"{file}: zeros", f"refused {code}", bytes(5000), file=file)
        yield file_row(subject, f"{file}: one byte", f"refused {code}", b"\1", file=file)
        yield file_row(subject, f"{file}: text", f"refused {code}", b"just a text\n", file=file)
    for file, content, what in (
        ("a", b"", "empty"), ("a.txt", b"text\n", "text"), ("a.json", b"{}", "json"), ("a.html", b"<html>", "markup"),
        ("a", noise, "not_medical_image"), ("a.pdf", b"%PDF-1.7\n", "pdf"), ("a.exe", b"MZ" + noise, "program"),
        ("a.gif", b"GIF89a" + noise, "other_picture"), ("a.nii", bytes(344) + b"n+1\0", "nifti"),
        ("a.npy", b"\x93NUMPY\1\0", "numpy"), ("a.sqlite", b"SQLite format 3\0", "database"),
        ("a.rar", b"Rar!" + noise, "archive"),
    ):  # fmt: skip
        yield file_row(subject, f"{file}: {what}", f"is {what}", content, file=file)
