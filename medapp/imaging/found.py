"""What the header of one file tells: an image with what it belongs to, something without a picture, or a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from medapp.errors import Problem
from medapp.imaging.study import Instance, Note, NotImage, Patient
from medapp.imaging.traits import Traits


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an image comes from, and how old the patient was; empty where the file does not say.

    Attributes
    ----------
    institution, maker : str
        Institution Name (0008,0080) and Manufacturer (0008,0070).
    age : str
        Patient's Age (0010,1010), for example ``045Y``.
    model : str
        Manufacturer's Model Name (0008,1090).
    current_ma, exposure_ms, exposure_mas : float or None
        X-Ray Tube Current (0018,1151), Exposure Time (0018,1150), Exposure (0018,1152).
    """

    institution: str = ""
    maker: str = ""
    age: str = ""
    model: str = ""
    current_ma: float | None = None
    exposure_ms: float | None = None
    exposure_mas: float | None = None


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image file, and the study and series that its header names.

    Attributes
    ----------
    alone : bool
        Whether it is a display set of its own: several frames, or a radiograph.
    traits : Traits
        What may split its series.
    notes : tuple of Note
        What is to be told of it: volumes and gaps of its frames, a program in its preamble …
    """

    instance: Instance
    modality: str
    series_uid: str
    alone: bool = False
    traits: Traits = field(default_factory=Traits)
    notes: tuple[Note, ...] = ()
    study_uid: str = ""
    patient: Patient = field(default_factory=Patient)
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    accession: str = ""
    series_description: str = ""
    series_number: int | None = None
    body_part: str = ""
    origin: Origin = field(default_factory=Origin)


Found: TypeAlias = FoundImage | NotImage | Problem


@dataclass(frozen=True, slots=True)
class HeaderReply:
    """What one source turned out to be."""

    source: str
    found: Found
