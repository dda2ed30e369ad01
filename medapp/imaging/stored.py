"""Stored values: the containers of a decoded frame masked and sign-extended, PS3.5 8.1.1, and what was odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from medapp.imaging.decoded import Decoded
from medapp.imaging.layout import PixelLayout
from medapp.imaging.study import Note


@dataclass(frozen=True, eq=False)
class Stored:
    """Stored values and their bits, and the containers as they were before masking, with the sign of the values."""

    values: NDArray[Any]
    containers: NDArray[Any]
    bits: int
    notes: tuple[Note, ...] = ()


def stored_values(decoded: Decoded, layout: PixelLayout, *, planes_above: bool = False) -> Stored:
    """Mask a grey frame (or palette indices) to its bits and extend the sign.

    Parameters
    ----------
    decoded : Decoded
    layout : PixelLayout
    planes_above : bool, default False
        Whether bits above the values hold overlay planes, so that even a codestream of whole
        containers is masked.

    Notes
    -----
    PS3.5 8.1.1: bits above High Bit are not part of the value (old files keep overlays there), and
    the sign is in the highest stored bit. Where the codestream names a precision or a sign, it is
    believed; unsigned codestreams that hold signed values are sign-extended from their precision.
    """
    values = decoded.values
    if values.dtype.kind == "f":
        return Stored(values, values, layout.bits_stored)
    if decoded.signed:
        return Stored(values, values, layout.bits_stored, _notes_on_signed(values, layout))
    bits, high = (layout.bits_stored, layout.high_bit) if planes_above else _place(decoded, layout)
    width = values.dtype.itemsize * 8
    unsigned = values.view(f"u{values.dtype.itemsize}")
    if high + 1 > bits:
        unsigned = unsigned >> unsigned.dtype.type(high + 1 - bits)
    stored = _extended(unsigned, min(bits, width), layout.signed)
    notes = _notes_on_bits(decoded, stored, bits, layout)
    needed = max(bits, layout.bits_stored) if notes else layout.bits_stored
    return Stored(stored, _extended(values, width, layout.signed), needed, notes)


def _place(decoded: Decoded, layout: PixelLayout) -> tuple[int, int]:
    """Return how many bits a value has and where its highest bit is: by the stream, else by the tags."""
    precision = decoded.precision
    if precision is None or precision == layout.bits_stored:
        return layout.bits_stored, layout.high_bit
    if precision == layout.bits_allocated and layout.signed and decoded.fits(layout.bits_stored):
        # whole containers were encoded: the sign is where the tags say, unless the values need more bits
        return layout.bits_stored, layout.bits_stored - 1
    return precision, precision - 1


def _extended(values: NDArray[Any], bits: int, signed: bool) -> NDArray[Any]:
    """Mask to `bits` and extend the sign."""
    size = values.dtype.itemsize
    unsigned = values.view(f"u{size}")
    if not signed:
        return unsigned if bits == size * 8 else unsigned & unsigned.dtype.type(2**bits - 1)
    spare = size * 8 - bits
    shifted = (unsigned << unsigned.dtype.type(spare)).view(f"i{size}")
    extended: NDArray[Any] = shifted >> shifted.dtype.type(spare)
    return extended


def _notes_on_signed(values: NDArray[Any], layout: PixelLayout) -> tuple[Note, ...]:
    if not layout.signed and int(values.min(initial=0)) < 0:
        return (Note("codestream_sign"),)
    return ()


def _notes_on_bits(decoded: Decoded, stored: NDArray[Any], bits: int, layout: PixelLayout) -> tuple[Note, ...]:
    """Tell that a stream has another number of bits than the tags, where that changes what is shown."""
    if decoded.precision is None or bits == layout.bits_stored:
        return ()
    if layout.signed:
        most = 2 ** (layout.bits_stored - 1)
        matters = bits < layout.bits_stored or int(stored.max(initial=0)) >= most or int(stored.min(initial=0)) < -most
    else:
        matters = not decoded.fits(layout.bits_stored)
    return (Note("codestream_bits", (("found", bits), ("declared", layout.bits_stored))),) if matters else ()


def size_notes(decoded: Decoded, layout: PixelLayout) -> tuple[Note, ...]:
    """Tell that a stream has another size than the tags."""
    rows, columns = decoded.values.shape[:2]
    if (rows, columns) == (layout.rows, layout.columns):
        return ()
    size = (("found", f"{columns} × {rows}"), ("declared", f"{layout.columns} × {layout.rows}"))
    return (Note("codestream_size", size),)
