"""What the header of a DICOM file tells: an image with its study, or what else it is."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING

from medapp.errors import MedappError
from medapp.imaging.attributes import integer, number, text, values
from medapp.imaging.character_sets import sets_of
from medapp.imaging.cine import usual_frame_ms
from medapp.imaging.codecs import is_elsewhere, is_video
from medapp.imaging.dicom import DicomFile, encapsulated_frames, is_cut_off, open_dicom
from medapp.imaging.dicom_geometry import geometry_of
from medapp.imaging.found import FoundImage, Origin
from medapp.imaging.frame_order import frame_order, frame_positions
from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.layout import PixelLayout, layout_of
from medapp.imaging.limits import ReadLimits
from medapp.imaging.luts import windows_in
from medapp.imaging.marks import is_lossy
from medapp.imaging.pixels import is_one_stream
from medapp.imaging.private_diffusion import PRIVATE_TAGS
from medapp.imaging.quick_header import open_quickly
from medapp.imaging.references import DERIVED_CLASSES, REFERENCE_TAGS, presentation_in, source_images, structures_in
from medapp.imaging.sop_classes import is_presentation_state, what_is
from medapp.imaging.study import Instance, NotImage, Patient
from medapp.imaging.traits import TRAIT_TAGS, Traits, traits_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_IDENTITY = """SpecificCharacterSet SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality PatientName
    PatientID IssuerOfPatientID PatientBirthDate PatientSex StudyDate StudyTime StudyDescription AccessionNumber
    SeriesDescription SeriesNumber BodyPartExamined InstanceNumber AcquisitionDateTime AcquisitionDate AcquisitionTime
    ContentDate ContentTime DirectoryRecordSequence InstitutionName Manufacturer PatientAge
    ManufacturerModelName XRayTubeCurrent ExposureTime Exposure"""
_PICTURE = """Rows Columns NumberOfFrames SamplesPerPixel BitsAllocated BitsStored HighBit PixelRepresentation
    PhotometricInterpretation PlanarConfiguration ImageType LossyImageCompression FrameTime RecommendedDisplayFrameRate
    LossyImageCompressionRatio LossyImageCompressionMethod FrameTimeVector
    CineRate PresentationIntentType ViewPosition ImageLaterality Laterality WindowCenter WindowWidth
    WindowCenterWidthExplanation VOILUTFunction ExtendedOffsetTable"""
_PLACE = """ImagePositionPatient ImageOrientationPatient FrameOfReferenceUID PixelSpacing ImagerPixelSpacing
    PixelSpacingCalibrationType EstimatedRadiographicMagnificationFactor NominalScannedPixelSpacing PixelAspectRatio
    PatientOrientation SequenceOfUltrasoundRegions SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence"""
HEADER_TAGS: tuple[str | int, ...] = (
    *_IDENTITY.split(),
    *_PICTURE.split(),
    *_PLACE.split(),
    *REFERENCE_TAGS,
    *TRAIT_TAGS,
    *sorted(PRIVATE_TAGS),
)
_IGNORED = frozenset(REFERENCE_TAGS)
_ALONE = frozenset({"CR", "DX", "MG", "IO", "PX", "RG", "XC", "SEG"})
"""Modalities of single pictures, and segmentations of one frame: each instance is a display set of its own."""


def open_header(stream: IO[bytes], limits: ReadLimits, tags: tuple[str | int, ...] = HEADER_TAGS) -> DicomFile:
    """Parse `tags` of a file, by default what an index needs: quickly where it can be, else with pydicom."""
    quick = open_quickly(stream, tags, _IGNORED, _is_left)
    if quick is not None:
        return quick
    stream.seek(0)
    file = open_dicom(stream, limits, tags)
    mend_character_set(file)
    return file


def mend_character_set(file: DicomFile) -> None:
    """Read names as the quick way does, where the declared character set cannot be right."""
    from pydicom.charset import convert_encodings

    try:
        name = getattr(file.dataset.get_item("PatientName"), "value", None)
    except Exception:  # noqa: BLE001 - a malformed element can raise anything
        return
    if not isinstance(name, bytes) or name.isascii():
        return
    declared = text(file.dataset, "SpecificCharacterSet")
    sets = sets_of(declared, name)
    if sets != declared.split("\\"):
        implicit, little = file.dataset.original_encoding
        file.dataset.set_original_encoding(implicit, little, convert_encodings(sets))


def _is_left(sop_class: str) -> bool:
    """Whether what an object of a class refers to is wanted: then all of it is parsed."""
    return sop_class in DERIVED_CLASSES or is_presentation_state(sop_class)


def read_header(file: DicomFile, source: str, limits: ReadLimits) -> FoundImage | NotImage:
    """Tell what an opened file is.

    Raises
    ------
    MedappError
        Where it claims pixels that cannot be there: no size, bits that do not exist, cut off, video.
    """
    dataset = file.dataset
    sop_class = text(dataset, "SOPClassUID") or file.media_class
    if file.pixels is None:
        if is_cut_off(file):
            raise MedappError("dicom.cut_off")
        if is_elsewhere(file.transfer_syntax):
            raise MedappError("dicom.elsewhere")
        what = what_is(sop_class, is_directory="DirectoryRecordSequence" in dataset)
        if is_presentation_state(sop_class):
            return NotImage(source, what, presentation_in(dataset, source))
        return NotImage(source, what, structures=structures_in(dataset, source) if what == "rt_structures" else None)
    layout = layout_of(dataset, file.pixels.kind, limits)
    _check_pixels(file, layout)
    instance = _instance(file, layout, source, sop_class)
    order, notes = frame_order(dataset, instance.frames, sop_class)
    modality = text(dataset, "Modality").upper() or "OT"
    return FoundImage(
        instance=replace(instance, frame_order=order, frame_positions=frame_positions(dataset, instance.frames)),
        modality=modality,
        series_uid=text(dataset, "SeriesInstanceUID"),
        alone=instance.frames > 1 or modality in _ALONE,
        traits=_traits(dataset, instance),
        notes=notes,
        study_uid=text(dataset, "StudyInstanceUID"),
        patient=_patient(dataset),
        study_date=text(dataset, "StudyDate"),
        study_time=text(dataset, "StudyTime"),
        study_description=text(dataset, "StudyDescription"),
        accession=text(dataset, "AccessionNumber"),
        series_description=text(dataset, "SeriesDescription"),
        series_number=integer(dataset, "SeriesNumber"),
        body_part=text(dataset, "BodyPartExamined"),
        origin=_origin(dataset),
    )


def _origin(dataset: Dataset) -> Origin:
    return Origin(
        institution=text(dataset, "InstitutionName"),
        maker=text(dataset, "Manufacturer"),
        age=text(dataset, "PatientAge"),
        model=text(dataset, "ManufacturerModelName"),
        current_ma=number(dataset, "XRayTubeCurrent"),
        exposure_ms=number(dataset, "ExposureTime"),
        exposure_mas=number(dataset, "Exposure"),
    )


def _patient(dataset: Dataset) -> Patient:
    return Patient(
        name=text(dataset, "PatientName"),
        patient_id=text(dataset, "PatientID"),
        issuer=text(dataset, "IssuerOfPatientID"),
        birth_date=text(dataset, "PatientBirthDate"),
        sex=text(dataset, "PatientSex"),
    )


def _instance(file: DicomFile, layout: PixelLayout, source: str, sop_class: str) -> Instance:
    dataset = file.dataset
    scope = FrameScope.of(dataset, 0)
    windows = (windows_in(item) for item in scope.macro("FrameVOILUTSequence"))
    return Instance(
        source=source,
        kind="dicom",
        rows=layout.rows,
        columns=layout.columns,
        frames=layout.frames,
        sop_class_uid=sop_class,
        sop_instance_uid=text(dataset, "SOPInstanceUID"),
        instance_number=integer(dataset, "InstanceNumber"),
        transfer_syntax=file.transfer_syntax,
        photometric=layout.photometric,
        image_type=tuple(str(v) for v in values(dataset, "ImageType")),
        windows=next((found for found in windows if found), ()),
        frame_time_ms=usual_frame_ms(dataset),
        lossy=is_lossy(dataset, file.transfer_syntax),
        for_processing=text(dataset, "PresentationIntentType") == "FOR PROCESSING",
        view_position=text(dataset, "ViewPosition"),
        laterality=text(dataset, "ImageLaterality") or text(dataset, "Laterality"),
        acquired=_acquired(dataset),
        geometry=geometry_of(scope),
        refers_to=source_images(dataset) if sop_class in DERIVED_CLASSES else (),
    )


def _acquired(dataset: Dataset) -> str:
    both = text(dataset, "AcquisitionDateTime")
    if both:
        return both
    date = text(dataset, "AcquisitionDate") or text(dataset, "ContentDate")
    return f"{date} {text(dataset, 'AcquisitionTime') or text(dataset, 'ContentTime')}".strip()


def _traits(dataset: Dataset, instance: Instance) -> Traits:
    """Return what may split the series; of no use where an instance has frames of its own to sort."""
    return Traits() if instance.frames > 1 else traits_of(FrameScope.of(dataset, 0))


def _check_pixels(file: DicomFile, layout: PixelLayout) -> None:
    """Refuse a file that ends before its pixels do, and video."""
    assert file.pixels is not None
    if is_video(file.transfer_syntax):
        raise MedappError("dicom.video")
    if file.pixels.length is None:
        found = encapsulated_frames(file, layout.frames)
        if not found.complete:
            raise MedappError("dicom.truncated")
        if len(found.frames) < layout.frames:
            raise MedappError("dicom.frames_absent", frames=layout.frames, found=len(found.frames))
        return
    if is_one_stream(file, layout):
        return
    there = min(file.pixels.length, file.size - file.pixels.offset)
    bits = layout.frame_bits * layout.frames
    if there == 0:
        raise MedappError("dicom.no_pixel_bytes")
    if there * 8 < bits - 8:
        raise MedappError("dicom.truncated")
