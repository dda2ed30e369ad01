"""The quick reading of headers answers as pydicom's does, or leaves the file to it."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from medapp.errors import MedappError
from medapp.imaging.dicom import DicomFile, open_dicom
from medapp.imaging.dicom_header import HEADER_TAGS, open_header, read_header
from medapp.imaging.quick_header import PlainHeader
from tests.imaging.synthetic import LIMITS, dicom, item, ramp, saved, sequence

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, on odd values


def _answer(file: DicomFile) -> Any:
    try:
        return read_header(file, "source", LIMITS)
    except MedappError as error:
        return error.code, error.params


def _both(raw: bytes) -> tuple[DicomFile, DicomFile]:
    return open_header(io.BytesIO(raw), LIMITS), open_dicom(io.BytesIO(raw), LIMITS, HEADER_TAGS)


def _is_quick(file: DicomFile) -> bool:
    return isinstance(file.dataset, PlainHeader)


@pytest.mark.data
def test_every_reference_file_is_answered_as_pydicom_does(shared_data: Path) -> None:
    quick = 0
    for path in sorted((shared_data / "dicom").rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        if raw[128:132] != b"DICM" or len(raw) > 2**22:
            continue
        try:
            slow = open_dicom(io.BytesIO(raw), LIMITS, HEADER_TAGS)
        except MedappError:
            continue
        file = open_header(io.BytesIO(raw), LIMITS)
        quick += _is_quick(file)
        assert _answer(file) == _answer(slow), path.name
    assert quick > 400


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_sequences_that_nobody_asks_for_are_stepped_over(tmp_path: Path, syntax: str) -> None:
    inner = sequence(item(ReferencedSOPInstanceUID="1.2"), item(ReferencedSOPInstanceUID="1.3"))
    inner.is_undefined_length = True
    for one in inner:
        one.is_undefined_length_sequence_item = True
    outer = sequence(item(ReferencedImageSequence=inner, Rows=9))
    outer.is_undefined_length = True
    dataset = dicom(ramp(), syntax=syntax, ReferencedStudySequence=outer, PatientName="Doe^Jane", SeriesNumber=7)
    raw = Path(saved(dataset, tmp_path / "x")).read_bytes()
    file, slow = _both(raw)
    assert _is_quick(file)
    assert _answer(file) == _answer(slow)


@pytest.mark.parametrize(
    "attributes",
    [
        {"syntax": ExplicitVRBigEndian},
        {"pixels": None},
        {
            "SequenceOfUltrasoundRegions": sequence(
                item(PhysicalUnitsXDirection=3, PhysicalDeltaX=0.1, PhysicalDeltaY=0.1)
            )
        },
        {
            "SOPClassUID": "1.2.840.10008.5.1.4.1.1.30",
            "SourceImageSequence": sequence(item(ReferencedSOPInstanceUID="1.2")),
        },
    ],
)
def test_unusual_files_are_left_to_pydicom(tmp_path: Path, attributes: dict[str, Any]) -> None:
    pixels = attributes.pop("pixels", ramp()) if "pixels" in attributes else ramp()
    raw = Path(saved(dicom(pixels, **attributes), tmp_path / "x")).read_bytes()
    file, slow = _both(raw)
    assert not _is_quick(file)
    assert _answer(file) == _answer(slow)


def test_a_long_private_value_is_read_through_in_steps(tmp_path: Path) -> None:
    dataset = dicom(ramp(), PatientID="7")
    dataset.add_new(0x00290010, "LO", "SIEMENS CSA HEADER")
    dataset.add_new(0x00291010, "OB", b"SV10" + b"\0" * 100_000)
    file, slow = _both(Path(saved(dataset, tmp_path / "x")).read_bytes())
    assert _is_quick(file)
    assert _answer(file) == _answer(slow)


def test_names_of_any_character_set_are_those_of_pydicom(tmp_path: Path) -> None:
    for sets, name in (
        ("ISO_IR 192", "山田^太郎"),
        ("GB18030", "王^小东"),
        ("", "Doe=J"),
        ("ISO_IR 100", "Müller^Änne"),
    ):
        dataset = dicom(ramp(), SpecificCharacterSet=sets, PatientName=name, StudyDescription=name)
        file, slow = _both(Path(saved(dataset, tmp_path / "x")).read_bytes())
        assert _is_quick(file)
        assert _answer(file) == _answer(slow)
        assert _answer(file).patient.name == name


def test_cut_and_broken_headers_are_answered_as_before(tmp_path: Path) -> None:
    raw = Path(saved(dicom(ramp(), PatientName="A^B", EchoTime="4"), tmp_path / "x")).read_bytes()
    for at in range(132, len(raw) - 300, 3):
        for broken in (
            raw[:at],
            raw[:at] + b"\xff\xff" + raw[at + 2 :],
            raw[:at] + struct.pack("<H", 9) + raw[at + 2 :],
        ):
            assert _opened(broken, quick=True) == _opened(broken, quick=False), at


def _opened(raw: bytes, *, quick: bool) -> Any:
    try:
        stream = io.BytesIO(raw)
        return _answer(open_header(stream, LIMITS) if quick else open_dicom(stream, LIMITS, HEADER_TAGS))
    except MedappError as error:
        return error.code
