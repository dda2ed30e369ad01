"""How pixels are stored: the Image Pixel module, PS3.3 C.7.6.3, checked before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from medapp.errors import MedappError
from medapp.imaging.attributes import integer, text
from medapp.imaging.limits import ReadLimits

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WHOLE = frozenset({8, 16, 32, 64})
PixelKind = Literal["integer", "float", "double"]


@dataclass(frozen=True)
class PixelLayout:
    """Shape and encoding of the stored values of one instance.

    Attributes
    ----------
    kind : str
        ``integer``, ``float`` or ``double`` pixel data.
    photometric : str
        Photometric Interpretation, upper case; MONOCHROME2 or RGB where it is missing.
    planar : bool
        Planar Configuration 1: a plane for each colour.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool
    kind: PixelKind = "integer"

    @property
    def is_subsampled(self) -> bool:
        """Whether two pixels share a pair of chroma values in uncompressed data (YBR_FULL_422)."""
        return self.samples == 3 and self.photometric in {"YBR_FULL_422", "YBR_PARTIAL_422"} and self.columns % 2 == 0

    @property
    def is_packed(self) -> bool:
        """Whether values lie without gaps in bytes they share, as the retired 12 bits do (PS3.5 annex D)."""
        return self.bits_allocated > 1 and self.bits_allocated not in _WHOLE

    @property
    def frame_bits(self) -> int:
        """Bits of one uncompressed frame."""
        samples = 2 if self.is_subsampled else self.samples
        return self.rows * self.columns * samples * self.bits_allocated


def layout_of(dataset: Dataset, kind: str, limits: ReadLimits) -> PixelLayout:
    """Read the layout and refuse what is impossible or beyond the limits.

    Raises
    ------
    MedappError
        ``dicom.no_size``, ``dicom.bad_layout``, ``dicom.too_large``.
    """
    rows, columns = integer(dataset, "Rows") or 0, integer(dataset, "Columns") or 0
    if rows <= 0 or columns <= 0:
        raise MedappError("dicom.no_size")
    samples = integer(dataset, "SamplesPerPixel") or 1
    allocated = {"float": 32, "double": 64}.get(kind) or integer(dataset, "BitsAllocated") or 16
    stored = integer(dataset, "BitsStored") or allocated
    if samples not in {1, 3, 4} or not (1 <= allocated <= 32 or allocated == 64) or not 1 <= stored <= 64:
        raise MedappError("dicom.bad_layout", samples=samples, bits=allocated)
    stored = min(stored, allocated)
    high = integer(dataset, "HighBit")
    layout = PixelLayout(
        rows=rows,
        columns=columns,
        frames=min(max(1, integer(dataset, "NumberOfFrames") or 1), limits.frames),
        samples=samples,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high if high is not None and stored - 1 <= high < allocated else stored - 1,
        signed=integer(dataset, "PixelRepresentation") == 1,
        photometric=text(dataset, "PhotometricInterpretation").upper() or ("RGB" if samples == 3 else "MONOCHROME2"),
        planar=integer(dataset, "PlanarConfiguration") == 1,
        kind=kind if kind in {"float", "double"} else "integer",  # type: ignore[arg-type]
    )
    if rows * columns * samples * max(1, allocated // 8) > limits.frame_bytes:
        raise MedappError("dicom.too_large", rows=rows, columns=columns, megabytes=limits.frame_bytes // 2**20)
    return layout
