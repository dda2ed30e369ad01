"""Key Object Selections: one for each study, frames of an instance together, right for the validator of others."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from medapp.errors import MedappError
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source_header import SourceHeader
from medapp.interop.dicom_file import file_bytes
from medapp.interop.identifiers import SeriesOfRun
from medapp.interop.key_object import CLASS, key_object
from medapp.workflows.key_objects import KeyReference, write_key_objects
from tests.interop.validators import SOURCES, errors_of, program

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def header(instance: str, series: str = "1.2.3", sop_class: str = ENHANCED_MR, frames: int = 9) -> SourceHeader:
    told = {
        "SOPClassUID": sop_class,
        "SOPInstanceUID": instance,
        "StudyInstanceUID": "1.2",
        "SeriesInstanceUID": series,
        "PatientName": "Müller^Jörg",
        "PatientID": "7",
    }
    return SourceHeader(tuple(told.items()), frames)


def read_back(made: Dataset) -> Dataset:
    return dcmread(io.BytesIO(file_bytes(made)))


def test_frames_of_one_instance_are_one_reference() -> None:
    made = read_back(key_object([(header("1.1"), 5), (header("1.1"), 2), (header("1.1"), 5)], SeriesOfRun()))
    (image,) = [item for item in made.ContentSequence if item.ValueType == "IMAGE"]
    (reference,) = image.ReferencedSOPSequence
    assert (reference.ReferencedSOPInstanceUID, list(reference.ReferencedFrameNumber)) == ("1.1", [2, 5])
    assert (made.SOPClassUID, made.Modality, made.PatientName) == (CLASS, "KO", "Müller^Jörg")
    assert made.ConceptNameCodeSequence[0].CodeValue == "113000"


def test_the_evidence_lists_every_instance_in_its_series() -> None:
    images = [(header("1.1"), 1), (header("1.2", "1.2.4"), 1), (header("1.3"), 1)]
    made = read_back(key_object(images, SeriesOfRun()))
    (study,) = made.CurrentRequestedProcedureEvidenceSequence
    found = {
        item.SeriesInstanceUID: [one.ReferencedSOPInstanceUID for one in item.ReferencedSOPSequence]
        for item in study.ReferencedSeriesSequence
    }
    assert (study.StudyInstanceUID, found) == ("1.2", {"1.2.3": ["1.1", "1.3"], "1.2.4": ["1.2"]})


def test_an_image_of_one_frame_has_no_frame_number() -> None:
    made = read_back(key_object([(header("1.1", frames=1), 1)], SeriesOfRun()))
    assert "ReferencedFrameNumber" not in made.ContentSequence[1].ReferencedSOPSequence[0]


def test_an_image_without_a_study_is_refused() -> None:
    with pytest.raises(MedappError) as told:
        key_object([(SourceHeader((("SOPInstanceUID", "1.1"),)), 1)], SeriesOfRun())
    assert told.value.code == "send.no_study"


def test_one_object_is_written_for_each_study_and_pictures_are_told(tmp_path: Path) -> None:
    slices = write_ct_series(tmp_path / "ct", slices=3, size=16)
    chest = write_dicom(tmp_path / "chest.dcm", PhantomCase(1, nodule=True, size=16))
    picture = write_png(tmp_path / "a.png", PhantomCase(1, nodule=True, size=16))
    references = [KeyReference(str(path), 1) for path in (slices[0], chest, picture, slices[2])]
    with Readers(ReaderConfig(processes=1)) as readers:
        written, refused = write_key_objects(references, readers, tmp_path / "out")
    assert written == 2
    assert len(refused) == 1
    assert "no DICOM image" in refused[0]
    made = [dcmread(path) for path in sorted((tmp_path / "out").iterdir())]
    counts = [sum(item.ValueType == "IMAGE" for item in one.ContentSequence) for one in made]
    assert sorted(counts) == [1, 2]


@pytest.mark.skipif(program("dciodvfy") is None, reason="dciodvfy is not installed")
def test_a_key_object_has_no_error_for_dciodvfy(tmp_path: Path) -> None:
    chest = write_dicom(tmp_path / "chest.dcm", PhantomCase(1, nodule=True, size=16))
    with Readers(ReaderConfig(processes=1)) as readers:
        made = key_object([(readers.source_header(str(chest)), 1), (header("1.1"), 3)], SeriesOfRun())
    path = tmp_path / "key.dcm"
    path.write_bytes(file_bytes(made))
    assert errors_of(path) == []


@pytest.mark.skipif(program("dciodvfy") is None, reason="dciodvfy is not installed")
@pytest.mark.data
def test_key_objects_of_twenty_images_of_eight_kinds_have_no_error_for_dciodvfy(
    shared_data: Path, tmp_path: Path
) -> None:
    references = [KeyReference(str(shared_data / "dicom" / name), 1) for name in SOURCES]
    with Readers(ReaderConfig(processes=1)) as readers:
        written, refused = write_key_objects(references, readers, tmp_path)
    assert (written, refused) == (18, [])
    assert {path.name: errors_of(path) for path in tmp_path.iterdir()} == {path.name: [] for path in tmp_path.iterdir()}
