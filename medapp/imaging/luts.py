"""Windows and look-up tables of a data set: the Modality LUT and VOI LUT modules, PS3.3 C.11.1 and C.11.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.attributes import byte_order, items, numbers, raw_value, text, values
from medapp.imaging.frame import Lut
from medapp.imaging.study import VoiFunction, Window

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def windows_in(dataset: Dataset) -> tuple[Window, ...]:
    """Return all windows of the data set (or of a Frame VOI LUT item) by name; impossible ones are left out."""
    centers, widths = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    names = [str(name).strip() for name in values(dataset, "WindowCenterWidthExplanation")]
    names += [""] * len(centers)
    function = _function(text(dataset, "VOILUTFunction"))
    found = zip(centers, widths, names, strict=False)
    least = 1.0 if function == "LINEAR" else 0.0
    return tuple(Window(c, w, function, name) for c, w, name in found if (w >= least and w > 0))


def _function(name: str) -> VoiFunction:
    """Take an unknown VOI LUT Function as LINEAR (PS3.3 C.11.2.1.3)."""
    if name == "SIGMOID":
        return "SIGMOID"
    return "LINEAR_EXACT" if name == "LINEAR_EXACT" else "LINEAR"


def luts_in(dataset: Dataset, keyword: str, *, signed_input: bool) -> tuple[Lut, ...]:
    """Return the usable tables of ``ModalityLUTSequence`` or ``VOILUTSequence``.

    Parameters
    ----------
    dataset : Dataset
    keyword : str
    signed_input : bool
        Whether the values looked up can be negative: then the first value mapped is signed even
        where its representation says US (63488 is -2048).
    """
    found = (_lut(item, signed_input=signed_input) for item in items(dataset, keyword))
    return tuple(lut for lut in found if lut is not None)


def _lut(item: Dataset, *, signed_input: bool) -> Lut | None:
    descriptor = numbers(item, "LUTDescriptor")
    if len(descriptor) != 3:
        return None
    count, first, bits = int(descriptor[0]) & 0xFFFF or 65536, int(descriptor[1]), int(descriptor[2])
    first = first - 65536 if signed_input and first >= 32768 else first
    if not signed_input and first < 0:
        first += 65536
    entries = _entries(raw_value(item, "LUTData"), count, byte_order(item))
    if entries is None:
        return None
    bits = _bits(bits, int(entries.max()))
    return Lut(first, bits, entries, text(item, "LUTExplanation"))


def _bits(declared: int, largest: int) -> int:
    """Return the bits of an entry: as declared (8 to 16), or more where the data need more."""
    declared = declared if 1 <= declared <= 16 else 16
    return max(declared, largest.bit_length())


def _entries(data: Any, count: int, order: str) -> NDArray[np.uint16] | None:  # noqa: ANN401
    """Return the table's entries; tables of bytes and of words both exist, whatever the descriptor says."""
    if data is None:
        return None
    if isinstance(data, bytes):
        if len(data) >= 2 * count:
            array = np.frombuffer(data[: 2 * count], f"{order}u2")
        else:
            array = np.frombuffer(data, np.uint8)
    else:
        words = [data] if isinstance(data, int) else list(data)
        array = np.array([int(w) & 0xFFFF for w in words])
    return array[:count].astype(np.uint16) if len(array) else None
