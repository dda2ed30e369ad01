"""What a result that is sent on keeps of its instance: whose it is, and which study it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from medapp.errors import MedappError
from medapp.imaging.archive import open_source
from medapp.imaging.attributes import integer, text
from medapp.imaging.dicom_header import open_header
from medapp.imaging.limits import ReadLimits
from medapp.imaging.marks import is_lossy
from medapp.imaging.sniff import HEAD_BYTES, kind_of

_INSTANCE = "SpecificCharacterSet SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality"
PATIENT = """PatientName PatientID IssuerOfPatientID TypeOfPatientID PatientBirthDate PatientBirthTime PatientSex
    OtherPatientNames EthnicGroup PatientComments PatientIdentityRemoved DeidentificationMethod QualityControlSubject
    PatientSpeciesDescription PatientBreedDescription ResponsiblePerson ResponsiblePersonRole"""
STUDY = """StudyDate StudyTime StudyID AccessionNumber StudyDescription ReferringPhysicianName PatientAge PatientSize
    PatientWeight"""
_PLACE = "BodyPartExamined Laterality ImageLaterality PatientOrientation"
_LOSS = "LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod"
KEPT = tuple(" ".join((_INSTANCE, PATIENT, STUDY, _PLACE, _LOSS)).split())
"""Keywords of the attributes that are kept: plain values of the Patient, General Study and Patient Study modules
(PS3.3 C.7.1.1, C.7.2.1, C.7.2.2), and what a derived image has to repeat."""


@dataclass(frozen=True)
class SourceHeader:
    """The attributes of one DICOM instance that its results repeat, as text.

    Attributes
    ----------
    attributes : tuple of (str, str)
        Keyword and value of those that are there; several values are joined by a backslash.
    frames : int
        Number of Frames, 1 where the file does not say.
    lossy : bool
        Whether compression has changed its pixels, now or before.
    """

    attributes: tuple[tuple[str, str], ...]
    frames: int = 1
    lossy: bool = False

    def get(self, keyword: str) -> str:
        """Return the value of `keyword`, empty where there is none."""
        return dict(self.attributes).get(keyword, "")


def read_source_header(source: str, limits: ReadLimits) -> SourceHeader:
    """Read what is kept of the instance in a source.

    Parameters
    ----------
    source : str
        A path, or a member of an archive.
    limits : ReadLimits

    Returns
    -------
    SourceHeader

    Raises
    ------
    MedappError
        ``send.not_dicom`` where it is a picture or something else, and what `open_source` and `open_dicom` raise.
    """
    with open_source(source, limits) as stream:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        if kind_of(head) != "dicom":
            raise MedappError("send.not_dicom")
        file = open_header(stream, limits, (*KEPT, "NumberOfFrames"))
        dataset = file.dataset
        found = ((keyword, text(dataset, keyword)) for keyword in KEPT)
        return SourceHeader(
            tuple((keyword, value) for keyword, value in found if value),
            integer(dataset, "NumberOfFrames") or 1,
            is_lossy(dataset, file.transfer_syntax),
        )
