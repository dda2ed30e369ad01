from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medapp.display.marks import marks
from medapp.display.measure import length_text, region_at, scale_bar, spacing_text, value_at
from medapp.display.readout import plain_number
from medapp.display.segments import segments_of
from medapp.display.viewport import Viewport
from medapp.i18n import catalogue
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.real_world import RealWorldMapping
from medapp.imaging.regions import UltrasoundRegion
from medapp.imaging.study import Geometry, Instance, Note
from tests.imaging.segmentations_made import Plane, block, segmentation

CT = Frame(np.array([[0, 1064, 24]], np.int16), slope=1.0, intercept=-1024.0, unit="HU", modality="CT")
TISSUE = UltrasoundRegion(0, 0, 49, 99, "2d", 1, "mm", "mm", 0.2, 0.2)
MOTION = UltrasoundRegion(50, 0, 99, 99, "motion", 1, "s", "mm", 0.01, 0.2)


def ultrasound(*regions: UltrasoundRegion) -> Frame:
    return Frame(np.zeros((120, 120), np.uint8), modality="US", regions=regions)


def spaced(source: str, spacing: tuple[float, float] | None = (0.5, 0.25)) -> Frame:
    geometry = Geometry(spacing_mm=spacing, spacing_source=source)  # type: ignore[arg-type]
    return Frame(np.zeros((100, 100), np.uint8), geometry=geometry)


def test_hounsfield_units_come_before_the_stored_value() -> None:
    assert value_at(CT, 1, 0) == ("40 HU", "stored 1064")


def test_the_nearest_pixel_counts_and_nothing_lies_beside_the_image() -> None:
    assert value_at(CT, 1.4, -0.4) == value_at(CT, 1, 0)
    assert value_at(CT, 3, 0) == value_at(CT, 0, 1) == value_at(CT, -1, 0) == ()


def test_values_without_a_rescale_are_told_once() -> None:
    assert value_at(Frame(np.array([[7]], np.uint8)), 0, 0) == ("7",)


def test_padding_is_no_value() -> None:
    padded = replace(CT, valid=np.array([[False, True, True]]))
    assert value_at(padded, 0, 0) == ("padding", "stored 0")


def test_colour_has_three_values() -> None:
    assert value_at(Frame(np.array([[[200, 40, 9]]], np.uint8)), 0, 0) == ("R 200 G 40 B 9",)


def test_pet_tells_suv_first() -> None:
    pet = Frame(np.array([[2000]], np.int16), slope=2.5, unit="Bq/ml", modality="PT", suv_factor=0.0002)
    assert value_at(pet, 0, 0) == ("SUVbw 1", "5000 Bq/ml", "stored 2000")


def test_suv_that_is_stored_is_told_once() -> None:
    pet = Frame(np.array([[1.5]], np.float32), unit="SUV", modality="PT", suv_factor=1.0)
    assert value_at(pet, 0, 0) == ("SUVbw 1.5",)


def test_real_world_values_have_their_quantity_and_unit() -> None:
    adc = RealWorldMapping(0, 4095, slope=0.5, unit="µm²/s", quantity="ADC")
    other = RealWorldMapping(5000, 6000, unit="ms", quantity="T2")
    frame = Frame(np.array([[1600]], np.uint16), real_world=(adc, other))
    assert value_at(frame, 0, 0) == ("ADC 800 µm²/s", "1600")


def test_a_mapping_that_says_what_the_rescale_says_is_told_once() -> None:
    same = RealWorldMapping(0, 4095, intercept=-1024.0, unit="HU")
    assert value_at(replace(CT, real_world=(same,)), 1, 0) == ("40 HU", "stored 1064")


def test_optical_density_is_stored_in_thousandths() -> None:
    table = Lut(0, 16, np.array([0, 2140], np.uint16))
    film = Frame(np.array([[1]], np.uint8), modality_lut=table, unit="OD")
    assert value_at(film, 0, 0) == ("2.14 OD", "stored 1")


def test_a_float_that_is_no_number_is_said_to_be_none() -> None:
    assert value_at(Frame(np.array([[np.nan]], np.float32)), 0, 0) == ("no number",)


