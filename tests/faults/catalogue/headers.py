"""Headers that are missing, wrong, cut off, or written in a way that the file does not tell."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.faults.catalogue.raw import (
    ALLOCATED,
    BIG,
    COLUMNS,
    EXPLICIT,
    IMPLICIT,
    MODALITY,
    NATIVE,
    PIXELS,
    ROWS,
    SIGN,
    SOP_CLASS,
    Encoding,
    data_set,
    element,
    fragments,
    image,
    meta,
    pixels,
    plain,
    tag_bytes,
    text,
    whole,
)
from tests.faults.catalogue.row import Row, file_row
from tests.faults.catalogue.streams import JPEG_LS, SYNTAXES, coded, stream

DEFLATED = "1.2.840.10008.1.2.1.99"
CUTS = (0.02, 0.15, 0.3, 0.5, 0.75, 0.98)
CUT_OFF = " or ".join(
    (*(f"refused dicom.{code}" for code in ("cut_off", "truncated", "empty", "no_fragments")), "is no_pixels")
)
PREAMBLE = bytes(128) + b"DICM"


def deflated(data: bytes) -> bytes:
    """Return a data set deflated as PS3.5 A.5 asks."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _without_parts()
    yield from _meta_variants()
    yield from _cut_off()
    yield from _representations()
    yield from _odd_lengths()
    yield from _classes()
    yield from _encodings_that_lie()


def _without_parts() -> Iterator[Row]:
    subject = "no preamble, no meta header"
    for encoding in NATIVE:
        body = data_set(plain(encoding))
        yield file_row(subject, f"{encoding.name}: data set alone", "picture", body)
        yield file_row(subject, f"{encoding.name}: preamble, no meta", "picture", PREAMBLE + body)
        yield file_row(subject, f"{encoding.name}: meta, no preamble", "picture", meta(encoding.uid) + body)
        yield file_row(
            subject, f"{encoding.name}: no name ending", "picture", whole(encoding, plain(encoding)), file="A"
        )
    yield file_row(subject, "meta alone", "refused dicom.empty", PREAMBLE + meta(EXPLICIT.uid))
    yield file_row(subject, "DICM and nothing else", "refused dicom.empty", PREAMBLE)
    yield file_row(subject, "a preamble and nothing else", "refused dicom.not_dicom", bytes(128))
    yield file_row(subject, "DICM at the very start", "refused dicom.not_dicom", b"DICM" + meta(EXPLICIT.uid))
    yield file_row(
        subject, "a preamble that is no zeros", "picture", whole(EXPLICIT, plain(EXPLICIT), preamble=b"\xa5" * 128)
    )


def _meta_variants() -> Iterator[Row]:
    subject = "meta header that is wrong"
    for encoding in NATIVE:
        body = data_set(plain(encoding))
        variants = {
            "no group length": meta(encoding.uid, group_length=False),
            "group length 0": meta(encoding.uid, group_length=0),
            "group length 10 bytes short": meta(encoding.uid, group_length=100),
            "group length far too long": meta(encoding.uid, group_length=2**31 - 1),
            "no transfer syntax": meta(""),
            "transfer syntax unknown": meta("1.2.3.4.5.6.7"),
            "transfer syntax not a UID": meta("explicit please"),
            "in implicit VR": meta(encoding.uid, encoding=IMPLICIT),
            "twice": meta(encoding.uid) + meta(encoding.uid),
        }
        for name, head in variants.items():
            yield file_row(subject, f"{encoding.name}: {name}", "picture", PREAMBLE + head + body)


def _cut_off() -> Iterator[Row]:
    subject = "truncated"
    made = {encoding.name: whole(encoding, plain(encoding)) for encoding in NATIVE}
    made |= {kind: coded(kind) for kind in SYNTAXES}
    for name, content in made.items():
        start = len(PREAMBLE) + len(meta(EXPLICIT.uid))
        for share in CUTS:
            kept = content[: start + int(share * (len(content) - start))]
            expected = CUT_OFF + (" or picture" if share == CUTS[-1] else "")  # no more than the delimiter may be gone
            yield file_row(subject, f"{name}: {share:.0%} of the data set", expected, kept)
        yield file_row(
            subject, f"{name}: in the meta header", "refused dicom.empty or refused dicom.damaged", content[:180]
        )
        yield file_row(subject, f"{name}: one byte short", "refused dicom.truncated or picture", content[:-1])
    packed = deflated(data_set(plain(EXPLICIT)))
    for share in CUTS:
        yield file_row(
            subject,
            f"deflated: {share:.0%}",
            CUT_OFF,
            PREAMBLE + meta(DEFLATED) + packed[: int(share * len(packed))],
        )


