"""Lengths, angles and areas against truth that is computed another way: in the patient, whatever the screen shows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.display.measuring.figures import figures_of
from medapp.display.measuring.scale import calibrated, calibration_from, scale_of
from medapp.display.measuring.shapes import Kind, Measurement, Shape, Sheet, moved, on_frame, with_point
from medapp.display.measuring.wording import label_lines, sentence
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.regions import UltrasoundRegion
from medapp.imaging.study import Geometry

SIZE = (120, 200)
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)
TISSUE = UltrasoundRegion(0, 0, 99, 119, "2d", 1, "mm", "mm", 0.2, 0.2)
DOPPLER = UltrasoundRegion(100, 0, 199, 119, "spectral", 3, "s", "cm/s", 0.01, -0.5)

places = st.tuples(st.floats(-0.5, SIZE[1] - 0.5), st.floats(-0.5, SIZE[0] - 0.5))
viewports = st.builds(
    Viewport,
    zoom=st.one_of(st.none(), st.floats(0.05, 40)),
    centre=st.one_of(st.none(), places),
    quarter_turns=st.integers(0, 3),
    flipped=st.booleans(),
    inverted=st.booleans(),
)
spacings = st.tuples(st.floats(0.05, 3), st.floats(0.05, 3))


def frame_of(
    spacing: tuple[float, float] | None = (0.5, 0.5), source: str = "patient", *, aspect: tuple[int, int] | None = None
) -> Frame:
    geometry = Geometry((10.0, -20.0, 30.0), OBLIQUE, spacing_mm=spacing, spacing_source=source, aspect=aspect)  # type: ignore[arg-type]
    return Frame(np.zeros(SIZE, np.int16), geometry=geometry, modality="CT")


def in_patient(frame: Frame, point: tuple[float, float]) -> np.ndarray:
    """Return where a pixel lies in the patient, by PS3.3 C.7.6.2.1.1."""
    geometry = frame.geometry
    assert geometry.spacing_mm
    assert geometry.orientation
    row, column = np.array(geometry.orientation[:3]), np.array(geometry.orientation[3:])
    return (
        np.array(geometry.position)
        + row * geometry.spacing_mm[1] * point[0]
        + column * geometry.spacing_mm[0] * point[1]
    )


def drawn(frame: Frame, viewport: Viewport, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Return the source points that a hand hits where it points at `points` on a screen."""
    shape, screen = ImageShape.of(frame), (640, 480)
    there = viewport.source_to_screen(shape, screen)
    back = viewport.screen_to_source(shape, screen)
    hit = []
    for x, y in points:
        on_screen = there @ np.array([x, y, 1.0])
        at = back @ np.array([*on_screen, 1.0])
        hit.append((float(at[0]), float(at[1])))
    return tuple(hit)


@given(spacings, viewports, places, places)
def test_a_length_is_the_distance_in_the_patient_however_the_screen_shows_it(
    spacing: tuple[float, float], viewport: Viewport, start: tuple[float, float], end: tuple[float, float]
) -> None:
    frame = frame_of(spacing)
    shape = Shape(Kind.LENGTH, drawn(frame, viewport, (start, end)))  # type: ignore[arg-type]
    truth = np.linalg.norm(in_patient(frame, start) - in_patient(frame, end))
    assert figures_of(frame, shape).length == pytest.approx(truth, rel=1e-6, abs=1e-6)


@given(spacings, viewports, places, places, places)
def test_an_angle_is_that_in_the_patient_however_the_screen_shows_it(
    spacing: tuple[float, float],
    viewport: Viewport,
    arm: tuple[float, float],
    vertex: tuple[float, float],
    other: tuple[float, float],
) -> None:
    frame = frame_of(spacing)
    one = in_patient(frame, arm) - in_patient(frame, vertex)
    two = in_patient(frame, other) - in_patient(frame, vertex)
    if min(np.linalg.norm(one), np.linalg.norm(two)) < 0.5:
        return  # the angle at a point is whatever rounding makes of it
    truth = math.degrees(math.acos(np.clip(one @ two / np.linalg.norm(one) / np.linalg.norm(two), -1, 1)))
    found = figures_of(frame, Shape(Kind.ANGLE, drawn(frame, viewport, (arm, vertex, other)))).angle
    assert found == pytest.approx(truth, abs=1e-3)


