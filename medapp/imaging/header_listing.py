"""Everything that the header of a file holds, for people to read. Runs in a reader: headers may be damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING

from medapp.errors import MedappError
from medapp.imaging.archive import open_source
from medapp.imaging.dicom import PREAMBLE, DicomFile, PixelElement, open_dicom
from medapp.imaging.dicom_header import mend_character_set
from medapp.imaging.header_identity import tells_identity
from medapp.imaging.header_row import MOST_ROWS, HeaderRow, shortened
from medapp.imaging.limits import ReadLimits
from medapp.imaging.picture_listing import picture_rows
from medapp.imaging.sniff import HEAD_BYTES, broken_promise, kind_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DEEPEST = 40
"""Sequences in sequences that are opened at once; no honest file has so many."""
_SHOWN_BYTES = 16
_NAMED_UIDS = 24
_PIXEL_TAGS = {"integer": 0x7FE00010, "float": 0x7FE00008, "double": 0x7FE00009}


def list_header(source: str, place: Sequence[str], limits: ReadLimits) -> list[HeaderRow]:
    """Return the header of a source, or what lies below one place in it.

    Parameters
    ----------
    source : str
        A path, or a member of an archive.
    place : sequence of str
        Keys from the outermost row down to the one whose children are wanted; empty for the whole header.
    limits : ReadLimits

    Returns
    -------
    list of HeaderRow
        At most about `MOST_ROWS` in one answer: what is deeper is held back.

    Raises
    ------
    MedappError
        ``file.not_image`` where it is neither DICOM nor a picture, ``header.no_place``, and as `open_dicom` does.
    """
    with open_source(source, limits) as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        match kind_of(head):
            case "dicom":
                return _dicom_rows(stream, place, limits)
            case "picture":
                return picture_rows(stream)
    raise MedappError(broken_promise(source) or "file.not_image")


def _dicom_rows(stream: IO[bytes], place: Sequence[str], limits: ReadLimits) -> list[HeaderRow]:
    meta = None if place else _meta_of(stream)
    file = open_dicom(stream, limits)
    mend_character_set(file)
    budget = _Budget(MOST_ROWS, len(place))
    if place:
        return list(_below(file.dataset, place, budget))
    rows = [*(_dataset_rows(meta, 0, budget) if meta is not None else ())]
    rows += _dataset_rows(file.dataset, 0, budget)
    return [*rows, *_pixel_row(file)]


def _meta_of(stream: IO[bytes]) -> Dataset | None:
    """Return the File Meta Information (PS3.10 7.1), None where there is none or it cannot be read."""
    from pydicom.filereader import read_dataset

    head = stream.read(PREAMBLE + 4)
    stream.seek(PREAMBLE + 4 if head[PREAMBLE:] == b"DICM" else 0)
    try:
        return read_dataset(stream, False, True, stop_when=lambda tag, *_: tag >> 16 != 2)
    except Exception:  # noqa: BLE001 - a damaged element raises anything; the data set tells of damage
        return None
    finally:
        stream.seek(0)


class _Budget:
    """How many rows may still be made in one answer, and from which depth on."""

    def __init__(self, rows: int, start: int = 0) -> None:
        self._left = rows
        self.start = start

    def takes(self, rows: int) -> bool:
        """Count `rows`, where they fit."""
        if rows > self._left:
            return False
        self._left -= rows
        return True


def _dataset_rows(dataset: Dataset, depth: int, budget: _Budget) -> Iterator[HeaderRow]:
    budget.takes(len(dataset))
    for tag in sorted(dataset.keys()):
        yield from _element_rows(dataset, int(tag), depth, budget)


def _element_rows(dataset: Dataset, tag: int, depth: int, budget: _Budget) -> Iterator[HeaderRow]:
    from pydicom.datadict import keyword_for_tag

    key = f"{tag >> 16:04X},{tag & 0xFFFF:04X}"
    try:
        element = dataset[tag]
        name, vr = element.name, str(element.VR)
    except Exception:  # noqa: BLE001 - conversion is lazy, and a malformed value can raise anything
        yield HeaderRow(key, depth, f"({key})", "", keyword_for_tag(tag), told="unreadable", identity=True)
        return
    if vr == "SQ":
        items = element.value
        held = depth - budget.start >= DEEPEST or not budget.takes(len(items))
        yield HeaderRow(key, depth, f"({key})", vr, name, length=len(items), held=held and bool(items))
        if not held:
            for number, item in enumerate(items, start=1):
                yield from _item_rows(item, number, depth + 1, budget)
        return
    value, told, length = _value_of(vr, element.value)
    identity = tells_identity(tag, vr)
    yield HeaderRow(key, depth, f"({key})", vr, name, value, told, length, identity)


def _item_rows(item: Dataset, number: int, depth: int, budget: _Budget) -> Iterator[HeaderRow]:
    held = not budget.takes(len(item))
    yield HeaderRow(f"#{number:06d}", depth, "", "", str(number), length=len(item), held=held and bool(len(item)))
    if not held:
        for tag in sorted(item.keys()):
            yield from _element_rows(item, int(tag), depth + 1, budget)


def _value_of(vr: str, value: object) -> tuple[str, str, int]:
    """Return a value as text, what of it is not shown, and its length."""
    if isinstance(value, bytes):
        dots = " …" if len(value) > _SHOWN_BYTES else ""
        return value[:_SHOWN_BYTES].hex(" ") + dots, "binary", len(value)
    if value is None:
        return "", "", 0
    several = isinstance(value, Sequence) and not isinstance(value, str)
    parts = [_plain(part) for part in value] if several else [_plain(value)]  # type: ignore[attr-defined]
    text = (
        "\\".join(_with_name(part) for part in parts) if vr == "UI" and len(parts) < _NAMED_UIDS else "\\".join(parts)
    )
    return shortened(text)


def _plain(value: object) -> str:
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def _with_name(uid: str) -> str:
    """Return a UID with its name, where the standard gives it one."""
    from pydicom.uid import UID

    name = UID(uid).name
    return uid if name == uid else f"{uid} = {name}"


def _pixel_row(file: DicomFile) -> Iterator[HeaderRow]:
    """Yield the row of the pixel data: how long they are, not what."""
    from pydicom.datadict import dictionary_description

    pixels: PixelElement | None = file.pixels
    if pixels is None:
        return
    tag = _PIXEL_TAGS[pixels.kind]
    key = f"{tag >> 16:04X},{tag & 0xFFFF:04X}"
    length = pixels.length if pixels.length is not None else max(0, file.size - pixels.offset)
    vr = pixels.representation
    yield HeaderRow(key, 0, f"({key})", vr, dictionary_description(tag), told="pixels", length=length)


def _below(dataset: Dataset, place: Sequence[str], budget: _Budget) -> Iterator[HeaderRow]:
    """Yield what lies below a place: the items of a sequence, or the attributes of an item."""
    from pydicom.sequence import Sequence as Items

    here: Dataset | Items = dataset
    for key in place:
        try:
            here = here[int(key[1:]) - 1] if isinstance(here, Items) else here[int(key.replace(",", ""), 16)].value
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise MedappError("header.no_place") from error
    if isinstance(here, Items):
        budget.takes(len(here))
        for number, item in enumerate(here, start=1):
            yield from _item_rows(item, number, len(place), budget)
    else:
        yield from _dataset_rows(here, len(place), budget)