def _representations() -> Iterator[Row]:
    subject = "wrong, unknown or UN value representations"
    side = struct.pack("<H", 16)
    odd = {
        "Rows as UN": {ROWS: element(EXPLICIT, ROWS, "UN", side)},
        "Rows as OB": {ROWS: element(EXPLICIT, ROWS, "OB", side)},
        "Rows as IS": {ROWS: text(EXPLICIT, ROWS, "IS", "16")},
        "Rows as DS": {ROWS: text(EXPLICIT, ROWS, "DS", "16.0")},
        "Rows as UL": {ROWS: element(EXPLICIT, ROWS, "UL", side + b"\0\0")},
        "Rows as SS": {ROWS: element(EXPLICIT, ROWS, "SS", side)},
        "Rows as FD": {ROWS: element(EXPLICIT, ROWS, "FD", struct.pack("<d", 16))},
        "all numbers as UN": {t: element(EXPLICIT, t, "UN", side) for t in (ROWS, COLUMNS, ALLOCATED)},
        "Modality as UN": {MODALITY: element(EXPLICIT, MODALITY, "UN", b"OT")},
        "pixels as UN": {PIXELS: pixels(EXPLICIT, vr="UN")},
        "pixels as OB": {PIXELS: pixels(EXPLICIT, vr="OB")},
        "pixels as UT": {PIXELS: pixels(EXPLICIT, vr="UT")},
        "a private sequence as UN": {0x00091010: element(EXPLICIT, 0x00091010, "UN", b"\xfe\xff\0\xe0" + bytes(4))},
    }
    for name, changed in odd.items():
        yield file_row(subject, name, "picture", whole(EXPLICIT, {**plain(EXPLICIT), **changed}))
    for code in ("ZZ", "??", "us", "\0\0", "\xff\xff", "  "):
        changed = {0x00081030: element(EXPLICIT, 0x00081030, code, b"text")}
        expected = "picture or refused dicom.damaged or refused dicom.cut_off"
        yield file_row(subject, f"representation {code!r}", expected, whole(EXPLICIT, {**plain(EXPLICIT), **changed}))
    for tag, name in (
        (ROWS, "Rows"),
        (SIGN, "Pixel Representation"),
        (SOP_CLASS, "SOP Class UID"),
        (MODALITY, "Modality"),
    ):
        changed = {tag: element(EXPLICIT, tag, "PN", b"\xff\xfe\\^^=\0 ")}
        expected = "refused dicom.no_size" if tag == ROWS else "picture"
        yield file_row(subject, f"rubbish in {name}", expected, whole(EXPLICIT, {**plain(EXPLICIT), **changed}))


def _odd_lengths() -> Iterator[Row]:
    subject = "odd lengths"
    for encoding in NATIVE:
        odd = {**plain(encoding), 0x00081030: element(encoding, 0x00081030, "LO", b"odd")}
        yield file_row(subject, f"{encoding.name}: text", "picture", whole(encoding, odd))
        cut = {**plain(encoding), PIXELS: pixels(encoding, bytes(511))}
        yield file_row(subject, f"{encoding.name}: pixels", "refused dicom.truncated or picture", whole(encoding, cut))
        more = {**plain(encoding), PIXELS: pixels(encoding, bytes(513))}
        yield file_row(subject, f"{encoding.name}: pixels and a byte", "picture", whole(encoding, more))
        long = {**plain(encoding), ROWS: element(encoding, ROWS, "US", b"\x10\0\0")}
        expected = "picture or refused dicom.no_size or refused dicom.truncated or refused dicom.too_large"
        yield file_row(subject, f"{encoding.name}: three bytes of Rows", expected, whole(encoding, long))
    odd_stream = stream("JPEG-LS")
    odd_stream += b"\0" * (1 - len(odd_stream) % 2)
    body = tag_bytes(0xFFFEE000) + bytes(4) + tag_bytes(0xFFFEE000) + struct.pack("<I", len(odd_stream)) + odd_stream
    for name, pad in (("padded and not counted", b"\0"), ("not padded", b"")):
        coded = element(EXPLICIT, PIXELS, "OB", body + pad + tag_bytes(0xFFFEE0DD) + bytes(4), length=0xFFFFFFFF)
        yield file_row(
            subject, f"a fragment, {name}", "picture", whole(EXPLICIT, {**image(EXPLICIT), PIXELS: coded}, uid=JPEG_LS)
        )


