"""Traps of what lies beside the values: SUV, millimetres, ultrasound regions, cine, marks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medapp.display.marks import marks
from medapp.display.measure import length_text, scale_bar, value_at
from medapp.display.render import render_frame
from medapp.display.viewport import Viewport
from medapp.imaging.found import FoundImage
from medapp.imaging.voi import default_voi, starts_inverted
from tests.imaging.synthetic import compressed, dicom, item, saved, sequence
from tests.traps.table import Opened, Row

Check = Callable[[Opened], None]
BASELINE = "1.2.840.10008.1.2.4.50"


def _written(folder: Path, pixels: np.ndarray, **attributes: Any) -> Path:
    return Path(saved(dicom(pixels, **attributes), folder / "image.dcm"))


def _pet(folder: Path, **changes: Any) -> Path:
    """70 kg, 350 MBq corrected to the injection: SUV 1 is 5,000 Bq/ml."""
    tracer = item(RadionuclideTotalDose="350000000", RadionuclideHalfLife="6586.2")
    attributes = {
        "Modality": "PT",
        "Units": "BQML",
        "DecayCorrection": "ADMIN",
        "CorrectedImage": ["ATTN", "DECY"],
        "PatientWeight": "70",
        "RescaleSlope": "2.5",
        "RescaleIntercept": "0",
        "RadiopharmaceuticalInformationSequence": sequence(tracer),
        **changes,
    }
    given = {name: value for name, value in attributes.items() if value is not None}
    return _written(folder, np.array([[0, 4000, 8000, 20000]], np.int16), **given)


def _pet_file(folder: Path) -> Path:
    """PET in Bq/ml, 0, 10,000, 20,000 and 50,000, without a window"""
    return _pet(folder)


def _suv_is_shown_black_on_white(opened: Opened) -> None:
    frame = opened.frame()
    assert starts_inverted(frame)
    np.testing.assert_array_equal(render_frame(frame, default_voi(frame), invert=True), [[255, 204, 153, 0]])
    assert value_at(frame, 2, 0)[0] == "SUVbw 4"


def _pet_without_weight_file(folder: Path) -> Path:
    """PET in Bq/ml without the patient's weight"""
    return _pet(folder, PatientWeight=None)


def _no_suv(opened: Opened) -> None:
    frame = opened.frame()
    assert frame.suv_factor is None
    assert [note.code for note in frame.notes] == ["suv.no_weight"]
    assert not starts_inverted(frame)
    assert value_at(frame, 1, 0) == ("10000 Bq/ml", "stored 4000")


def _measures(text: str, *, across: tuple[int, int] = (0, 100), row: int = 0) -> Check:
    """The text of a horizontal line between two columns of a row."""

    def check(opened: Opened) -> None:
        frame = opened.frame()
        assert length_text(frame, (across[0], row), (across[1], row)) == text
        bar = scale_bar(frame, Viewport(), (400, 300))
        assert (bar is None) == (text.endswith(" px") or "doubtful" in text)

    return check


