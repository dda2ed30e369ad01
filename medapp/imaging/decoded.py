"""A decoded frame, and what its codestream says about it: where they disagree, the stream is believed, not the tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.layout import PixelLayout

MOST_TIMES_LARGER, BELIEVED_PIXELS = 16, 2**22
_OVERSHOOT = 1.25
"""How far lossy compression may carry a value beyond its range; a header that is wrong is off by 2 or more."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded frame.

    Attributes
    ----------
    values : ndarray, shape (rows, columns) or (rows, columns, samples)
    is_rgb : bool or None
        Whether colour is already RGB; None where the stream does not say and the tag decides.
    precision : int or None
        Bits of a value by the stream, None where there is no stream or it does not say.
    signed : bool or None
        Sign by the stream, None where it does not say.
    lossless : bool
        False where compression may have moved values beyond what Bits Stored can hold.
    is_inverted_cmyk : bool
        Whether four samples are inks as Adobe stores them, 255 for no ink.
    """

    values: NDArray[Any]
    is_rgb: bool | None = None
    precision: int | None = None
    signed: bool | None = None
    lossless: bool = True
    is_inverted_cmyk: bool = False

    def fits(self, bits: int) -> bool:
        """Whether unsigned values need no more than `bits` bits, the overshoot of lossy compression aside."""
        slack = 1.0 if self.lossless else _OVERSHOOT
        return int(self.values.max(initial=0)) < slack * 2.0**bits


def expect_size(rows: int, columns: int, layout: PixelLayout, limit: int) -> None:
    """Refuse, before anything is allocated, a stream whose size cannot be true.

    One of another size than the data set names is decoded as long as it is no larger than a frame
    may be, and not many times larger than announced, which takes a damaged stream long to decode:
    the stream is believed, `Frame.notes` tells it.

    Raises
    ------
    MedappError
        ``dicom.frame_size``.
    """
    size = max(1, layout.bits_allocated // 8) * layout.samples
    most = max(MOST_TIMES_LARGER * layout.rows * layout.columns, BELIEVED_PIXELS)
    fits = rows > 0 and columns > 0 and rows * columns * size <= limit and rows * columns <= most
    if (rows, columns) != (layout.rows, layout.columns) and not fits:
        raise MedappError(
            "dicom.frame_size", rows=layout.rows, columns=layout.columns, found_rows=rows, found_columns=columns
        )