@given(spacings, st.floats(0, 179), st.floats(0, 179))
def test_a_cobb_angle_is_the_smaller_one_whichever_way_the_lines_were_drawn(
    spacing: tuple[float, float], first: float, second: float
) -> None:
    frame = frame_of(spacing)
    lines = []
    for degrees, way in ((first, 1), (second, -1)):
        step = way * math.cos(math.radians(degrees)) * 20, way * math.sin(math.radians(degrees)) * 20
        lines += [(100.0, 60.0), (100 + step[0] / spacing[1], 60 + step[1] / spacing[0])]
    apart = abs(first - second)
    assert figures_of(frame, Shape(Kind.COBB, tuple(lines))).angle == pytest.approx(min(apart, 180 - apart), abs=1e-6)


def test_an_angle_of_pixels_that_are_not_square_counts_their_aspect() -> None:
    shape = Shape(Kind.ANGLE, ((10, 0), (0, 0), (10, 5)))
    assert figures_of(frame_of(None, "none", aspect=(2, 1)), shape).angle == pytest.approx(45)
    assert figures_of(frame_of(None, "none"), shape).angle == pytest.approx(math.degrees(math.atan2(5, 10)))


def test_an_angle_without_an_arm_is_none_and_says_so() -> None:
    frame, shape = frame_of(), Shape(Kind.ANGLE, ((3, 3), (3, 3), (9, 9)))
    figures = figures_of(frame, shape)
    assert figures.angle is None
    assert label_lines(frame, shape, figures) == ("no angle: a line has no length",)


@given(spacings, places, places)
def test_areas_are_those_of_geometry(
    spacing: tuple[float, float], one: tuple[float, float], other: tuple[float, float]
) -> None:
    frame = frame_of(spacing)
    across = abs(one[0] - other[0]) * spacing[1]
    down = abs(one[1] - other[1]) * spacing[0]
    corners = (one, (other[0], one[1]), other, (one[0], other[1]))
    for kind, points, truth in (
        (Kind.RECTANGLE, (one, other), across * down),
        (Kind.ELLIPSE, (one, other), math.pi * across * down / 4),
        (Kind.FREEHAND, corners, across * down),
    ):
        found = figures_of(frame, Shape(kind, points), with_statistics=False)  # type: ignore[arg-type]
        assert found.area == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("patient", "5.0 mm"),
        ("detector", "5.0 mm at the detector"),
        ("magnified", "5.0 mm, corrected for an estimated magnification"),
        ("calibrated", "5.0 mm, calibrated"),
        ("by_hand", "5.0 mm, calibrated by hand"),
        ("none", "10.0 px"),
    ],
)
def test_a_length_says_what_it_is_measured_at(source: str, text: str) -> None:
    frame, shape = frame_of(source=source), Shape(Kind.LENGTH, ((10, 10), (16, 18)))
    assert label_lines(frame, shape, figures_of(frame, shape)) == (text,)
    area = Shape(Kind.RECTANGLE, ((10, 10), (20, 20)))
    words = sentence(frame, area, figures_of(frame, area))
    assert text.removeprefix("5.0 mm").removeprefix("10.0 px") in words
    assert ("mm²" in words) == (source != "none")


def test_an_ultrasound_line_has_its_regions_units_and_pixels_from_one_into_another() -> None:
    frame = replace(frame_of(None, "none"), regions=(TISSUE, DOPPLER))
    inside = Shape(Kind.LENGTH, ((10, 10), (40, 50)))
    flow = Shape(Kind.LENGTH, ((110, 10), (160, 30)))
    across = Shape(Kind.LENGTH, ((90, 10), (120, 50)))
    texts = [label_lines(frame, shape, figures_of(frame, shape)) for shape in (inside, flow, across)]
    assert texts == [("10.0 mm",), ("0.5 s × 10 cm/s",), ("50.0 px",)]


def test_an_area_over_time_is_told_in_pixels() -> None:
    frame = replace(frame_of(None, "none"), regions=(TISSUE, DOPPLER))
    figures = figures_of(frame, Shape(Kind.RECTANGLE, ((110, 10), (120, 20))))
    assert (figures.area, figures.scale.x_unit) == (100, "px")
    within = figures_of(frame, Shape(Kind.RECTANGLE, ((10, 10), (20, 20))))
    assert (within.area, within.scale.x_unit) == (pytest.approx(4), "mm")


