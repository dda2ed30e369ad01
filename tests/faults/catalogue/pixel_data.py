"""Pixels that are not there as the header says: sizes, frames, offset tables, fragments."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.faults.catalogue.raw import (
    ALLOCATED,
    COLUMNS,
    EXPLICIT,
    FRAMES,
    HIGH,
    NATIVE,
    PIXELS,
    ROWS,
    SAMPLES,
    STORED,
    UNDEFINED,
    element,
    image,
    item,
    plain,
    text,
    whole,
    words,
)
from tests.faults.catalogue.row import Row, file_row
from tests.faults.catalogue.streams import JPEG_LS, SYNTAXES, coded, stream

MOST = 65535
LARGE = "refused dicom.too_large"


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _sizes()
    yield from _frames()
    yield from _fragments()


def _sizes() -> Iterator[Row]:
    subject = "65,535 × 65,535, 0 rows"
    for encoding in NATIVE:
        for bits in (8, 16, 32):
            large = {ROWS: words(encoding, ROWS, MOST), COLUMNS: words(encoding, COLUMNS, MOST)}
            large[ALLOCATED] = words(encoding, ALLOCATED, bits)
            yield file_row(
                subject, f"{encoding.name}, {bits} bits", LARGE, whole(encoding, {**plain(encoding), **large})
            )
        for name, tag in (("rows", ROWS), ("columns", COLUMNS)):
            none = {tag: words(encoding, tag, 0)}
            expected = "refused dicom.no_size"
            yield file_row(
                subject, f"{encoding.name}, 0 {name}", expected, whole(encoding, {**plain(encoding), **none})
            )
            absent = {t: data for t, data in plain(encoding).items() if t != tag}
            yield file_row(subject, f"{encoding.name}, no {name} at all", expected, whole(encoding, absent))
    for kind in SYNTAXES:
        large = {ROWS: words(EXPLICIT, ROWS, MOST), COLUMNS: words(EXPLICIT, COLUMNS, MOST)}
        yield file_row(subject, f"{kind}: told, the stream is small", LARGE, coded(kind, changed=large))
    for samples, bits in ((0, 16), (2, 8), (5, 8), (300, 8), (1, 0), (1, 48), (1, 65535)):
        changed = {SAMPLES: words(EXPLICIT, SAMPLES, samples), ALLOCATED: words(EXPLICIT, ALLOCATED, bits)}
        expected = "picture" if samples == 0 or bits == 0 else "refused dicom.bad_layout"
        yield file_row(
            subject, f"{samples} samples of {bits} bits", expected, whole(EXPLICIT, {**plain(EXPLICIT), **changed})
        )
    for name, stored, high in (("more stored than allocated", 64, 15), ("high bit 200", 12, 200), ("0 stored", 0, 15)):
        changed = {STORED: words(EXPLICIT, STORED, stored), HIGH: words(EXPLICIT, HIGH, high)}
        yield file_row(subject, name, "picture", whole(EXPLICIT, {**plain(EXPLICIT), **changed}))


def _frames() -> Iterator[Row]:
    subject = "2³¹ frames, frames absent"
    for told, expected in {
        "2147483648": "refused dicom.truncated",
        "99999999999999999999": "refused dicom.truncated",
        "2147483647": "refused dicom.truncated",
        "2": "refused dicom.truncated",
        "0": "picture",
        "-1": "picture",
        "": "picture",
        "many": "picture",
        "1e9": "refused dicom.truncated",
        "nan": "picture",
        "1\\2": "picture",
    }.items():
        for encoding in NATIVE:
            changed = {FRAMES: text(encoding, FRAMES, "IS", told)}
            yield file_row(
                subject, f"{encoding.name}: {told!r} frames", expected, whole(encoding, {**plain(encoding), **changed})
            )
    for kind in SYNTAXES:
        for told in (3, 2**31):
            changed = {FRAMES: text(EXPLICIT, FRAMES, "IS", str(told))}
            yield file_row(
                subject,
                f"{kind}: {told:,} frames, one there",
                "refused dicom.frames_absent",
                coded(kind, changed=changed),
            )


def _fragments() -> Iterator[Row]:
    subject = "offset tables, fragments, delimiters"
    one, two = stream("JPEG-LS"), {FRAMES: text(EXPLICIT, FRAMES, "IS", "2")}
    length = len(one) + len(one) % 2
    right = struct.pack("<2I", 0, length + 8)
    tables = {
        "empty": b"",
        "right": right,
        "all zeros": bytes(8),
        "beyond the end": struct.pack("<2I", 0, 2**31),
        "falling": struct.pack("<2I", length + 8, 0),
        "inside a fragment": struct.pack("<2I", 0, 5),
        "too short": bytes(4),
        "too long": right + struct.pack("<2I", 7, 9),
        "of an odd length": right + b"\1",
        "of a million entries": struct.pack("<I", 3) * 1_000_000,
    }
    for name, table in tables.items():
        expected = "refused dicom.syntax_unknown" if "odd" in name else "picture"
        yield file_row(subject, f"table {name}", expected, coded("JPEG-LS", one, one, changed=two, table=table))
    single = image(EXPLICIT)
    bodies = {
        "no fragment": (item(b"") + b"\xfe\xff\xdd\xe0" + bytes(4), "refused dicom.no_fragments"),
        "no table, no fragment": (b"\xfe\xff\xdd\xe0" + bytes(4), "refused dicom.no_fragments"),
        "nothing at all": (b"", "refused dicom.truncated"),
        "an empty fragment": (item(b"") + item(b""), "refused dicom.frame_damaged"),
        "no delimiter": (item(b"") + item(one + b"\0" * (len(one) % 2)), "picture"),
        "a delimiter inside a fragment": (item(b"") + item(one[:20] + b"\xfe\xff\xdd\xe0" + bytes(4) + one[28:]),
                                          "picture or refused dicom.frame_damaged"),
        "rubbish in place of an item": (item(b"") + b"rubbish!" * 4, "refused dicom.no_fragments"),
        "rubbish behind": (item(b"") + item(one + b"\0" * (len(one) % 2)) + b"rubbish!" * 4, "picture"),
        "a table that is the picture": (item(one + b"\0" * (len(one) % 2)),
                                        "picture or refused dicom.no_fragments or refused dicom.frame_damaged"),
        "a hundred thousand empty fragments": (item(b"") * 100_000, "refused dicom.frame_damaged"),
    }  # fmt: skip
    for name, (body, expected) in bodies.items():
        value = element(EXPLICIT, PIXELS, "OB", body, length=UNDEFINED)
        yield file_row(subject, name, expected, whole(EXPLICIT, {**single, PIXELS: value}, uid=JPEG_LS))
    for kind in SYNTAXES:
        data = stream(kind)
        pieces = [data[i : i + 20] for i in range(0, len(data), 20)]
        yield file_row(subject, f"{kind} in fragments of 20 bytes", "picture", coded(kind, *pieces))
        expected = "picture or refused dicom.frame_damaged or refused dicom.truncated"
        yield file_row(subject, f"{kind}: the last fragment is missing", expected, coded(kind, *pieces[:-1]))
    for name, offsets in {"zeros": (0, 0), "beyond": (0, 2**62), "one too few": (0,)}.items():
        extended = element(EXPLICIT, 0x7FE00001, "OV", struct.pack(f"<{len(offsets)}Q", *offsets))
        changed = {**two, 0x7FE00001: extended}
        yield file_row(subject, f"extended table: {name}", "picture", coded("JPEG-LS", one, one, changed=changed))
