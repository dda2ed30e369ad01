"""What the pixels of an area hold, against values that are counted pixel by pixel."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.display.measuring.figures import figures_of, pixels_around
from medapp.display.measuring.inside import crosses_itself, pixels_inside
from medapp.display.measuring.shapes import Kind, Shape
from medapp.display.measuring.statistics import BINS_MOST, statistics
from medapp.display.measuring.wording import label_lines, sentence
from medapp.display.readout import plain_number
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Geometry

SIZE = (24, 32)
STORED = np.random.default_rng(7).integers(0, 2000, SIZE).astype(np.int16)
CT = Frame(
    STORED,
    slope=1.0,
    intercept=-1024.0,
    unit="HU",
    modality="CT",
    geometry=Geometry(spacing_mm=(0.5, 0.5), spacing_source="patient"),
)
BLOCK = Shape(Kind.RECTANGLE, ((4, 6), (9, 8)))
FAR = st.tuples(st.floats(-0.5, SIZE[1] - 0.5), st.floats(-0.5, SIZE[0] - 0.5))


def counted_one_by_one(shape: Shape) -> set[tuple[int, int]]:
    """Return the pixels (row, column) of an area, asked one by one."""
    left, top, right, bottom = shape.box
    found = set()
    for row in range(SIZE[0]):
        for column in range(SIZE[1]):
            if not (left <= column <= right and top <= row <= bottom):
                continue
            if shape.kind is Kind.ELLIPSE:
                across = (column - (left + right) / 2) / ((right - left) / 2 or 1)
                down = (row - (top + bottom) / 2) / ((bottom - top) / 2 or 1)
                if across**2 + down**2 > 1 + 1e-12:
                    continue
            found.add((row, column))
    return found


def crossings(outline: tuple[tuple[float, float], ...], x: float, y: float) -> int:
    """Return how many sides a ray to the right meets (the textbook's even-odd rule)."""
    count = 0
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            count += 1
    return count


@given(st.sampled_from([Kind.RECTANGLE, Kind.ELLIPSE]), FAR, FAR)
def test_a_pixel_is_inside_where_its_middle_is(
    kind: Kind, one: tuple[float, float], other: tuple[float, float]
) -> None:
    shape = Shape(kind, (one, other))
    inside = pixels_inside(shape, SIZE)
    whole = np.zeros(SIZE, np.bool_)
    whole[inside.rows, inside.columns] = inside.mask
    assert {(int(r), int(c)) for r, c in np.argwhere(whole)} == counted_one_by_one(shape)


@given(st.lists(FAR, min_size=3, max_size=12))
def test_an_outline_holds_what_a_ray_leaves_an_odd_number_of_times(corners: list[tuple[float, float]]) -> None:
    # no corner lies as high as the middle of a pixel: there, either side may be said to hold it
    outline = tuple((x + 1e-4, y + 1e-4 if abs(y - round(y)) < 1e-6 else y) for x, y in corners)
    inside = pixels_inside(Shape(Kind.FREEHAND, outline), SIZE)
    whole = np.zeros(SIZE, np.bool_)
    whole[inside.rows, inside.columns] = inside.mask
    truth = np.array([[crossings(outline, c, r) % 2 == 1 for c in range(SIZE[1])] for r in range(SIZE[0])])
    on_a_side = np.array([[is_near_a_side(outline, c, r) for c in range(SIZE[1])] for r in range(SIZE[0])])
    np.testing.assert_array_equal(whole | on_a_side, truth | on_a_side)


def is_near_a_side(outline: tuple[tuple[float, float], ...], x: float, y: float) -> bool:
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        length = math.hypot(x2 - x1, y2 - y1)
        if length and abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length < 1e-6:
            return True
    return False


def test_statistics_are_of_modality_values() -> None:
    values = STORED[6:9, 4:10].astype(float) - 1024
    found = figures_of(CT, BLOCK).statistics
    assert found is not None
    assert (found.n, found.unit, found.left_out) == (18, "HU", 0)
    assert (found.minimum, found.maximum) == (values.min(), values.max())
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std(ddof=1))
    assert found.histogram is not None
    assert found.histogram.counts.sum() == 18


def test_a_modality_table_comes_before_the_statistics() -> None:
    table = Lut(0, 16, np.arange(2000, dtype=np.uint16)[::-1].copy())
    found = figures_of(replace(CT, modality_lut=table, unit="US"), BLOCK).statistics
    assert found is not None
    assert found.mean == pytest.approx(1999 - STORED[6:9, 4:10].mean())


def test_padding_and_what_is_no_number_do_not_count() -> None:
    valid = np.ones(SIZE, np.bool_)
    valid[6, 4:10] = False
    stored = STORED.astype(np.float32)
    stored[7, 4] = np.nan
    frame = replace(CT, stored=stored, valid=valid)
    figures = figures_of(frame, BLOCK)
    found = figures.statistics
    assert found is not None
    assert (found.n, found.left_out) == (11, 7)
    kept = stored[7:9, 4:10].astype(float) - 1024
    assert found.mean == pytest.approx(np.nanmean(kept), rel=1e-6)
    assert "7 pixels of padding" in sentence(frame, BLOCK, figures)


