"""The histogram: each value once, padding left out, bins of whole steps, and the window on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.display.histogram import histogram_of, limits_of, window_between
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window
from medapp.imaging.voi import apply_window


def test_every_pixel_is_counted_once_in_the_bin_of_its_value() -> None:
    stored = np.array([[0, 0, 1], [5, 5, 5]], np.uint16)
    found = histogram_of(Frame(stored, unit="HU"))
    assert found.counts[0].tolist() == [2, 1, 0, 0, 0, 3]
    assert found.edges[:2].tolist() == [-0.5, 0.5]
    assert (found.pixels, found.left_out, found.unit) == (6, 0, "HU")
    assert (found.least, found.greatest) == (0, 5)
    assert found.mean == pytest.approx(stored.mean())
    assert found.deviation == pytest.approx(stored.std())


def test_modality_values_are_counted_not_stored_ones() -> None:
    frame = Frame(np.array([[0, 1, 2]], np.int16), slope=2.0, intercept=-1024.0)
    found = histogram_of(frame)
    assert found.edges.tolist() == [-1025, -1023, -1021, -1019]
    assert found.counts[0].tolist() == [1, 1, 1]


def test_negative_stored_values_stay_negative() -> None:
    found = histogram_of(Frame(np.array([[-3, -3, 2]], np.int16)))
    assert (found.least, found.counts[0][0]) == (-3, 2)


def test_padding_and_what_is_no_number_are_left_out() -> None:
    padded = Frame(np.array([[-2000, 7]], np.int16), valid=np.array([[False, True]]))
    assert (histogram_of(padded).least, histogram_of(padded).left_out) == (7, 1)
    floats = histogram_of(Frame(np.array([[np.nan, 1.5, np.inf, 2.5]], np.float32)))
    assert (floats.least, floats.greatest, floats.left_out, floats.pixels) == (1.5, 2.5, 2, 2)


def test_an_image_without_any_value_has_an_empty_bin() -> None:
    found = histogram_of(Frame(np.ones((2, 2), np.uint8), valid=np.zeros((2, 2), bool)))
    assert (found.pixels, found.left_out, found.counts.shape) == (0, 4, (1, 1))


def test_colour_is_counted_channel_by_channel() -> None:
    found = histogram_of(Frame(np.full((2, 3, 3), (200, 40, 0), np.uint8)))
    assert found.is_colour
    assert [int(channel.argmax()) for channel in found.counts] == [200, 40, 0]
    assert found.counts.sum(axis=1).tolist() == [6, 6, 6]


def test_a_table_of_modality_values_is_looked_up() -> None:
    lut = Lut(0, 16, np.array([100, 300], np.uint16))
    found = histogram_of(Frame(np.array([[0, 1, 1]], np.uint8), modality_lut=lut))
    assert (found.least, found.greatest) == (100, 300)


def test_an_image_of_one_value_has_one_bin() -> None:
    assert histogram_of(Frame(np.full((2, 2), 3.25, np.float32))).counts.tolist() == [[4]]


@given(
    st.lists(st.integers(-32768, 32767), min_size=1, max_size=50), st.integers(1, 300), st.sampled_from([1.0, 0.5, 3.0])
)
def test_no_value_is_lost_and_no_bin_is_a_part_of_a_step(values: list[int], bins: int, slope: float) -> None:
    found = histogram_of(Frame(np.array([values], np.int16), slope=slope), bins)
    assert found.pixels == len(values)
    assert found.counts.shape[1] <= bins
    steps = np.diff(found.edges) / slope
    assert np.allclose(steps, np.rint(steps))


def test_a_value_lies_in_the_bin_that_counts_it() -> None:
    found = histogram_of(Frame(np.arange(1000, dtype=np.uint16)[None]))
    assert found.bin_of(0) == 0
    assert found.bin_of(999) == found.counts.shape[1] - 1
    assert found.bin_of(-1) is None
    assert found.bin_of(5000) is None


@pytest.mark.parametrize(
    "window", [Window(40, 400), Window(40, 400, "LINEAR_EXACT"), Window(40, 1), Window(0, 9, "SIGMOID")]
)
def test_a_window_comes_back_from_its_limits(window: Window) -> None:
    back = window_between(*limits_of(window), window)
    assert (back.center, back.width, back.function) == pytest.approx((window.center, window.width, window.function))


def test_the_limits_are_where_black_ends_and_white_begins() -> None:
    window = Window(40, 400)
    low, high = limits_of(window)
    shown = apply_window(np.array([[low, low + 1, high - 1, high]]), window)
    assert (shown[0, 0], shown[0, 3]) == (0, 255)
    assert 0 < shown[0, 1] < shown[0, 2] < 255


def test_limits_dragged_past_each_other_make_a_narrow_window_never_a_wrong_one() -> None:
    assert window_between(10, 5, Window(0, 9)) == Window(8.0, 6)
    assert window_between(5, 5, Window(0, 9, "LINEAR_EXACT")).width > 0
