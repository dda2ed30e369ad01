"""Nesting, lengths, counts and sizes that no honest file has."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from tests.faults.catalogue.headers import DEFLATED, PREAMBLE
from tests.faults.catalogue.raw import (
    BIG,
    EXPLICIT,
    IMPLICIT,
    ITEM_END,
    NATIVE,
    PIXELS,
    SEQUENCE_END,
    UNDEFINED,
    Encoding,
    data_set,
    delimiter,
    element,
    image,
    item,
    meta,
    pixels,
    plain,
    text,
    whole,
)
from tests.faults.catalogue.row import Row, file_row

SEQUENCE, PRIVATE = 0x00081140, 0x00091010
MEGA = 2**20


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _nested()
    yield from _huge_lengths()
    yield from _without_delimiter()
    yield from _many()
    yield from _long_lists()
    yield from _bombs()


def nested(encoding: Encoding, depth: int, *, defined: bool) -> bytes:
    """Return a sequence in a sequence, `depth` deep."""
    order, data = encoding.order, b""
    if not defined:
        head = element(encoding, SEQUENCE, "SQ", b"", length=UNDEFINED) + item(b"", order=order, length=UNDEFINED)
        return head * depth + (delimiter(ITEM_END, order) + delimiter(SEQUENCE_END, order)) * depth
    parts: list[bytes] = []  # from the inside out: each head tells the length of all within
    inside = 0
    for _ in range(depth):
        part = item(b"", order=order, length=inside)
        inside += len(part)
        head = element(encoding, SEQUENCE, "SQ", b"", length=inside)
        inside += len(head)
        parts.append(head + part)
    return data.join(reversed(parts))


def _nested() -> Iterator[Row]:
    subject = "nesting bombs"
    for encoding in NATIVE:
        for depth in (100, 1000, 20_000):
            for defined in (False, True):
                elements = {**plain(encoding), SEQUENCE: nested(encoding, depth, defined=defined)}
                kind = "defined" if defined else "undefined"
                yield file_row(
                    subject, f"{encoding.name}: {depth} deep, {kind} lengths", "picture or refused dicom.nested",
                    lambda e=encoding, s=elements: whole(e, s),
                )  # fmt: skip
    inside = item(nested(IMPLICIT, 5000, defined=False), length=UNDEFINED) + delimiter(ITEM_END) + delimiter()
    as_unknown = element(EXPLICIT, PRIVATE, "UN", inside, length=UNDEFINED)
    yield file_row(
        subject, "5000 deep in an unknown element", "picture or refused dicom.nested",
        whole(EXPLICIT, {**plain(EXPLICIT), PRIVATE: as_unknown}),
    )  # fmt: skip
    referred = text(EXPLICIT, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.66.4")
    deep = {**plain(EXPLICIT), 0x00080016: referred, SEQUENCE: nested(EXPLICIT, 3000, defined=False)}
    yield file_row(subject, "3000 deep in a segmentation", "picture or refused dicom.nested", whole(EXPLICIT, deep))


def _huge_lengths() -> Iterator[Row]:
    subject = "declared 4 GB"
    for encoding in NATIVE:
        for length in (0xFFFFFFFE, 0x80000000, 0x7FFFFFFE):
            late = {**plain(encoding), PIXELS: pixels(encoding, length=length)}
            yield file_row(
                subject, f"{encoding.name}: pixels of {length:,} bytes", "refused dicom.truncated or picture",
                whole(encoding, late),
            )  # fmt: skip
            early = {**plain(encoding), PRIVATE: element(encoding, PRIVATE, "OB", b"ab", length=length)}
            yield file_row(
                subject, f"{encoding.name}: a private element of {length:,} bytes",
                "refused dicom.cut_off or is no_pixels",
                whole(encoding, early),
            )  # fmt: skip
            wide = {**plain(encoding), SEQUENCE: element(encoding, SEQUENCE, "SQ", item(b"ab"), length=length)}
            yield file_row(
                subject, f"{encoding.name}: a sequence of {length:,} bytes",
                "refused dicom.cut_off or refused dicom.damaged or is no_pixels or picture", whole(encoding, wide),
            )  # fmt: skip
    for length in (0xFFFFFFFE, 0x80000000):
        body = item(b"") + item(b"\xff\xd8\xff", length=length)
        late = {**image(EXPLICIT), PIXELS: element(EXPLICIT, PIXELS, "OB", body, length=UNDEFINED)}
        yield file_row(
            subject, f"a fragment of {length:,} bytes", "refused dicom.truncated",
            whole(EXPLICIT, late, uid="1.2.840.10008.1.2.4.50"),
        )  # fmt: skip


def _without_delimiter() -> Iterator[Row]:
    subject = "sequences without delimiter"
    expected = "refused dicom.cut_off or refused dicom.damaged or picture or is no_pixels"
    for encoding in NATIVE:
        order = encoding.order
        inner = text(encoding, 0x00081150, "UI", "1.2.3")
        open_item = item(inner, order=order, length=UNDEFINED)
        variants = {
            "neither the item nor the sequence ends": open_item,
            "the item ends, the sequence does not": open_item + delimiter(ITEM_END, order),
            "the sequence ends, the item does not": open_item + delimiter(SEQUENCE_END, order),
            "a stray delimiter": delimiter(SEQUENCE_END, order) * 2,
            "no item, but text": b"this is no item at all",
        }
        for name, body in variants.items():
            bad = {**plain(encoding), SEQUENCE: element(encoding, SEQUENCE, "SQ", body, length=UNDEFINED)}
            yield file_row(subject, f"{encoding.name}: {name}", expected, whole(encoding, bad))


def _many() -> Iterator[Row]:
    subject = "two million elements"
    expected = "picture or refused reader.memory or refused dicom.too_many"
    for encoding in (EXPLICIT, IMPLICIT):
        yield file_row(subject, f"{encoding.name}: private", expected, lambda e=encoding: _many_elements(e))
        yield file_row(subject, f"{encoding.name}: items of a sequence", expected, lambda e=encoding: _many_items(e))
    yield file_row(subject, "big endian: private", expected, lambda: _many_elements(BIG))


def _many_elements(encoding: Encoding) -> bytes:
    order = encoding.order
    made = bytearray()
    for group in range(0x0009, 0x0009 + 2 * 31, 2):
        for number in range(0x1000, 0x10000 + 0x1000):
            made += struct.pack(f"{order}HH", group, min(number, 0xFFFF)) + (
                b"LO" + struct.pack(f"{order}H", 0) if encoding.explicit else bytes(4)
            )
    elements = plain(encoding)
    low = {tag: data for tag, data in elements.items() if tag < 0x00090000}
    high = {tag: data for tag, data in elements.items() if tag > 0x00480000}
    middle = {tag: data for tag, data in elements.items() if tag not in low and tag not in high}
    return PREAMBLE + meta(encoding.uid) + data_set(low) + data_set(middle) + bytes(made) + data_set(high)


def _many_items(encoding: Encoding) -> bytes:
    body = item(b"") * 2_000_000
    return whole(encoding, {**plain(encoding), SEQUENCE: element(encoding, SEQUENCE, "SQ", body)})


def _long_lists() -> Iterator[Row]:
    subject = "value lists of megabytes"
    lists = {
        "Image Type": (0x00080008, "CS", b"A\\"),
        "Window Center": (0x00281050, "DS", b"1.5\\"),
        "Window Width": (0x00281051, "DS", b"400\\"),
        "Image Position": (0x00200032, "DS", b"1.0\\"),
        "Pixel Spacing": (0x00280030, "DS", b"0.5\\"),
        "Frame Time Vector": (0x00181065, "DS", b"40\\"),
        "Instance Number": (0x00200013, "IS", b"1\\"),
        "Patient's Name": (0x00100010, "PN", b"A^B\\"),
        "Other IDs": (0x00101000, "LO", b"A\\"),
        "Study UID": (0x0020000D, "UI", b"1.2\\"),
        "Series Description": (0x0008103E, "LO", b"x\\"),
    }
    for encoding in (EXPLICIT, IMPLICIT):
        for name, (tag, vr, one) in lists.items():
            sizes = ((60_000, vr), (5 * MEGA, "UN")) if encoding.explicit else ((5 * MEGA, vr), (20 * MEGA, vr))
            for size, code in sizes:
                yield file_row(
                    subject, f"{encoding.name}: {name}, {size:,} bytes", "picture or refused dicom.nested",
                    lambda e=encoding, t=tag, c=code, o=one, n=size: _with_list(e, t, c, o * (n // len(o))),
                )  # fmt: skip


def _with_list(encoding: Encoding, tag: int, vr: str, data: bytes) -> bytes:
    return whole(encoding, {**plain(encoding), tag: element(encoding, tag, vr, data[: len(data) // 2 * 2])})


def _bombs() -> Iterator[Row]:
    subject = "deflate bombs"
    for size in (600 * MEGA, 2000 * MEGA):
        yield file_row(
            subject, f"a data set of {size // MEGA} MB", "refused dicom.inflated", lambda n=size: _deflate_bomb(n)
        )
        yield file_row(subject, f"gzip of {size // MEGA} MB", "refused file.inflated", lambda n=size: _gzip_bomb(n))
    yield file_row(subject, "a frame", "picture or refused dicom.truncated", _frame_bomb)
    yield file_row(
        subject, "gzip, cut off", "refused file.gzip_damaged", gzip.compress(whole(EXPLICIT, plain(EXPLICIT)))[:-20]
    )
    yield file_row(
        subject,
        "gzip in gzip",
        "refused dicom.not_dicom",
        gzip.compress(gzip.compress(whole(EXPLICIT, plain(EXPLICIT)))),
    )
    yield file_row(subject, "gzip of a good file", "picture", gzip.compress(whole(EXPLICIT, plain(EXPLICIT))))


def _zeros_deflated(size: int, wbits: int, head: bytes = b"") -> bytes:
    packer, made = zlib.compressobj(9, wbits=wbits), BytesIO()
    made.write(packer.compress(head))
    chunk = bytes(8 * MEGA)
    for _ in range(size // len(chunk)):
        made.write(packer.compress(chunk))
    made.write(packer.flush())
    return made.getvalue()


def _deflate_bomb(size: int) -> bytes:
    head = data_set(image(EXPLICIT)) + element(EXPLICIT, PIXELS, "OW", b"", length=size)
    return PREAMBLE + meta(DEFLATED) + _zeros_deflated(size, -zlib.MAX_WBITS, head)


def _gzip_bomb(size: int) -> bytes:
    return _zeros_deflated(size, 16 + zlib.MAX_WBITS, PREAMBLE)


def _frame_bomb() -> bytes:
    stream = _zeros_deflated(400 * MEGA, -zlib.MAX_WBITS)
    body = item(b"") + item(stream + b"\0" * (len(stream) % 2)) + delimiter()
    coded = element(EXPLICIT, PIXELS, "OB", body, length=UNDEFINED)
    return whole(EXPLICIT, {**image(EXPLICIT), PIXELS: coded}, uid="1.2.840.10008.1.2.8.1")
