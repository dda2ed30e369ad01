"""Damage to files, the same for the same seed: bytes, lengths, cuts, and what is particular to DICOM."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from typing import TypeAlias

Damage: TypeAlias = Callable[[bytearray, random.Random], None]

LENGTHS = (0, 1, 2, 3, 0x7F, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
TEXTS = (b"\\", b"1e999", b"nan", b"-0", b"\x1b$B", b"99999999999999999999", b"<b>x</b>", b"\0" * 9, b"A" * 300)
MOST_DAMAGES = (1, 1, 2, 4, 16)


def mutated(content: bytes, seed: int) -> bytes:
    """Return `content` with damage chosen by `seed`."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    wanted = chance.choice(MOST_DAMAGES)
    while damaged and (wanted > 0 or damaged == content):
        chance.choice(DAMAGES)(damaged, chance)
        wanted -= 1
    return bytes(damaged)


def _place(data: bytearray, chance: random.Random) -> int:
    """Return a place, more often near the beginning: that is where headers are."""
    reach = chance.choice((160, 600, 2000, len(data)))
    return chance.randrange(min(reach, len(data)))


def _flip_a_bit(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _set_a_byte(data: bytearray, chance: random.Random) -> None:
    data[_place(data, chance)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))


def _set_a_length(data: bytearray, chance: random.Random) -> None:
    width, order = chance.choice((2, 4)), chance.choice("<>")
    number = chance.choice(LENGTHS) & (0xFFFF if width == 2 else 0xFFFFFFFF)
    place = _place(data, chance)
    data[place : place + width] = struct.pack(order + ("H" if width == 2 else "I"), number)


def _cut_the_end(data: bytearray, chance: random.Random) -> None:
    del data[_place(data, chance) :]


def _take_a_piece_out(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    del data[place : place + chance.choice((1, 2, 4, 8, 100, 1000))]


def _repeat_a_piece(data: bytearray, chance: random.Random) -> None:
    place, length = _place(data, chance), chance.choice((1, 2, 8, 64, 512))
    data[place:place] = data[place : place + length] * chance.choice((1, 2, 50))


def _put_noise_in(data: bytearray, chance: random.Random) -> None:
    place = _place(data, chance)
    data[place:place] = chance.randbytes(chance.choice((1, 2, 16, 300)))


def _put_text_in(data: bytearray, chance: random.Random) -> None:
    place, text = _place(data, chance), chance.choice(TEXTS)
    data[place : place + len(text)] = text


def _swap_pieces(data: bytearray, chance: random.Random) -> None:
    length = chance.choice((2, 4, 16, 128))
    one, other = _place(data, chance), _place(data, chance)
    data[one : one + length], data[other : other + length] = data[other : other + length], data[one : one + length]


def _damage_an_attribute(data: bytearray, chance: random.Random) -> None:
    """Change length, type or value of an element that says what the pixels mean, or how the file is read."""
    group, element = chance.choice(_ATTRIBUTES)
    place = data.find(struct.pack("<HH", group, element))
    if place < 0:
        return
    at = place + chance.choice((4, 6, 8, 8, 8))
    data[at : at + 2] = struct.pack("<H", chance.choice(LENGTHS) & 0xFFFF)


def _damage_a_marker(data: bytearray, chance: random.Random) -> None:
    """Change a segment of a JPEG, JPEG-LS or JPEG 2000 stream: marker, or the bytes behind it."""
    places = [i for i in range(len(data) - 4) if data[i] == 0xFF and data[i + 1] in _MARKERS][:64]
    if places:
        place = chance.choice(places) + chance.choice((1, 2, 3, 4, 5, 6, 7, 8))
        data[min(place, len(data) - 1)] = chance.randrange(256)


_ATTRIBUTES = (
    *((0x0002, e) for e in (0x0000, 0x0001, 0x0010)),
    *((0x0028, e) for e in (0x0002, 0x0004, 0x0006, 0x0008, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103, 0x0030)),
    *((0x0028, e) for e in (0x1050, 0x1051, 0x1052, 0x1053, 0x0120, 0x1101, 0x1201, 0x3000, 0x3010, 0x2110)),
    *((0x5200, e) for e in (0x9229, 0x9230)),
    *((0x7FE0, e) for e in (0x0001, 0x0008, 0x0009, 0x0010)),
    (0xFFFE, 0xE000),
    (0xFFFE, 0xE0DD),
    (0x0008, 0x0005),
    (0x0008, 0x0016),
)
_MARKERS = frozenset((*range(0xC0, 0xD0), 0xD8, 0xDA, 0xDB, 0xDD, 0xEE, 0xF7, 0x4F, 0x51, 0x52, 0x5C, 0x90, 0x93))

DAMAGES: tuple[Damage, ...] = (
    _flip_a_bit,
    _flip_a_bit,
    _set_a_byte,
    _set_a_byte,
    _set_a_length,
    _set_a_length,
    _cut_the_end,
    _take_a_piece_out,
    _repeat_a_piece,
    _put_noise_in,
    _put_text_in,
    _swap_pieces,
    _damage_an_attribute,
    _damage_an_attribute,
    _damage_an_attribute,
    _damage_a_marker,
)