def test_segments_at_the_pixel_are_named(tmp_path: Path) -> None:
    instance = Instance("image.dcm", "dicom", 16, 16, sop_instance_uid="1.2.77")
    frame = Frame(np.zeros((16, 16), np.uint8))
    values = (block() * 150).astype(np.uint8)
    whole = segmentation(tmp_path, block()[None], [Plane(2, "1.2.77")])
    part = segmentation(tmp_path, values[None], [Plane(1, "1.2.77")], kind="FRACTIONAL")
    assert value_at(frame, 7, 6, segments_of(whole, instance, frame)) == ("0", "part 2")
    assert value_at(frame, 7, 6, segments_of(part, instance, frame)) == ("0", "part 1 (about 80 %)")
    assert value_at(frame, 0, 0, segments_of(part, instance, frame)) == ("0",)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-1024.0, "-1024"), (0.5, "0.5"), (12345.678, "12346"), (1e-6, "1e-06"), (1e300, "1e+300")],
)
def test_numbers_keep_four_figures(value: float, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("patient", "5.0 mm"),
        ("detector", "5.0 mm at the detector"),
        ("magnified", "5.0 mm, corrected for an estimated magnification"),
        ("calibrated", "5.0 mm, calibrated"),
        ("none", "20.0 px"),
    ],
)
def test_a_length_says_what_its_millimetres_are(source: str, text: str) -> None:
    frame = spaced(source)
    assert length_text(frame, (10, 10), (30, 10)) == text
    assert (spacing_text(frame) == "") == (source == "patient")
    assert (scale_bar(frame, Viewport(), (400, 400)) is None) == (source == "none")


def test_rows_and_columns_have_their_own_spacing() -> None:
    assert length_text(spaced("patient"), (0, 0), (12, 8)) == "5.0 mm"


def test_without_a_spacing_there_are_no_millimetres() -> None:
    frame = spaced("patient", None)
    assert length_text(frame, (0, 0), (3, 4)) == "5.0 px"
    assert scale_bar(frame, Viewport(), (400, 400)) is None
    assert spacing_text(frame) == "Size unknown: pixels only"


def test_ultrasound_is_measured_in_its_region() -> None:
    frame = ultrasound(TISSUE, MOTION)
    assert length_text(frame, (5, 5), (35, 45)) == "10.0 mm"
    assert length_text(frame, (60, 20), (80, 45)) == "0.2 s × 5 mm"
    assert length_text(frame, (45, 5), (55, 5)) == "10.0 px"
    assert length_text(frame, (5, 110), (5, 115)) == "5.0 px"


def test_regions_that_overlap_measure_where_they_agree_or_one_has_priority() -> None:
    flow = replace(TISSUE, left=10, top=10, right=30, bottom=60, data_type=2)
    assert length_text(ultrasound(TISSUE, flow), (12, 12), (12, 32)) == "4.0 mm"
    finer = replace(flow, x_delta=0.1, y_delta=0.1)
    assert length_text(ultrasound(TISSUE, finer), (12, 12), (12, 32)) == "20.0 px"
    below = replace(TISSUE, has_priority=False)
    assert length_text(ultrasound(below, finer), (12, 12), (12, 32)) == "2.0 mm"
    assert region_at(ultrasound(below, finer), 12, 12) == finer


def test_a_calibration_of_a_larger_picture_is_doubtful_and_gets_no_scale_bar() -> None:
    frame = ultrasound(replace(TISSUE, right=500, fits=False))
    assert length_text(frame, (0, 0), (50, 0)).startswith("10.0 mm, doubtful")
    assert "doubtful" in spacing_text(frame)
    assert scale_bar(frame, Viewport(), (400, 400)) is None


def test_the_value_in_an_m_mode_region_tells_time_and_depth() -> None:
    assert value_at(ultrasound(TISSUE, MOTION), 75, 30) == ("0", "0.25 s", "6 mm")
    assert value_at(ultrasound(TISSUE, MOTION), 5, 30) == ("0",)


def test_a_scale_bar_has_a_round_length_and_its_true_size() -> None:
    """0.25 mm a column at two screen pixels each: 88 pixels are 11 mm, so the bar is of 1 cm."""
    bar = scale_bar(spaced("detector"), Viewport(zoom=2.0), (400, 400))
    assert bar is not None
    assert (bar.text, bar.length_px) == ("1 cm at the detector", pytest.approx(80.0))


def test_a_scale_bar_of_ultrasound_needs_one_scale() -> None:
    assert scale_bar(ultrasound(TISSUE, MOTION), Viewport(), (400, 400)) is not None
    assert scale_bar(ultrasound(TISSUE, replace(TISSUE, left=60, x_delta=0.1)), Viewport(), (400, 400)) is None
    assert scale_bar(ultrasound(MOTION), Viewport(), (400, 400)) is None


def test_marks_are_those_of_the_frame_and_before_it_is_there_of_the_header() -> None:
    instance = Instance("a.dcm", "dicom", 8, 8, lossy=True, for_processing=True)
    assert marks(instance, None) == ("Lossy compression", "For processing, not for presentation")
    how = Note.of("lossy_how", method="", ratio="19")
    frame = Frame(np.zeros((8, 8), np.uint8), marks=(how, Note("burned_in"), Note("derived")))
    assert marks(instance, frame)[0] == "Lossy compression 19:1"
    assert marks(instance, frame)[-1] == "Derived image"
    assert "Derived image" not in marks(instance, frame, all_of_them=False)


@pytest.mark.parametrize("code", ["lossy", "lossy_how", "for_processing", "burned_in", "quality_control", "derived"])
def test_every_mark_has_a_text(code: str) -> None:
    assert f"mark.{code}" in catalogue()
