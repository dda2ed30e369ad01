"""Marked images as a DICOM Key Object Selection: which images of a study are of interest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medapp.i18n import tr
from medapp.imaging.source_header import SourceHeader
from medapp.interop.beginning import begun
from medapp.interop.evidence import evidence_of, frame_numbers
from medapp.interop.identifiers import Place, SeriesOfRun
from medapp.interop.quiet import quiet

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CLASS = "1.2.840.10008.5.1.4.1.1.88.59"
TITLE = ("113000", "DCM", "Of Interest")
_DESCRIPTION = ("113012", "DCM", "Key Object Description")


def key_object(images: Sequence[tuple[SourceHeader, int]], series: SeriesOfRun) -> Dataset:
    """Return a Key Object Selection Document of images of one study.

    Parameters
    ----------
    images : sequence of (SourceHeader, int)
        What each image's instance says of itself, and the frame (from 1).
    series : SeriesOfRun
        Gives the document its place.

    Returns
    -------
    Dataset
        With file meta information, ready to be written; explicit VR little endian.

    Raises
    ------
    MedappError
        As `evidence_of`.

    Notes
    -----
    DICOM PS3.3 A.35.4, C.17.6.2 and PS3.16 TID 2010. Frames of one instance are one reference.
    """
    with quiet():
        sources = [(evidence_of(header), header, number) for header, number in images]
        first = sources[0][0]
        place = series.place("ko", first.StudyInstanceUID)
        made = _started(first, place)
        references = _references(sources)
        made.CurrentRequestedProcedureEvidenceSequence = [_evidence(references, first.StudyInstanceUID)]
        made.ContentSequence = [_described(), *(_image(reference) for _, reference in references)]
        return made


def _started(evidence: Dataset, place: Place) -> Dataset:
    """Return a data set with everything up to the head of the content."""
    from pydicom.dataset import Dataset

    made = begun(evidence, place, CLASS)
    made.Modality, made.SeriesDescription = "KO", tr("key_object.series")
    made.SeriesDate, made.SeriesTime = made.ContentDate, made.ContentTime
    made.ReferencedPerformedProcedureStepSequence = []
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = [_code(*TITLE)]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    made.ContentTemplateSequence = [template]
    return made


def _references(sources: Sequence[tuple[Dataset, SourceHeader, int]]) -> list[tuple[str, Dataset]]:
    """Return series and reference of each instance, with all of its frames that are meant (PS3.3 10.3)."""
    from pydicom.dataset import Dataset

    found: dict[str, tuple[str, Dataset]] = {}
    for evidence, header, number in sources:
        uid = evidence.SOPInstanceUID
        if uid not in found:
            reference = Dataset()
            reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = evidence.SOPClassUID, uid
            found[uid] = (evidence.SeriesInstanceUID, reference)
        frames = frame_numbers(header, number)
        if frames is not None:
            _add_frames(found[uid][1], frames)
    return list(found.values())


def _add_frames(reference: Dataset, frames: list[int]) -> None:
    known = reference.get("ReferencedFrameNumber")
    before = [] if known is None else [int(n) for n in ([known] if isinstance(known, int) else known)]
    reference.ReferencedFrameNumber = sorted({*before, *frames})


def _evidence(references: list[tuple[str, Dataset]], study_uid: str) -> Dataset:
    """Return the instances by study and series (PS3.3 C.17.2.1, hierarchical SOP instance reference)."""
    from pydicom.dataset import Dataset

    by_series: dict[str, list[Dataset]] = {}
    for series_uid, reference in references:
        plain = Dataset()
        plain.ReferencedSOPClassUID = reference.ReferencedSOPClassUID
        plain.ReferencedSOPInstanceUID = reference.ReferencedSOPInstanceUID
        by_series.setdefault(series_uid, []).append(plain)
    study = Dataset()
    study.ReferencedSeriesSequence = []
    for series_uid, plains in by_series.items():
        item = Dataset()
        item.ReferencedSOPSequence, item.SeriesInstanceUID = plains, series_uid
        study.ReferencedSeriesSequence.append(item)
    study.StudyInstanceUID = study_uid
    return study


def _described() -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = [_code(*_DESCRIPTION)]
    item.TextValue = tr("key_object.description")
    return item


def _image(reference: Dataset) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "IMAGE"
    item.ReferencedSOPSequence = [reference]
    return item


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