def _radiograph(**attributes: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return _written(folder, np.zeros((8, 128), np.uint16), Modality="DX", **attributes)

    write.__doc__ = ", ".join(f"{name} {value}" for name, value in attributes.items()) or "no spacing at all"
    return write


def _ultrasound_region(bounds: tuple[int, int, int, int], **changes: Any) -> Dataset:
    left, top, right, bottom = bounds
    made = {"RegionSpatialFormat": 1, "PhysicalUnitsXDirection": 3, "PhysicalUnitsYDirection": 3,
            "PhysicalDeltaX": 0.02, "PhysicalDeltaY": 0.02, **changes}  # fmt: skip
    return item(
        RegionLocationMinX0=left, RegionLocationMinY0=top, RegionLocationMaxX1=right, RegionLocationMaxY1=bottom, **made
    )


def _duplex_file(folder: Path) -> Path:
    """ultrasound: tissue left, M-mode right (10 ms and 0.2 mm a pixel)"""
    motion = _ultrasound_region((64, 0, 127, 99), RegionSpatialFormat=2, PhysicalUnitsXDirection=4, PhysicalDeltaX=0.01)
    regions = sequence(_ultrasound_region((0, 0, 63, 99)), motion)
    return _written(folder, np.zeros((120, 128), np.uint8), Modality="US", SequenceOfUltrasoundRegions=regions)


def _units_by_region(opened: Opened) -> None:
    frame = opened.frame()
    assert length_text(frame, (0, 0), (50, 0)) == "10.0 mm"
    assert length_text(frame, (70, 10), (120, 35)) == "0.5 s × 5 mm"
    assert length_text(frame, (60, 0), (70, 0)) == "10.0 px"
    assert length_text(frame, (5, 110), (15, 110)) == "10.0 px"
    assert value_at(frame, 74, 10) == ("0", "0.1 s", "2 mm")


def _crosses(opened: Opened) -> None:
    """Both halves have 0.38 mm a pixel, but lie beside each other: no length leads from one to the other."""
    frame = opened.frame()
    assert length_text(frame, (100, 200), (200, 200)) == "38.3 mm"
    assert length_text(frame, (300, 200), (400, 200)) == "100.0 px"


def _plays(*times_ms: float) -> Check:
    """How long the first frames are shown."""

    def check(opened: Opened) -> None:
        assert [opened.frame(n).shown_ms for n in range(len(times_ms))] == pytest.approx(times_ms)

    return check


def _cine(**attributes: Any) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return _written(folder, np.zeros((3, 4, 4), np.uint8), Modality="XA", **attributes)

    write.__doc__ = "three frames, " + ", ".join(f"{name} {value}" for name, value in attributes.items())
    return write


def _sweeps(opened: Opened) -> None:
    assert opened.frame().sweeps


def _is_marked(*texts: str) -> Check:
    def check(opened: Opened) -> None:
        found = opened.header().found
        assert isinstance(found, FoundImage)
        told = marks(found.instance, opened.frame())
        assert [text for text in texts if text not in told] == []
        assert found.instance.lossy == any("Lossy" in text for text in told)
        if found.instance.lossy:
            assert any("Lossy" in text for text in marks(found.instance, None)), "also before it is decoded"

    return check


def _silent_baseline_file(folder: Path) -> Path:
    """baseline JPEG without Lossy Image Compression"""
    import imagecodecs

    stream = imagecodecs.jpeg_encode(np.full((8, 8), 90, np.uint8), level=90)
    return Path(saved(compressed(dicom(np.zeros((8, 8), np.uint8)), BASELINE, [stream]), folder / "image.dcm"))


def _once_lossy_file(folder: Path) -> Path:
    """uncompressed again, Lossy Image Compression 01, JPEG 2000 15:1"""
    return _written(
        folder,
        np.zeros((8, 8), np.uint8),
        LossyImageCompression="01",
        LossyImageCompressionRatio="15",
        LossyImageCompressionMethod="ISO_15444_1",
    )


def _raw_mammogram_file(folder: Path) -> Path:
    """mammogram, Presentation Intent Type FOR PROCESSING"""
    return _written(folder, np.zeros((8, 8), np.uint16), Modality="MG", PresentationIntentType="FOR PROCESSING")


def _is_not_marked(opened: Opened) -> None:
    found = opened.header().found
    assert isinstance(found, FoundImage)
    assert not found.instance.for_processing
    assert not any("processing" in text for text in marks(found.instance, opened.frame()))


ROWS = (
    Row(5, _pet_file, "PET without a window", "SUV 0 to 10, black on white", _suv_is_shown_black_on_white),
    Row(5, _pet_without_weight_file, "SUV is not guessed", "automatic window, the reason told", _no_suv),
    Row(16, "highdicom/dx_image.dcm", "a radiograph has its size at the detector", "120.1 mm at the detector",
        _measures("120.1 mm at the detector")),
    Row(16, "pydicom/dicomdirtests/77654033/CR1/6154", "Imager Pixel Spacing alone is the detector's",
        "10.0 mm at the detector", _measures("10.0 mm at the detector")),
    Row(16, _radiograph(ImagerPixelSpacing=[0.2, 0.2], EstimatedRadiographicMagnificationFactor=1.25),
        "divided by the estimated magnification, and said to be", "16.0 mm, estimated",
        _measures("16.0 mm, corrected for an estimated magnification")),
    Row(16, _radiograph(ImagerPixelSpacing=[0.2, 0.2], PixelSpacing=[0.15, 0.15]),
        "Pixel Spacing that differs is a calibration", "15.0 mm, calibrated", _measures("15.0 mm, calibrated")),
    Row(16, _radiograph(PixelSpacing=[0.2, 0.2], PixelSpacingCalibrationType="FIDUCIAL"),
        "a calibration by an object of known size", "20.0 mm, calibrated", _measures("20.0 mm, calibrated")),
    Row(16, _radiograph(), "without spacing there are no millimetres", "100.0 px", _measures("100.0 px")),
    Row(16, "pydicom-data/RG1_J2KI.dcm", "a spacing of zero is none", "100.0 px", _measures("100.0 px")),
    Row(17, "cornerstone3D/no-pixel-spacing.dcm", "the region's own scale, an ECG below it", "33.1 mm inside",
        _measures("33.1 mm", across=(200, 300), row=200)),
    Row(17, "pydicom-data/gdcm-US-ALOKA-16.dcm", "from one region to another that has the same scale", "pixels",
        _crosses),
    Row(17, "pydicom/examples_ybr_color.dcm", "a calibration that reaches beyond the picture is doubtful",
        "51.0 mm, said to be doubtful",
        _measures("51.0 mm, doubtful: the calibration belongs to a larger picture", across=(100, 200), row=100)),
    Row(17, _duplex_file, "tissue, M-mode, outside: each has its units", "10 mm · 0.5 s × 5 mm · pixels",
        _units_by_region),
    Row(32, "dicomParser/encapsulated/multi-frame/IM00001.implicit_little_endian.dcm",
        "Frame Time Vector: every frame its own time", "50, 33.3, 50 ms", _plays(50.0, 33.333, 50.0)),
    Row(32, "pydicom/examples_ybr_color.dcm", "Frame Time", "33.3 ms", _plays(33.333)),
    Row(32, _cine(CineRate=25), "Cine Rate", "40 ms", _plays(40.0)),
    Row(32, _cine(FrameTime=0.5), "2,000 frames a second cannot be watched", "120 a second", _plays(1000 / 120)),
    Row(32, _cine(FrameTime=90000), "a frame every 90 seconds is no cine", "1 a second", _plays(1000.0)),
    Row(32, _cine(FrameTime=3, RecommendedDisplayFrameRate=30), "the recommended rate goes first", "33.3 ms",
        _plays(1000 / 30)),
    Row(32, _cine(FrameTime=40, PreferredPlaybackSequencing=1), "sweeping turns round at the ends", "back and forth",
        _sweeps),
    Row(33, "cornerstone3D/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
        "Lossy Image Compression 01", "marked", _is_marked("Derived image")),
    Row(33, _once_lossy_file, "once lossy, always lossy; the method is told", "JPEG 2000 15:1",
        _is_marked("Lossy compression JPEG 2000 15:1")),
    Row(33, _silent_baseline_file, "a lossy transfer syntax says it where the attribute does not", "marked",
        _is_marked("Lossy compression")),
    Row(34, _raw_mammogram_file, "a raw mammogram is labelled", "For processing",
        _is_marked("For processing, not for presentation")),
    Row(34, "highdicom/dx_image.dcm", "an image for presentation is not", "no label", _is_not_marked),
)  # fmt: skip
