"""One decoded frame: stored values, and what turns them into modality values. Display and prediction start here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.real_world import RealWorldMapping
from medapp.imaging.regions import UltrasoundRegion
from medapp.imaging.shutters import Shutter
from medapp.imaging.study import Geometry, Note, Window

Says: TypeAlias = tuple[str, str, str, float | None, str]
"""Modality, body part, view, age in years and maker; empty and None where the file does not say."""


@dataclass(frozen=True)
class Lut:
    """A look-up table of DICOM, PS3.3 C.11.1.1 and C.11.2.1.1: `first` is the first value mapped."""

    first: int
    bits: int
    entries: NDArray[np.uint16]
    name: str = ""


@dataclass(frozen=True, eq=False)
class Palette:
    """Colours of stored values: `entries` has shape (count, 3), `first` is the stored value of the first one."""

    first: int
    entries: NDArray[np.uint8]

    def colours(self, stored: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the colours of stored values; the first and the last entry hold outside the table."""
        index = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return self.entries[index]


@dataclass(frozen=True, eq=False)
class Frame:
    """The pixels of one frame and what they mean.

    Attributes
    ----------
    stored : ndarray, shape (rows, columns) or (rows, columns, 3)
        Stored values, masked to Bits Stored and sign-extended; integers, or floats for float pixel
        data. Colour is RGB uint8 (palettes expanded, YBR converted).
    slope, intercept : float
        Rescale; fractions are kept. Ignored where `modality_lut` is there.
    modality_lut : Lut or None
        Modality LUT Sequence.
    valid : ndarray of bool, shape (rows, columns), or None
        False on padding (compared with *stored* values); None where all pixels are valid.
    inverted : bool
        Whether low values are bright: MONOCHROME1, Presentation LUT Shape INVERSE.
    unit : str
        ``HU``, ``SUV``, … or empty.
    bits_stored : int
        Bits a stored value takes.
    modality : str
        DICOM modality, or ``PICTURE`` for a PNG, JPEG, TIFF or BMP.
    windows : tuple of Window
        The file's own windows, first is the default.
    voi_luts : tuple of Lut
        The file's VOI LUT Sequence.
    number : int
        Frame number in its file, from 1.
    discrete : bool
        Whether values are labels, one bit, or colours of a palette: shown without mixing neighbours.
    overlay : ndarray of bool, shape (rows, columns), or None
        The overlay planes of the file; drawn over the picture, never part of its values.
    regions : tuple of UltrasoundRegion
        The parts of an ultrasound picture that have units of their own.
    real_world : tuple of RealWorldMapping
        What stored values mean in the real world; for read-out, not for display.
    shutters : tuple of Shutter
        What the file covers of its picture; never of its values.
    presentation_lut : Lut or None
        What a presentation state puts behind the VOI stage; no image has one of its own.
    suv_factor : float or None
        Body-weight SUV of the modality value 1 in a PET image; None where it cannot be known.
    supplement : Palette or None
        Colours of the stored values from `supplement.first` up (Supplemental Palette, PS3.3 C.7.6.19):
        painted as they are over the grey picture, whose window holds for the values below.
    notes : tuple of Note
        What is not as the file says, or could not be done: told beside the picture.
    marks : tuple of Note
        What must stand beside the picture, such as lossy compression: text keys ``mark.<code>``.
    shown_ms : float or None
        How long it is shown when the frames of its file are played; None where the file does not say.
    sweeps : bool
        Whether playing goes back and forth.
    body_part, view : str
        Body Part Examined and View Position, upper case; empty where the file does not say. They choose the model
        that is asked, and nothing else. So do
    age_years : float or None
        how old the patient was, and
    maker : str
        who made the machine, Manufacturer (0008,0070), upper case.
    """

    stored: NDArray[Any]
    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: Lut | None = None
    valid: NDArray[np.bool_] | None = None
    inverted: bool = False
    unit: str = ""
    bits_stored: int = 8
    modality: str = "PICTURE"
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[Lut, ...] = ()
    geometry: Geometry = field(default_factory=Geometry)
    number: int = 1
    discrete: bool = False
    overlay: NDArray[np.bool_] | None = None
    regions: tuple[UltrasoundRegion, ...] = ()
    real_world: tuple[RealWorldMapping, ...] = ()
    suv_factor: float | None = None
    shutters: tuple[Shutter, ...] = ()
    presentation_lut: Lut | None = None
    supplement: Palette | None = None
    notes: tuple[Note, ...] = ()
    marks: tuple[Note, ...] = ()
    shown_ms: float | None = None
    sweeps: bool = False
    body_part: str = ""
    view: str = ""
    age_years: float | None = None
    maker: str = ""

    @property
    def says(self) -> Says:
        """What the image says of itself, by which the model is chosen."""
        return self.modality, self.body_part, self.view, self.age_years, self.maker

    @property
    def is_colour(self) -> bool:
        """Whether the frame is RGB."""
        return self.stored.ndim == 3

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.stored.shape[0]), int(self.stored.shape[1])

    def modality_values(self, stored: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return modality values of the frame, or of `stored` values taken from it (a crop, a resample).

        Notes
        -----
        DICOM PS3.3 C.11.1. Integers stay integers where the rescale is 1 and 0; otherwise float32
        (float64 for float64 input). First and last table entry hold outside a table's range.
        """
        values = self.stored if stored is None else stored
        if self.modality_lut is not None:
            lut = self.modality_lut
            index = np.clip(np.rint(values).astype(np.int64) - lut.first, 0, len(lut.entries) - 1)
            looked_up: NDArray[Any] = lut.entries[index]
            return looked_up
        if self.slope == 1.0 and self.intercept == 0.0:
            return values
        kind = np.dtype(np.float64 if values.dtype == np.float64 else np.float32)
        rescaled: NDArray[Any] = values.astype(kind) * kind.type(self.slope) + kind.type(self.intercept)
        return rescaled

    @cached_property
    def identity(self) -> str:
        """The SHA-256 of values, shape, polarity and frame number: the key of results and caches.

        SOP Instance UIDs are no identity: duplicates with different content exist, pictures have none.
        """
        digest = hashlib.sha256()
        meaning = (
            self.stored.shape,
            self.stored.dtype.str,
            self.slope,
            self.intercept,
            self.inverted,
            self.number,
        )
        digest.update(repr(meaning).encode())
        digest.update(self.stored.tobytes())
        if self.modality_lut is not None:
            digest.update(self.modality_lut.entries.tobytes())
        if self.valid is not None:
            digest.update(np.packbits(self.valid).tobytes())
        return digest.hexdigest()