def test_an_area_of_padding_alone_is_told() -> None:
    frame = replace(CT, valid=np.zeros(SIZE, np.bool_))
    figures = figures_of(frame, BLOCK)
    assert label_lines(frame, BLOCK, figures)[0] == "only padding: 18 pixels left out"


def test_an_area_between_the_pixels_is_told() -> None:
    shape = Shape(Kind.ELLIPSE, ((4.2, 6.2), (4.8, 6.8)))
    figures = figures_of(CT, shape)
    assert figures.statistics is not None
    assert figures.statistics.mean is None
    assert label_lines(CT, shape, figures)[0] == "no pixel lies inside"


def test_one_pixel_has_no_spread() -> None:
    shape = Shape(Kind.RECTANGLE, ((3.6, 5.6), (4.4, 6.4)))
    figures = figures_of(CT, shape)
    found = figures.statistics
    assert found is not None
    assert (found.n, found.mean, found.sd) == (1, float(STORED[6, 4]) - 1024, None)
    assert "no SD of a single pixel" in sentence(CT, shape, figures)


def test_pet_is_told_in_suv() -> None:
    found = figures_of(replace(CT, intercept=0.0, slope=2.0, unit="Bq/ml", suv_factor=0.001), BLOCK).statistics
    assert found is not None
    assert (found.quantity, found.unit) == ("suv", "SUVbw")
    assert found.mean == pytest.approx(STORED[6:9, 4:10].mean() * 0.002, rel=1e-5)


def test_colour_is_told_as_luminance() -> None:
    frame = Frame(np.full((*SIZE, 3), (200, 100, 50), np.uint8))
    figures = figures_of(frame, BLOCK)
    found = figures.statistics
    assert found is not None
    assert found.mean == pytest.approx(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert "mean 124.2 luminance" in sentence(frame, BLOCK, figures)


def test_an_outline_that_crosses_itself_has_the_area_of_its_pixels_and_says_so() -> None:
    bow = Shape(Kind.FREEHAND, ((2, 2.5), (12, 12.5), (12, 2.5), (2, 12.5)))
    figures = figures_of(CT, bow)
    assert figures.crosses_itself
    assert figures.area == pytest.approx(pixels_inside(bow, SIZE).count * 0.25)
    assert "crosses itself" in sentence(CT, bow, figures)
    assert not crosses_itself(((0, 0), (10, 0), (10, 10), (0, 10)))


def test_bins_are_whole_steps_wide_so_that_no_histogram_is_a_comb() -> None:
    ramp = np.tile(np.arange(200, dtype=np.int16), (4, 1))
    shape = Shape(Kind.RECTANGLE, ((0, 0), (199, 3)))
    histogram = statistics(Frame(ramp), pixels_inside(shape, (4, 200))).histogram
    assert histogram is not None
    assert len(histogram.counts) <= BINS_MOST
    assert set(histogram.counts.tolist()) == {16}
    assert (histogram.low, histogram.high) == (-0.5, 199.5)


@pytest.mark.parametrize("value", [0.25, 7.0])
def test_a_flat_area_is_one_bin(value: float) -> None:
    flat = Frame(np.full(SIZE, value, np.float32))
    found = figures_of(flat, BLOCK).statistics
    assert found is not None
    assert found.histogram is not None
    assert found.histogram.counts.tolist() == [18]
    assert found.sd == 0


def test_the_work_of_an_area_is_known_before_it_is_done() -> None:
    assert pixels_around(BLOCK, SIZE) == 18
    assert pixels_around(Shape(Kind.LENGTH, ((0, 0), (20, 20))), SIZE) == 0


def test_the_picture_shows_a_mean_as_finely_as_its_spread_allows_and_the_report_all_of_it() -> None:
    figures = figures_of(CT, BLOCK)
    assert figures.statistics is not None
    assert figures.statistics.mean is not None
    assert figures.statistics.sd is not None
    assert figures.statistics.sd > 10, "whole units"
    shown = label_lines(CT, BLOCK, figures)[0]
    assert f"mean {figures.statistics.mean:.0f} " in shown
    assert f"SD {figures.statistics.sd:.0f}" in shown
    assert f"{plain_number(figures.statistics.sd)} " in sentence(CT, BLOCK, figures)


def test_an_sd_that_rounding_left_of_equal_values_is_none() -> None:
    figures = figures_of(CT, BLOCK)
    assert figures.statistics is not None
    flat = replace(figures.statistics, mean=40.199999999999989, sd=1.4e-14)
    shown = label_lines(CT, BLOCK, replace(figures, statistics=flat))[0]
    assert "mean 40.2 " in shown
    assert shown.endswith("SD 0")
