"""What results keep of the instance they were computed on, read in a reader process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread

from medapp.errors import MedappError
from medapp.imaging.limits import ReadLimits
from medapp.imaging.phantom import PhantomCase, write_dicom, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source_header import SourceHeader, read_source_header


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as made:
        list(made.headers(["started before the tests"]))
        yield made


def saved(path: Path, **values: object) -> Path:
    dataset = dcmread(write_dicom(path, PhantomCase(1, nodule=True, size=32)))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def test_patient_and_study_come_through_the_pipe(readers: Readers, tmp_path: Path) -> None:
    path = saved(tmp_path / "ö.dcm", PatientName="山田^太郎", AccessionNumber="A 7", Laterality="L")
    header = readers.source_header(str(path))
    dataset = dcmread(path)
    assert (header.get("PatientName"), header.get("AccessionNumber"), header.get("Laterality")) == (
        "山田^太郎",
        "A 7",
        "L",
    )
    assert header.get("StudyInstanceUID") == dataset.StudyInstanceUID
    assert (header.frames, header.lossy) == (1, False)
    assert header.get("EthnicGroup") == ""


def test_names_in_a_wrong_character_set_are_read_as_they_are_shown(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.dcm", PatientName="Müller^Jörg")
    path.write_bytes(path.read_bytes().replace(b"ISO_IR 192", b"ISO_IR 100"))
    assert read_source_header(str(path), ReadLimits()).get("PatientName") == "Müller^Jörg"


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.dcm", StudyDescription="che\x1b[31mst")
    assert "\x1b" not in read_source_header(str(path), ReadLimits()).get("StudyDescription")


def test_that_compression_took_something_is_told(readers: Readers, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.dcm", LossyImageCompression="01", LossyImageCompressionRatio="12")
    header = readers.source_header(str(path))
    assert header.lossy
    assert header.get("LossyImageCompressionRatio") == "12"


def test_a_picture_has_no_header(readers: Readers, tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", PhantomCase(1, nodule=True, size=32))
    for path in (tmp_path / "a.png", tmp_path / "gone.dcm"):
        with pytest.raises(MedappError) as failure:
            readers.source_header(str(path))
        assert failure.value.code == ("send.not_dicom" if path.suffix == ".png" else "file.missing")


@pytest.mark.data
def test_every_encoding_of_the_same_instance_says_the_same(shared_data: Path) -> None:
    folder = shared_data / "dicom" / "pydicom"
    names = ("MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_RLE.dcm")
    found: list[SourceHeader] = [read_source_header(str(folder / name), ReadLimits()) for name in names]
    patients = {(h.get("PatientName"), h.get("PatientID"), h.get("StudyInstanceUID")) for h in found}
    assert len(patients) == 1
