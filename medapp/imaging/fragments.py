"""Encapsulated pixel data, PS3.5 A.4: finds the fragments and puts the ones of a frame together."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from medapp.errors import MedappError
from medapp.imaging.rle import looks_like_rle

_ITEM, _DELIMITER = 0xFFFEE000, 0xFFFEE0DD
_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ", b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
"""How a JPEG, JPEG-LS, JPEG 2000, JP2, JPEG XL stream begins: such a fragment starts a new frame."""


@dataclass(frozen=True)
class Fragment:
    """One item: `item` counts from the first byte after the offset table, `offset` in the file."""

    item: int
    offset: int
    length: int


@dataclass(frozen=True)
class Encapsulated:
    """The fragments of a file by frame; `complete` is False where the file ends inside a fragment."""

    frames: tuple[tuple[Fragment, ...], ...]
    complete: bool

    def read(self, stream: IO[bytes], index: int) -> bytes:
        """Return the stream of frame `index`, its fragments joined."""
        if index >= len(self.frames):
            raise MedappError("dicom.frame_missing", frame=index + 1, frames=len(self.frames))
        parts = []
        for fragment in self.frames[index]:
            stream.seek(fragment.offset)
            parts.append(stream.read(fragment.length))
        return b"".join(parts)


def find_frames(
    stream: IO[bytes], offset: int, frames: int, *, extended: Sequence[int] = (), little_endian: bool = True
) -> Encapsulated:
    """Find the fragments of every frame.

    Parameters
    ----------
    stream : binary stream
    offset : int
        Where the value of the pixel data begins: the item of the Basic Offset Table.
    frames : int
        Number of Frames.
    extended : sequence of int
        Extended Offset Table (7FE0,0001), where there is one.
    little_endian : bool

    Returns
    -------
    Encapsulated

    Raises
    ------
    MedappError
        ``dicom.no_fragments`` where there is no fragment at all.
    """
    order = "<" if little_endian else ">"
    table, start = _offset_table(stream, offset, order)
    fragments, complete = _fragments(stream, start, order)
    if not fragments:
        raise MedappError("dicom.no_fragments")
    items = {fragment.item for fragment in fragments}
    for offsets in (extended, table):
        if len(items.intersection(offsets)) == frames:
            return Encapsulated(_split_at(fragments, frozenset(offsets)), complete)
    return Encapsulated(_by_content(stream, fragments, frames), complete)


def _offset_table(stream: IO[bytes], offset: int, order: str) -> tuple[list[int], int]:
    """Read the Basic Offset Table; return its offsets and where the first fragment lies."""
    stream.seek(offset)
    head = stream.read(8)
    if len(head) < 8:
        raise MedappError("dicom.truncated")
    group, element, length = struct.unpack(f"{order}HHI", head)
    if group << 16 | element != _ITEM or length % 4 or length > 2**24:
        return [], offset
    data = stream.read(length)
    if data[:3] in {s[:3] for s in _STARTS[:2]}:  # no table at all: this is the first fragment
        return [], offset
    return list(struct.unpack(f"{order}{len(data) // 4}I", data[: len(data) // 4 * 4])), offset + 8 + length


def _fragments(stream: IO[bytes], start: int, order: str) -> tuple[list[Fragment], bool]:
    size = stream.seek(0, io.SEEK_END)
    position = start
    found: list[Fragment] = []
    while position + 8 <= size:
        tag, length = _item_at(stream, position, order)
        if tag not in {_ITEM, _DELIMITER} and found and found[-1].length % 2:
            position += 1  # an odd length was padded without being counted
            tag, length = _item_at(stream, position, order)
        if tag != _ITEM:
            return found, tag == _DELIMITER or bool(found)
        found.append(Fragment(position - start, position + 8, min(length, size - position - 8)))
        if position + 8 + length > size:
            return found, False
        position += 8 + length
    return found, True


def _item_at(stream: IO[bytes], position: int, order: str) -> tuple[int, int]:
    """Return tag and length of the item that begins at `position`."""
    stream.seek(position)
    head = stream.read(8).ljust(8, b"\0")
    group, element, length = struct.unpack(f"{order}HHI", head)
    return group << 16 | element, length


def _split_at(fragments: list[Fragment], starts: frozenset[int]) -> tuple[tuple[Fragment, ...], ...]:
    frames: list[list[Fragment]] = []
    for fragment in fragments:
        if fragment.item in starts or not frames:
            frames.append([])
        frames[-1].append(fragment)
    return tuple(tuple(frame) for frame in frames)


def _by_content(stream: IO[bytes], fragments: list[Fragment], frames: int) -> tuple[tuple[Fragment, ...], ...]:
    """Split without a table: one fragment a frame, or all one frame, or where a stream begins, or evenly."""
    if frames == 1:
        return (tuple(fragments),)
    for kept in (fragments, [fragment for fragment in fragments if fragment.length]):
        if len(kept) == frames:
            return tuple((fragment,) for fragment in kept)
    split = _split_at(fragments, frozenset(f.item for f in fragments if _begins_frame(stream, f)))
    if len(split) != frames and len(fragments) % frames == 0:
        share = len(fragments) // frames
        return tuple(tuple(fragments[i : i + share]) for i in range(0, len(fragments), share))
    return split


def _begins_frame(stream: IO[bytes], fragment: Fragment) -> bool:
    stream.seek(fragment.offset)
    head = stream.read(64)
    return head.startswith(_STARTS) or looks_like_rle(head)
