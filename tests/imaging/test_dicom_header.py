from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEGLSLossless

from medapp.errors import Problem
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.opening import find
from medapp.imaging.study import NotImage
from tests.imaging.synthetic import LIMITS, compressed, dicom, item, ramp, saved, sequence


def _found(folder: Path, **attributes: object) -> Found:
    pixels = attributes.pop("pixels", ramp())
    return find(saved(dicom(pixels, **attributes), folder / "x"), LIMITS)  # type: ignore[arg-type]


def _image(folder: Path, **attributes: object) -> FoundImage:
    found = _found(folder, **attributes)
    assert isinstance(found, FoundImage), found
    return found


@pytest.mark.parametrize(
    ("attributes", "spacing", "source"),
    [
        ({"PixelSpacing": [0.5, 0.25]}, (0.5, 0.25), "patient"),
        ({"PixelSpacing": [0.2, 0.2], "Modality": "DX"}, (0.2, 0.2), "detector"),
        ({"ImagerPixelSpacing": [0.2, 0.2]}, (0.2, 0.2), "detector"),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.2, 0.2]}, (0.2, 0.2), "detector"),
        ({"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.15, 0.15]}, (0.15, 0.15), "calibrated"),
        ({"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"}, (0.2, 0.2), "calibrated"),
        (
            {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": "2"},
            (0.1, 0.1),
            "magnified",
        ),
        ({}, None, "none"),
        ({"PixelSpacing": [0, 0]}, None, "none"),
    ],
)
def test_a_spacing_is_told_with_what_it_is_measured_at(
    tmp_path: Path, attributes: dict[str, object], spacing: tuple[float, float] | None, source: str
) -> None:
    geometry = _image(tmp_path, **attributes).instance.geometry
    assert geometry.spacing_mm == spacing
    assert geometry.spacing_source == source


def _ultrasound_region(down_cm: float, kind: int = 1) -> Dataset:
    return item(
        RegionSpatialFormat=kind,
        RegionLocationMinX0=0, RegionLocationMinY0=0, RegionLocationMaxX1=3, RegionLocationMaxY1=3,
        PhysicalUnitsXDirection=3, PhysicalUnitsYDirection=3, PhysicalDeltaX=0.01, PhysicalDeltaY=down_cm,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("regions", "spacing"),
    [
        ([_ultrasound_region(0.02)], (0.2, 0.1)),
        ([_ultrasound_region(0.02), _ultrasound_region(0.02)], (0.2, 0.1)),
        ([_ultrasound_region(0.02), _ultrasound_region(0.05, kind=3)], (0.2, 0.1)),
        ([_ultrasound_region(0.02), _ultrasound_region(0.05)], None),
        ([_ultrasound_region(0.02, kind=2)], None),
    ],
)
def test_ultrasound_regions_in_space_give_the_spacing_where_they_agree(
    tmp_path: Path, regions: list[Dataset], spacing: tuple[float, float] | None
) -> None:
    found = _image(tmp_path, Modality="US", SequenceOfUltrasoundRegions=sequence(*regions))
    assert found.instance.geometry.spacing_mm == (None if spacing is None else pytest.approx(spacing))


@pytest.mark.parametrize("orientation", [[1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 1, 0]])
def test_an_impossible_orientation_is_no_orientation(tmp_path: Path, orientation: list[float]) -> None:
    assert _image(tmp_path, ImageOrientationPatient=orientation).instance.geometry.orientation is None


@pytest.mark.parametrize(
    ("sop_class", "what"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.33", "structured_report"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "key_object"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "presentation_state"),
        ("1.2.840.10008.5.1.4.1.1.11.2", "presentation_state_colour"),
        ("1.2.840.10008.5.1.4.1.1.11.3", "presentation_state_palette"),
        ("1.2.840.10008.5.1.4.1.1.11.4", "presentation_state_blending"),
        ("1.2.840.10008.5.1.4.1.1.11.5", "presentation_state"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "pdf"),
        ("1.2.840.10008.5.1.4.1.1.481.5", "rt_plan"),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", "waveform"),
        ("1.2.840.10008.5.1.4.1.1.2", "no_pixels"),
        ("1.2.3.4.5", "no_pixels"),
    ],
)
def test_a_file_without_pixels_is_named_by_its_sop_class(tmp_path: Path, sop_class: str, what: str) -> None:
    found = _found(tmp_path, pixels=None, SOPClassUID=UID(sop_class))
    assert isinstance(found, NotImage)
    assert found.what == what


@pytest.mark.parametrize("keep", [0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_a_problem_wherever_it_ends(tmp_path: Path, keep: float) -> None:
    path = Path(saved(dicom(np.zeros((64, 64), np.int16), PatientComments="x" * 3000), tmp_path / "x"))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    found = find(str(path), LIMITS)
    assert isinstance(found, Problem)
    assert found.code in {"dicom.truncated", "dicom.cut_off"}


def test_a_long_document_is_named_and_a_cut_one_told(tmp_path: Path) -> None:
    attributes = {"SOPClassUID": UID("1.2.840.10008.5.1.4.1.1.104.1"), "EncapsulatedDocument": b"%PDF" * 50_000}
    path = Path(saved(dicom(None, **attributes), tmp_path / "x"))
    whole = find(str(path), LIMITS)
    assert isinstance(whole, NotImage)
    assert whole.what == "pdf"
    path.write_bytes(path.read_bytes()[:-1000])
    cut = find(str(path), LIMITS)
    assert isinstance(cut, Problem)
    assert cut.code == "dicom.cut_off"


def test_a_file_that_ends_inside_a_sequence_is_told_as_cut_off(tmp_path: Path) -> None:
    references = sequence(*[item(ReferencedSOPInstanceUID="1.2.3")] * 20)
    references.is_undefined_length = True
    dataset = dicom(None, SOPClassUID=UID("1.2.840.10008.5.1.4.1.1.88.33"), ReferencedInstanceSequence=references)
    path = Path(saved(dataset, tmp_path / "x"))
    raw = path.read_bytes()
    for end in range(len(raw) - 300, len(raw) - 20, 7):
        path.write_bytes(raw[:end])
        found = find(str(path), LIMITS)
        assert isinstance(found, NotImage) or found.code == "dicom.cut_off"  # type: ignore[union-attr]


def test_frames_that_are_announced_and_absent_are_told(tmp_path: Path) -> None:
    stream = imagecodecs.jpegls_encode(np.zeros((4, 4), np.uint8))
    dataset = compressed(dicom(np.zeros((2, 4, 4), np.uint8), NumberOfFrames=2**31 - 1), JPEGLSLossless, [stream] * 2)
    found = find(saved(dataset, tmp_path / "x"), LIMITS)
    assert isinstance(found, Problem)
    assert found.code == "dicom.frames_absent"
    uncompressed = _found(tmp_path, NumberOfFrames=2**31 - 1)
    assert isinstance(uncompressed, Problem)
    assert uncompressed.code == "dicom.truncated"


def test_what_may_split_a_series_is_read(tmp_path: Path) -> None:
    traits = _image(tmp_path, EchoTime="90", ConvolutionKernel="B70f", ImageType=["DERIVED", "PRIMARY", "M"]).traits
    assert (traits.echo, traits.kernel, traits.image_type) == (90.0, "B70f", ("DERIVED", "PRIMARY", "M"))


@pytest.mark.parametrize("attributes", [{"Modality": "CR"}, {"Modality": "MG"}, {"pixels": np.stack([ramp(), ramp()])}])
def test_radiographs_and_multi_frame_images_are_stacks_of_their_own(
    tmp_path: Path, attributes: dict[str, object]
) -> None:
    assert _image(tmp_path, **attributes.copy()).alone


@pytest.mark.parametrize(
    ("attributes", "milliseconds"),
    [
        ({"FrameTime": "40"}, 40),
        ({"CineRate": "25"}, 40),
        ({"FrameTime": "0"}, None),
        ({"FrameTime": "1e9"}, 1000),
        ({}, None),
    ],
)
def test_the_time_of_a_frame_stays_within_sane_limits(
    tmp_path: Path, attributes: dict[str, object], milliseconds: float | None
) -> None:
    assert _image(tmp_path, **attributes).instance.frame_time_ms == milliseconds


def test_lossy_and_for_processing_are_told(tmp_path: Path) -> None:
    instance = _image(tmp_path, LossyImageCompression="01", PresentationIntentType="FOR PROCESSING").instance
    assert instance.lossy
    assert instance.for_processing


@pytest.mark.filterwarnings("ignore")  # readers silence pydicom, which warns about the escape sequence
def test_control_characters_and_markup_in_names_are_plain_text(tmp_path: Path) -> None:
    found = _image(tmp_path, PatientName="<b>Doe</b>\x1b[31m^\x07Jane", StudyDescription="a\r\nb")
    assert found.patient.name == "<b>Doe</b>[31m^Jane"
    assert found.study_description == "ab"


@pytest.mark.data
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("chrGreek.dcm", "Διονυσιος"),
        ("chrRuss.dcm", "Люкceмбypг"),
        ("chrH31.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("chrX2.dcm", "Wang^XiaoDong=王^小东"),
        ("chrHbrw.dcm", "שרון^דבורה"),
        ("chrI2.dcm", "Hong^Gildong=洪^吉洞=홍^길동"),
    ],
)
def test_names_are_decoded_by_their_character_set(shared_data: Path, file: str, name: str) -> None:
    found = find(str(shared_data / "dicom/pydicom_charset" / file), LIMITS)
    assert isinstance(found, FoundImage)
    assert found.patient.name == name
