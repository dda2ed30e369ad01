"""What the header of one file tells: an image with what it belongs to, something without a picture, or a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from medapp.errors import Problem
from medapp.imaging.study import Instance, NotImage, Patient


@dataclass(frozen=True)
class FoundImage:
    """An image file, and the study and series that its header names.

    Attributes
    ----------
    stack : str
        Images of one series with the same `stack` are scrolled together: what splits a series in
        display sets (orientation, matrix, kernel, echo …) goes into it.
    """

    instance: Instance
    modality: str
    series_uid: str
    stack: str = ""
    study_uid: str = ""
    patient: Patient = field(default_factory=Patient)
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    accession: str = ""
    series_description: str = ""
    series_number: int | None = None
    body_part: str = ""


Found: TypeAlias = FoundImage | NotImage | Problem


@dataclass(frozen=True)
class HeaderReply:
    """What one source turned out to be."""

    source: str
    found: Found