@given(places, places, st.floats(0.1, 500), st.sampled_from([None, (1, 1), (3, 2), (1, 4)]))
def test_a_calibrated_line_is_as_long_as_was_said(
    start: tuple[float, float], end: tuple[float, float], length_mm: float, aspect: tuple[int, int] | None
) -> None:
    if math.dist(start, end) < 1e-3:
        return
    frame = frame_of(None, "none", aspect=aspect)
    known = calibrated(frame, calibration_from(frame, start, end, length_mm))
    figures = figures_of(known, Shape(Kind.LENGTH, (start, end)))
    assert figures.length == pytest.approx(length_mm)
    assert figures.scale.source == "by_hand"
    assert ImageShape.of(known).aspect == pytest.approx(ImageShape.of(frame).aspect)


@pytest.mark.parametrize("length_mm", [0.0, -1.0, math.nan, math.inf])
def test_no_line_can_be_calibrated_to_a_length_that_is_none(length_mm: float) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        calibration_from(frame_of(), (0, 0), (10, 0), length_mm)
    with pytest.raises(ValueError, match="cannot be"):
        calibration_from(frame_of(), (5, 5), (5, 5), 10)


def test_a_calibration_by_hand_holds_instead_of_the_regions_of_the_file() -> None:
    frame = replace(frame_of(None, "none"), regions=(TISSUE,))
    known = calibrated(frame, calibration_from(frame, (0, 0), (10, 0), 5.0))
    assert scale_of(known, ((0, 0), (150, 100))).across == pytest.approx(0.5)
    assert calibrated(frame, None) is frame


def test_a_long_text_is_broken_into_lines_and_whole_in_the_report() -> None:
    frame, text = (
        frame_of(),
        Shape(Kind.TEXT, ((3, 3),), "a lesion with a margin that is not sharp, compare with the last one"),
    )
    lines = label_lines(frame, text, figures_of(frame, text))
    assert len(lines) == 2
    assert " ".join(lines) == text.text
    assert sentence(frame, text, figures_of(frame, text)) == f"Text: {text.text}"


def test_marks_are_told_by_their_place_from_one() -> None:
    frame = frame_of()
    arrow, probe = Shape(Kind.ARROW, ((3, 3), (10, 20))), Shape(Kind.PROBE, ((10.2, 19.8),))
    assert sentence(frame, arrow, figures_of(frame, arrow)) == "Arrow: points at column 11, row 21"
    assert sentence(frame, probe, figures_of(frame, probe)) == "Value: 0 at column 11, row 21"
    assert label_lines(frame, arrow, figures_of(frame, arrow)) == ()


def test_every_frame_has_its_own_spacing() -> None:
    shape = Shape(Kind.LENGTH, ((0, 0), (10, 0)))
    assert [figures_of(frame_of((1.0, s)), shape).length for s in (0.5, 0.25)] == [5.0, 2.5]


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (Kind.LENGTH, ((0, 0),)),
        (Kind.ANGLE, ((0, 0), (1, 1))),
        (Kind.FREEHAND, ((0, 0), (1, 1))),
        (Kind.PROBE, ((math.nan, 0),)),
    ],
)
def test_a_shape_is_made_of_as_many_points_as_it_takes(kind: Kind, points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="is not made of"):
        Shape(kind, points)


def test_a_shape_that_is_moved_keeps_its_form_and_stays_on_the_frame() -> None:
    shape = Shape(Kind.RECTANGLE, ((10, 10), (30, 20)))
    assert moved(shape, 5, -3, SIZE).points == ((15, 7), (35, 17))
    assert moved(shape, -100, 1000, SIZE).points == ((-0.5, 109.5), (19.5, 119.5))
    assert on_frame((-9, 500), SIZE) == (-0.5, 119.5)
    assert with_point(shape, 1, (50.0, 60.0)).points == ((10, 10), (50.0, 60.0))


def test_a_sheet_changes_one_measurement_and_keeps_the_order() -> None:
    one, two = (Measurement.of(Shape(Kind.PROBE, ((x, 0),))) for x in (1, 2))
    sheet = Sheet().adding(one).adding(two)
    changed = replace(one, label_at=(3.0, 4.0))
    assert sheet.changing(changed).measurements == (changed, two)
    assert sheet.without(one.id).measurements == (two,)
    assert sheet.find(two.id) is two
    assert sheet.find("?") is None