def _classes() -> Iterator[Row]:
    subject = "unknown SOP classes, objects without pixels"
    for uid, what in {
        "1.2.3.4": "unknown",
        "": "empty",
        "no uid at all": "rubbish",
        "1.2.840.10008.5.1.4.1.1.88.11": "a report with pixels",
        "1.2.840.10008.1.3.10": "a DICOMDIR with pixels",
    }.items():
        changed = {SOP_CLASS: text(EXPLICIT, SOP_CLASS, "UI", uid)}
        yield file_row(subject, f"{what}: shown", "picture", whole(EXPLICIT, {**plain(EXPLICIT), **changed}))
    for uid, what in {
        "1.2.840.10008.5.1.4.1.1.88.11": "structured_report",
        "1.2.840.10008.5.1.4.1.1.104.1": "pdf",
        "1.2.840.10008.5.1.4.1.1.481.5": "rt_plan",
        "1.2.840.10008.5.1.4.1.1.9.1.1": "waveform",
        "1.2.840.10008.5.1.4.1.1.66": "raw_data",
        "1.2.840.10008.5.1.4.1.1.2": "no_pixels",
        "1.2.3.4": "no_pixels",
    }.items():
        elements = image(EXPLICIT, sop=uid)
        yield file_row(subject, f"without pixels: {what} {uid[-6:]}", f"is {what}", whole(EXPLICIT, elements))
    for end in ("100", "102", "104", "107"):
        content = whole(
            EXPLICIT, {**image(EXPLICIT), PIXELS: fragments(b"\0\0\1\xba" * 8)}, uid=f"1.2.840.10008.1.2.4.{end}"
        )
        yield file_row(subject, f"video 4.{end}", "refused dicom.video", content)
    for end in ("94", "95", "204"):
        content = whole(EXPLICIT, image(EXPLICIT), uid=f"1.2.840.10008.1.2.4.{end}")
        yield file_row(subject, f"pixels on a server 4.{end}", "refused dicom.elsewhere", content)


def _encodings_that_lie() -> Iterator[Row]:
    subject = "another encoding than told"
    for told in (*NATIVE, Encoding("deflated", DEFLATED)):
        for true in NATIVE:
            if told.uid != true.uid:
                content = whole(true, plain(true), uid=told.uid)
                yield file_row(subject, f"{told.name} told, {true.name} written", "picture", content)
    packed = PREAMBLE + meta(EXPLICIT.uid) + deflated(data_set(plain(EXPLICIT)))
    yield file_row(
        subject, "explicit told, deflated", "refused dicom.damaged or refused dicom.cut_off or is no_pixels", packed
    )
    noise = PREAMBLE + meta(DEFLATED) + bytes(range(256))
    yield file_row(subject, "deflated told, noise", "refused dicom.damaged", noise)
    coded = whole(EXPLICIT, plain(EXPLICIT), uid=JPEG_LS)
    yield file_row(subject, "JPEG-LS told, plain pixels", "picture", coded)
    bare = {**image(EXPLICIT), PIXELS: element(EXPLICIT, PIXELS, "OB", stream("JPEG-LS"))}
    yield file_row(subject, "a stream without fragments", "picture", whole(EXPLICIT, bare, uid=JPEG_LS))
    yield file_row(
        subject, "fragments in big endian", "is no_pixels",
        whole(BIG, {**image(BIG), PIXELS: fragments(stream("JPEG-LS"))}, uid=JPEG_LS),
    )  # fmt: skip
