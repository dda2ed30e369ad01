"""Palettes that are missing or too short, and colour tags against the stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import imagecodecs
import numpy as np

from tests.faults.catalogue.raw import (
    ALLOCATED,
    EXPLICIT,
    HIGH,
    PHOTOMETRIC,
    PIXELS,
    SAMPLES,
    SIDE,
    STORED,
    element,
    pixels,
    plain,
    text,
    whole,
    words,
)
from tests.faults.catalogue.row import Row, file_row
from tests.faults.catalogue.streams import coded


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _palettes()
    yield from _colours()


def _palettes() -> Iterator[Row]:
    subject = "palettes"
    bad = "refused dicom.bad_palette"
    full, ok = struct.pack("<256H", *range(0, 65536, 256)), (256, 0, 16)
    variants: dict[str, tuple[tuple[int, ...] | None, bytes | None, str]] = {
        "right": (ok, full, "picture"),
        "no descriptor": (None, full, bad),
        "no table": (ok, None, bad),
        "an empty table": (ok, b"", bad),
        "a table of 4 entries, told 256": (ok, full[:8], "picture"),
        "indices above the table": ((4, 0, 16), full[:8], "picture"),
        "indices below the first": ((256, 60000, 16), full, "picture"),
        "told 0 entries, which are 65,536": ((0, 0, 16), full, "picture"),
        "told 3 bits": ((256, 0, 3), full, "picture or " + bad),
        "told 8 bits, written in words": ((256, 0, 8), full, "picture"),
        "told 8 bits, written in bytes": ((256, 0, 8), bytes(range(256)), "picture"),
        "a descriptor of 2 values": ((256, 0), full, bad),
        "a descriptor of 900 values": ((256,) * 900, full, bad),
    }
    for name, (descriptor, table, expected) in variants.items():
        yield file_row(subject, name, expected, _with_palette(descriptor, table, segmented=False))
    for name, segment in {
        "noise": bytes(range(256)),
        "an endless segment": struct.pack("<3H", 0, 65535, 1),
        "an indirect one that points at itself": struct.pack("<4H", 2, 1, 0, 0),
        "an unknown kind": struct.pack("<4H", 9, 1, 0, 0),
        "a linear one without a start": struct.pack("<3H", 1, 256, 65535),
    }.items():
        yield file_row(subject, f"segmented: {name}", "picture or " + bad, _with_palette(ok, segment, segmented=True))


def _with_palette(descriptor: tuple[int, ...] | None, table: bytes | None, *, segmented: bool) -> bytes:
    changed = {PHOTOMETRIC: text(EXPLICIT, PHOTOMETRIC, "CS", "PALETTE COLOR")}
    for colour in range(3):
        if descriptor is not None:
            changed[0x00281101 + colour] = words(EXPLICIT, 0x00281101 + colour, *descriptor)
        tag = (0x00281221 if segmented else 0x00281201) + colour
        if table is not None:
            changed[tag] = element(EXPLICIT, tag, "OW", table)
    return whole(EXPLICIT, {**plain(EXPLICIT), **changed})


def _colours() -> Iterator[Row]:
    subject = "colour tags against the stream"
    flat = np.full((SIDE, SIDE, 3), (200, 30, 60), np.uint8)
    made = {
        "JPEG": imagecodecs.jpeg_encode(flat, level=95),
        "JPEG-LS": imagecodecs.jpegls_encode(flat),
        "JPEG 2000": imagecodecs.jpeg2k_encode(flat, reversible=True, level=0),
        "JPEG XL": imagecodecs.jpegxl_encode(flat, lossless=True),
    }
    for kind, data in made.items():
        for told in (
            "RGB",
            "YBR_FULL_422",
            "YBR_ICT",
            "YBR_RCT",
            "MONOCHROME2",
            "PALETTE COLOR",
            "CMYK",
            "",
            "NOT A COLOUR",
        ):
            changed = {
                SAMPLES: words(EXPLICIT, SAMPLES, 3),
                PHOTOMETRIC: text(EXPLICIT, PHOTOMETRIC, "CS", told),
                ALLOCATED: words(EXPLICIT, ALLOCATED, 8),
                STORED: words(EXPLICIT, STORED, 8),
                HIGH: words(EXPLICIT, HIGH, 7),
            }
            yield file_row(
                subject,
                f"{kind}: a colour stream, told {told or 'nothing'}",
                "picture",
                coded(kind, data, changed=changed),
            )
        one = {SAMPLES: words(EXPLICIT, SAMPLES, 1)}
        yield file_row(subject, f"{kind}: a colour stream, told one sample", "picture", coded(kind, data, changed=one))
    for kind in ("JPEG", "JPEG-LS", "JPEG 2000", "RLE"):
        three = {SAMPLES: words(EXPLICIT, SAMPLES, 3), PHOTOMETRIC: text(EXPLICIT, PHOTOMETRIC, "CS", "RGB")}
        expected = "picture" if kind != "RLE" else "refused dicom.frame_damaged"
        yield file_row(subject, f"{kind}: a grey stream, told RGB", expected, coded(kind, changed=three))
    for told in ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "HSV", "ARGB", "CMYK"):
        grey = {PHOTOMETRIC: text(EXPLICIT, PHOTOMETRIC, "CS", told)}
        yield file_row(subject, f"plain grey, told {told}", "picture", whole(EXPLICIT, {**plain(EXPLICIT), **grey}))
        colour = {**grey, SAMPLES: words(EXPLICIT, SAMPLES, 3), ALLOCATED: words(EXPLICIT, ALLOCATED, 8),
                  STORED: words(EXPLICIT, STORED, 8), HIGH: words(EXPLICIT, HIGH, 7),
                  PIXELS: pixels(EXPLICIT, flat.tobytes(), vr="OB")}  # fmt: skip
        yield file_row(subject, f"plain colour, told {told}", "picture", whole(EXPLICIT, {**plain(EXPLICIT), **colour}))
