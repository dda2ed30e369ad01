"""What was found in files: studies, series and instances, as frozen values without pixels."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Literal, TypeAlias

from medapp.errors import Problem

PROJECTIONS = frozenset({"CR", "DX", "MG", "RF", "XA", "RG", "IO", "PX"})
"""Modalities whose images are projections and no slices."""

VoiFunction: TypeAlias = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in modality values (HU for CT): PS3.3 C.11.2.1.2.

    `width` is at least 1 for LINEAR and greater than 0 for the others.
    """

    center: float
    width: float
    function: VoiFunction = "LINEAR"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know about an image or a series that is shown all the same: text key ``note.<code>``."""

    code: str
    params: tuple[tuple[str, str | int | float], ...] = ()

    @classmethod
    def of(cls, code: str, **params: str | float) -> Note:
        """Make a note of `code` with the values of its text's places."""
        return cls(code, tuple(params.items()))


@dataclass(frozen=True, slots=True)
class Patient:
    """Who a study belongs to; empty strings where the file does not say."""

    name: str = ""
    patient_id: str = ""
    issuer: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where an image lies in the patient, PS3.3 C.7.6.2, and how large its pixels are.

    Attributes
    ----------
    position : tuple of 3 floats or None
        Image Position (Patient), millimetres.
    orientation : tuple of 6 floats or None
        Image Orientation (Patient), row then column direction cosines.
    frame_of_reference : str
        Frame of Reference UID, or empty.
    spacing_mm : tuple of 2 floats or None
        Row spacing (between rows), then column spacing.
    spacing_source : str
        ``patient``, ``detector``, ``magnified``, ``calibrated``, ``by_hand`` (a person said so), or ``none``.
    patient_orientation : tuple of 2 str or None
        Patient Orientation (0020,0020), row then column, e.g. ``("L", "F")``.
    aspect : tuple of 2 ints or None
        Pixel Aspect Ratio, vertical then horizontal.
    """

    position: tuple[float, float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    frame_of_reference: str = ""
    spacing_mm: tuple[float, float] | None = None
    spacing_source: Literal["patient", "detector", "magnified", "calibrated", "by_hand", "none"] = "none"
    patient_orientation: tuple[str, str] | None = None
    aspect: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One stored image: a DICOM instance with pixels, or a picture file. Never its pixels.

    Attributes
    ----------
    source : str
        A path, or ``archive.zip!/inner/path`` for a member of an archive.
    frames : int
        Frames that are stored.
    frame_order : tuple of int
        The stored frames (from 0), each once, in the order of scrolling; empty: as stored. Several volumes in one
        instance follow each other.
    refers_to : tuple of str
        SOP Instance UIDs of the images that a segmentation or a parametric map was made from.
    frame_positions : tuple of (float, float, float)
        Image Position (Patient) of each stored frame, where all frames have one orientation; else empty.
    """

    source: str
    kind: Literal["dicom", "picture"]
    rows: int
    columns: int
    frames: int = 1
    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    instance_number: int | None = None
    transfer_syntax: str = ""
    photometric: str = ""
    image_type: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    frame_time_ms: float | None = None
    lossy: bool = False
    for_processing: bool = False
    view_position: str = ""
    laterality: str = ""
    acquired: str = ""
    geometry: Geometry = field(default_factory=Geometry)
    frame_order: tuple[int, ...] = ()
    refers_to: tuple[str, ...] = ()
    frame_positions: tuple[tuple[float, float, float], ...] = ()

    @property
    def shown(self) -> Sequence[int]:
        """The stored frames (from 0) in the order of scrolling."""
        return self.frame_order or range(self.frames)


@dataclass(frozen=True, slots=True)
class PresentationRef:
    """A presentation state that refers to images of a study.

    Attributes
    ----------
    source : str
        Its file, as the readers take it.
    label, description : str
        Content Label and Content Description.
    created : str
        Presentation Creation Date and Time, ``YYYYMMDDHHMMSS``, as far as known.
    refers_to : tuple of str
        SOP Instance UIDs of the images that it presents.
    """

    source: str
    label: str = ""
    description: str = ""
    created: str = ""
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StructureRef:
    """A structure set of radiotherapy: contours that lie over images of a study.

    Attributes
    ----------
    source : str
        Its file, as the readers take it.
    label : str
        Structure Set Label.
    spaces : tuple of str
        Frame of Reference UIDs that its contours lie in.
    refers_to : tuple of str
        SOP Instance UIDs of the images that its contours were drawn on.
    """

    source: str
    label: str = ""
    spaces: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True)  # without slots: where its instances end is kept, for it is asked many times a second
class Series:
    """A display set: the images that are scrolled as one stack, in order.

    Attributes
    ----------
    split : tuple of Note
        What tells this display set from the others of its DICOM series: ``echo``, ``b_value``, ``phase`` …
    notes : tuple of Note
        What a reader should know before trusting the stack: gaps, tilt, duplicates …
    """

    uid: str
    modality: str
    instances: tuple[Instance, ...]
    description: str = ""
    number: int | None = None
    body_part: str = ""
    split: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def frames(self) -> int:
        """The images that are scrolled: the shown frames of all instances."""
        return self._ends[-1] if self._ends else 0

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        return tuple(accumulate(len(instance.shown) for instance in self.instances))

    def locate(self, index: int) -> tuple[Instance, int]:
        """Return the instance and the stored frame in it (from 0) of the stack's image `index` (from 0)."""
        number = bisect_right(self._ends, index)
        if number == len(self.instances):
            raise IndexError(index)
        instance = self.instances[number]
        shown = instance.shown
        return instance, shown[index - self._ends[number] + len(shown)]


@dataclass(frozen=True, slots=True)
class Study:
    """One examination of one patient."""

    uid: str
    patient: Patient
    series: tuple[Series, ...]
    date: str = ""
    time: str = ""
    description: str = ""
    accession: str = ""
    presentations: tuple[PresentationRef, ...] = ()
    structures: tuple[StructureRef, ...] = ()


@dataclass(frozen=True, slots=True)
class NotImage:
    """A file that was understood and has no picture: what it is, as a message key ``what.<what>``.

    A presentation state has none either, but says how pictures are shown: `presentation`. So has a structure set, which
    lies over them: `structures`.
    """

    path: str
    what: str
    presentation: PresentationRef | None = None
    structures: StructureRef | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that a set of paths held."""

    studies: tuple[Study, ...] = ()
    not_images: tuple[NotImage, ...] = ()
    problems: tuple[Problem, ...] = ()
