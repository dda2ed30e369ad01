"""An answer as a DICOM Secondary Capture: what any viewer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medapp import __version__
from medapp.i18n import ended, spaced, tr
from medapp.imaging.source_header import SourceHeader
from medapp.interop.beginning import begun
from medapp.interop.evidence import allowed, evidence_of, frame_numbers
from medapp.interop.identifiers import Place, SeriesOfRun
from medapp.interop.outcome import Outcome
from medapp.interop.picture import Picture, captioned
from medapp.interop.quiet import quiet
from medapp.interop.words import headline

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CLASS = "1.2.840.10008.5.1.4.1.1.7"
_UNPAIRED = """ABDOMEN ABDOMENPELVIS AORTA BACK BLADDER BRAIN CEREBELLUM CERVIX CHEST CHESTABDOMEN CHESTABDPELVIS
    CIRCLEOFWILLIS COCCYX COLON CORONARYARTERY CSPINE CTSPINE DUODENUM ESOPHAGUS FACE GALLBLADDER HEAD HEADNECK HEART
    ILEUM ILIUM JAW JEJUNUM LARYNX LIVER LSPINE LSSPINE MAXILLA MEDIASTINUM MOUTH NECK NECKCHEST NECKCHESTABDOMEN
    NECKCHESTABDPELV NOSE PANCREAS PELVIS PENIS PHARYNX PROSTATE RECTUM SCALP SKULL SPINE SPLEEN SSPINE STERNUM STOMACH
    THYMUS THYROID TLSPINE TONGUE TRACHEA TSPINE URETER URETHRA UTERUS VAGINA VULVA WHOLEBODY"""
UNPAIRED = frozenset(_UNPAIRED.split())
"""Body parts of which Laterality must not speak (PS3.16 annex L, as dciodvfy reads it)."""


def secondary_capture(outcome: Outcome, picture: Picture, series: SeriesOfRun) -> Dataset:
    """Return a picture of an answer as a Secondary Capture image, marked derived, with its words burned in.

    Parameters
    ----------
    outcome : Outcome
        Its `header` says which study the picture belongs to.
    picture : Picture
        From `picture_with_contour`.
    series : SeriesOfRun
        Gives the picture its place.

    Returns
    -------
    Dataset
        With file meta information, ready to be written; RGB, explicit VR little endian, uncompressed.

    Raises
    ------
    MedappError
        As `evidence_of`.

    Notes
    -----
    DICOM PS3.3 A.8.1; derivation C.7.6.1.1.2 to C.7.6.1.1.4, C.12.4.1.1; SC Equipment C.8.6.1.
    """
    with quiet():
        evidence = evidence_of(outcome.header)
        assert outcome.header is not None
        side = _laterality(outcome.header)
        place = series.place("sc", evidence.StudyInstanceUID, side or "none")
        made = _started(evidence, place)
        if side is not None:
            made.Laterality = side
        _describe(made, outcome, outcome.header, evidence)
        _fill(made, captioned(outcome, picture))
        return made


def _started(evidence: Dataset, place: Place) -> Dataset:
    """Return a data set with everything up to what the picture shows."""
    made = begun(evidence, place, CLASS)
    made.Modality, made.SeriesDescription = "OT", tr("send.sc_series")
    made.ConversionType = "WSD"
    made.SecondaryCaptureDeviceManufacturer = made.SecondaryCaptureDeviceManufacturerModelName = "medapp"
    made.SecondaryCaptureDeviceSoftwareVersions = __version__
    made.DateOfSecondaryCapture, made.TimeOfSecondaryCapture = made.ContentDate, made.ContentTime
    made.ContentQualification = "RESEARCH"
    return made


def _describe(made: Dataset, outcome: Outcome, header: SourceHeader, evidence: Dataset) -> None:
    """Say what the picture was made from, and that it is no original."""
    from pydicom.dataset import Dataset

    made.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    made.BurnedInAnnotation = "YES"
    made.RecognizableVisualFeatures = "NO"
    made.DerivationDescription = tr("send.derivation")
    made.ImageComments = spaced((ended(headline(outcome.prediction)), tr("research_use")))
    made.PatientOrientation = ""
    body_part = allowed("BodyPartExamined", header.get("BodyPartExamined"))
    if body_part:
        made.BodyPartExamined = body_part
    source = Dataset()
    source.ReferencedSOPClassUID = evidence.SOPClassUID
    source.ReferencedSOPInstanceUID = evidence.SOPInstanceUID
    frames = frame_numbers(header, outcome.frame_number)
    if frames is not None:
        source.ReferencedFrameNumber = frames
    source.PurposeOfReferenceCodeSequence = [_code("121322", "DCM", "Source image for image processing operation")]
    made.SourceImageSequence = [source]
    if header.lossy:
        made.LossyImageCompression = "01"
        _keep_loss(made, header)


def _keep_loss(made: Dataset, header: SourceHeader) -> None:
    """Repeat how the source was compressed, where it says so in full: a ratio for each method (C.7.6.1.1.5)."""
    ratios = header.get("LossyImageCompressionRatio").split("\\")
    methods = header.get("LossyImageCompressionMethod").split("\\")
    if all(ratios) and all(methods) and len(ratios) == len(methods):
        made.LossyImageCompressionRatio = ratios
        made.LossyImageCompressionMethod = methods


def _laterality(header: SourceHeader) -> str | None:
    """Return the side of a paired body part, empty where it is not known; None for an unpaired one (C.7.3.1)."""
    if header.get("BodyPartExamined").upper() in UNPAIRED:
        return None
    side = (header.get("ImageLaterality") or header.get("Laterality")).upper()
    return side if side in {"L", "R"} else ""


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _fill(made: Dataset, pixels: NDArray[np.uint8]) -> None:
    """Put RGB pixels in, colour by pixel (C.7.6.3)."""
    made.Rows, made.Columns = pixels.shape[:2]
    made.SamplesPerPixel = 3
    made.PhotometricInterpretation = "RGB"
    made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit = 7
    made.PixelRepresentation = 0
    data = np.ascontiguousarray(pixels).tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)
