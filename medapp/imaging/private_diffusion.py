"""The b-value and direction of diffusion images in the private attributes of vendors, as dcm2niix knows them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medapp.imaging.attributes import element_value, plain_numbers

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_BLOCKS = range(0x10, 0x14)
_CSA_LIMIT = 2**20


@dataclass(frozen=True)
class _Vendor:
    """Where a vendor keeps what: groups, creators, elements in their block, and how the bytes are meant."""

    creator: str
    b_value: tuple[int, int]
    direction: tuple[tuple[int, int], ...]
    direction_creator: str
    number: str


_VENDORS = (
    _Vendor("SIEMENS MR HEADER", (0x0019, 0x0C), ((0x0019, 0x0E),), "SIEMENS MR HEADER", "d"),
    _Vendor(
        "Philips Imaging DD 001",
        (0x2001, 0x03),
        ((0x2005, 0xB0), (0x2005, 0xB1), (0x2005, 0xB2)),
        "Philips MR Imaging DD 001",
        "f",
    ),
    _Vendor(
        "GEMS_PARM_01",
        (0x0043, 0x39),
        ((0x0019, 0xBB), (0x0019, 0xBC), (0x0019, 0xBD)),
        "GEMS_ACQU_01",
        "f",
    ),
    _Vendor("Image Private Header", (0x0065, 0x09), ((0x0065, 0x37),), "Image Private Header", "d"),
)
_CSA = ("SIEMENS CSA HEADER", 0x0029, 0x10)
_GE_OFFSET = 10**9
_TEXT_BYTES = b" 0123456789.+-eE\\\0"


def _wanted() -> Iterator[int]:
    elements = {place for v in _VENDORS for place in (v.b_value, *v.direction)} | {_CSA[1:]}
    for group, element in elements:
        for block in _BLOCKS:
            yield group << 16 | block
            yield group << 16 | block << 8 | element


PRIVATE_TAGS = frozenset(_wanted())
"""The private attributes, with their creators, that must be read of a header."""


def private_diffusion(dataset: Dataset) -> tuple[float | None, tuple[float, ...]]:
    """Return the b-value in s/mm² and the gradient direction (empty where there is none)."""
    for vendor in _VENDORS:
        found = _numbers(dataset, vendor.creator, *vendor.b_value, vendor.number)
        if found:
            b_value = found[0] % _GE_OFFSET  # GE adds a thousand million to mark a computed direction
            parts = [_numbers(dataset, vendor.direction_creator, *at, vendor.number) for at in vendor.direction]
            return b_value, _direction(b_value, [n for part in parts for n in part])
    csa = _private(dataset, *_CSA)
    return _of_csa(csa) if isinstance(csa, bytes) and csa[:4] == b"SV10" else (None, ())


def _direction(b_value: float, numbers: list[float]) -> tuple[float, ...]:
    is_one = b_value > 0 and len(numbers) == 3 and 0.5 < sum(n * n for n in numbers) < 1.5
    return tuple(numbers) if is_one else ()


def _private(dataset: Dataset, creator: str, group: int, element: int) -> Any:  # noqa: ANN401 - any value
    """Return the private element of the block that `creator` reserved (PS3.5 7.8.1), or None."""
    for block in _BLOCKS:
        reserved = element_value(dataset, group << 16 | block)
        if reserved is None:
            continue
        name = reserved.decode("latin-1") if isinstance(reserved, bytes) else str(reserved)
        if name.strip(" \0") == creator:
            return element_value(dataset, group << 16 | block << 8 | element)
    return None


def _numbers(dataset: Dataset, creator: str, group: int, element: int, code: str) -> list[float]:
    """Return the numbers of a private element; bytes of an unknown representation are text, or floats of `code`."""
    value = _private(dataset, creator, group, element)
    if value is None:
        return []
    if not isinstance(value, bytes):
        return plain_numbers(value)
    words = len(value) // struct.calcsize(code)
    if len(value) in {struct.calcsize(code), 3 * struct.calcsize(code)} and value.strip(_TEXT_BYTES):
        return plain_numbers(struct.unpack(f"<{words}{code}", value))
    return plain_numbers(value.decode("latin-1").strip(" \0").split("\\"))


def _of_csa(data: bytes) -> tuple[float | None, tuple[float, ...]]:
    """Return B_value and DiffusionGradientDirection of a Siemens CSA header."""
    known = {name: found for name, found in _csa_tags(data[:_CSA_LIMIT]) if found}
    b_values = plain_numbers(known.get("B_value", []))
    if not b_values:
        return None, ()
    return b_values[0], _direction(b_values[0], plain_numbers(known.get("DiffusionGradientDirection", [])))


def _csa_tags(data: bytes) -> Iterator[tuple[str, list[str]]]:
    """Yield names and values of a CSA header of the kind ``SV10``; a damaged one ends where it makes no sense."""
    try:
        (count,) = struct.unpack_from("<I", data, 8)
        at = 16
        for _ in range(min(count, 200)):
            name = data[at : at + 64].split(b"\0")[0].decode("latin-1")
            (items,) = struct.unpack_from("<I", data, at + 76)
            at += 84
            found = []
            for _ in range(min(items, 200)):
                (length,) = struct.unpack_from("<I", data, at + 4)
                found.append(data[at + 16 : at + 16 + length].split(b"\0")[0].decode("latin-1").strip())
                at += 16 + (length + 3) // 4 * 4
            yield name, [value for value in found if value]
    except struct.error:
        return
