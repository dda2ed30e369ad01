from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.errors import MedappError
from medapp.imaging.automatic_window import automatic_window, full_range, sampled, series_window
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window
from medapp.imaging.voi import (
    PRESETS,
    apply_voi,
    apply_voi_lut,
    apply_window,
    default_voi,
    default_window,
    presets_for,
    starts_inverted,
    windows_of,
)

centers = st.floats(-5000, 5000, allow_nan=False)
widths = st.floats(1, 10000, allow_nan=False)
functions = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"])
RAMP = np.arange(-6000, 6000, dtype=np.int16).reshape(100, 120)


def test_an_8_bit_image_is_unchanged_by_its_full_window() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(apply_window(ramp, Window(center=128, width=256)), ramp)


def test_the_example_of_the_standard_comes_out_with_its_half_pixel_shift() -> None:
    # PS3.3 C.11.2.1.2.1, note 3: center 2048, width 4096 maps 0 to 0 and 4095 to the top, no value in between is lost
    grey = apply_window(np.array([[-1, 0, 2047, 2048, 4095, 4096]]), Window(2048, 4096))
    np.testing.assert_array_equal(grey, [[0, 0, 127, 128, 255, 255]])


def test_a_window_of_width_1_is_a_threshold_at_half_below_its_center() -> None:
    values = np.array([[99, 99.5, 99.6, 100, 101]])
    np.testing.assert_array_equal(apply_window(values, Window(100, 1)), [[0, 0, 255, 255, 255]])


def test_linear_exact_takes_widths_below_1() -> None:
    values = np.array([[0.25, 0.5, 0.75]])
    np.testing.assert_array_equal(apply_window(values, Window(0.5, 0.5, "LINEAR_EXACT")), [[0, 128, 255]])


def test_sigmoid_is_half_at_its_center_and_symmetric() -> None:
    values = np.array([[-1e9, -100, 0, 100, 1e9]])
    grey = apply_window(values, Window(0, 400, "SIGMOID"))
    assert grey[0, 2] == 128
    assert int(grey[0, 1]) + int(grey[0, 3]) == 255
    assert grey[0, 0] == 0
    assert grey[0, 4] == 255


@pytest.mark.parametrize(
    "window", [Window(0, 0.5), Window(0, 0), Window(0, 0, "SIGMOID"), Window(0, -1, "LINEAR_EXACT")]
)
def test_a_width_that_the_function_does_not_allow_is_refused(window: Window) -> None:
    with pytest.raises(MedappError, match=r"voi\.width"):
        apply_window(RAMP, window)


@settings(max_examples=40, deadline=None)
@given(center=centers, width=widths, function=functions)
def test_higher_values_are_never_darker(center: float, width: float, function: str) -> None:
    grey = apply_window(RAMP.ravel()[None], Window(center, width, function))[0]  # type: ignore[arg-type]
    assert (np.diff(grey.astype(int)) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(center=centers, width=widths, function=functions)
def test_inversion_is_the_complement(center: float, width: float, function: str) -> None:
    window = Window(center, width, function)  # type: ignore[arg-type]
    assert (apply_window(RAMP, window) + apply_window(RAMP, window, invert=True) == 255).all()


@settings(max_examples=40, deadline=None)
@given(center=centers, width=st.floats(2, 10000))
def test_linear_is_the_formula_of_the_standard(center: float, width: float) -> None:
    x = RAMP.astype(np.float64)
    y = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255
    y[x <= center - 0.5 - (width - 1) / 2] = 0
    y[x > center - 0.5 + (width - 1) / 2] = 255
    np.testing.assert_array_equal(apply_window(RAMP, Window(center, width)), np.rint(y).astype(np.uint8))


def test_nan_is_black() -> None:
    assert apply_window(np.array([[np.nan, np.inf]]), Window(0, 2)).tolist() == [[0, 255]]


def test_a_table_holds_its_first_and_last_entry_outside_its_range() -> None:
    lut = Lut(first=-2, bits=8, entries=np.array([10, 20, 30], np.uint16))
    np.testing.assert_array_equal(apply_voi_lut(np.array([[-100, -2, -1, 0, 100]]), lut), [[10, 10, 20, 30, 30]])


def test_a_table_of_12_bits_covers_all_grey_levels() -> None:
    lut = Lut(first=0, bits=12, entries=np.array([0, 2048, 4095], np.uint16))
    np.testing.assert_array_equal(apply_voi_lut(np.array([[0, 1, 2]]), lut, invert=True), [[255, 127, 0]])


def test_the_automatic_window_leaves_padding_out() -> None:
    stored = np.full((100, 100), 1000, np.int16)
    stored[:, 50:] = 1400
    stored[:40] = -32768
    frame = Frame(stored, valid=stored != -32768)
    window = automatic_window(frame)
    assert apply_window(np.array([[1000, 1400]]), window).tolist() == [[0, 255]]


def test_the_automatic_window_ignores_a_few_extreme_pixels() -> None:
    stored = np.tile(np.arange(1000, dtype=np.uint16), (100, 1))
    stored[0, :5] = 65535
    assert automatic_window(Frame(stored)).width < 1100


def test_an_image_of_one_value_gets_a_window_without_a_warning() -> None:
    for value, grey in ((0, 0), (7, 255)):
        stored = np.full((3, 3), value, np.uint8)
        assert (apply_window(stored, automatic_window(Frame(stored))) == grey).all()


def test_the_files_window_comes_first_then_the_rule_for_ct_then_the_automatic_one() -> None:
    stored = np.arange(100, dtype=np.int16).reshape(10, 10)
    own = Window(1, 2, name="OWN")
    assert default_window(Frame(stored, windows=(own, Window(5, 6)), modality="CT", unit="HU")) == own
    assert default_window(Frame(stored, modality="CT", unit="HU")) == Window(40, 400)
    assert default_window(Frame(stored, modality="MR")) == automatic_window(Frame(stored))


def test_a_file_with_a_table_and_no_window_is_shown_with_the_table() -> None:
    lut = Lut(0, 8, np.arange(256, dtype=np.uint16))
    assert default_voi(Frame(np.zeros((2, 2), np.uint8), voi_luts=(lut,))) is lut


def test_colour_has_no_window() -> None:
    frame = Frame(np.zeros((2, 2, 3), np.uint8), windows=(Window(1, 2),))
    assert windows_of(frame) == ()
    assert default_voi(frame) is None


def test_ct_has_the_presets_of_the_design() -> None:
    lung = next(w for w in PRESETS["CT"] if w.name == "lung")
    assert (lung.center, lung.width) == (-600, 1500)
    assert presets_for("MR") == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.uint16, np.int32, np.float32])
@pytest.mark.parametrize("slope", [1.0, 0.25, -1.5])
def test_the_automatic_window_spans_the_percentiles_of_numpy(dtype: type[np.generic], slope: float) -> None:
    values = np.random.default_rng(3).normal(40, 20, (33, 21)).astype(dtype)
    window = automatic_window(Frame(values, slope=slope, intercept=5.0))
    low, high = np.percentile(values.astype(float) * slope + 5, (0.5, 99.5))
    whole = 1.0 if slope == 1.0 and values.dtype.kind in "iu" else 0.0
    assert window.width == pytest.approx(high - low + whole, rel=1e-5)
    assert window.center == pytest.approx((low + high + whole) / 2, rel=1e-5)


@pytest.mark.parametrize("invert", [False, True])
def test_what_is_no_number_is_black_whichever_way_round(invert: bool) -> None:
    values = np.array([[np.nan, 1.0]], np.float32)
    lut = Lut(0, 8, np.array([9, 200], np.uint16))
    for voi in (Window(0, 1), Window(1, 4), Window(1, 4, "SIGMOID"), lut):
        assert apply_voi(values, voi, invert=invert)[0, 0] == 0
        assert (
            apply_voi(values, voi, invert=invert, presentation_lut=Lut(0, 8, np.array([77, 255], np.uint16)))[0, 0] == 0
        )


def test_the_table_of_a_presentation_state_comes_behind_the_window() -> None:
    values = np.array([[0, 64, 128, 255]])
    table = Lut(0, 8, np.array([255, 100, 50], np.uint16))  # falls: its first entry is for the lowest output
    grey = apply_voi(values, Window(128, 256), presentation_lut=table)
    assert grey.tolist() == [[255, 100, 100, 50]]
    assert apply_voi(values, Window(128, 256), presentation_lut=table, invert=True).tolist() == [[0, 155, 155, 205]]


def test_a_presentation_table_sees_more_than_256_levels() -> None:
    values = np.arange(4096).reshape(64, 64)
    table = Lut(0, 12, np.arange(4096, dtype=np.uint16) % 2 * 4095)
    grey = apply_voi(values, Window(2048, 4096), presentation_lut=table)
    np.testing.assert_array_equal(grey, values % 2 * 255)


def test_the_window_of_a_series_is_that_of_all_its_frames_together() -> None:
    dark, bright = np.full((10, 10), 100, np.int16), np.full((10, 10), 900, np.int16)
    padded = Frame(np.full((10, 10), -2000, np.int16), valid=np.zeros((10, 10), np.bool_))
    window = series_window((Frame(dark), Frame(bright), padded))
    assert apply_window(np.array([[100, 900]]), window).tolist() == [[0, 255]]


def test_the_frames_that_are_sampled_of_a_stack_reach_from_end_to_end() -> None:
    assert sampled(3) == (0, 1, 2)
    assert sampled(1000, 5) == (0, 250, 500, 749, 999)
    assert len(set(sampled(10))) == 9


@pytest.mark.parametrize(
    ("frame", "ends"),
    [
        (Frame(np.zeros((2, 2), np.uint16), bits_stored=12), (0, 4095)),
        (Frame(np.zeros((2, 2), np.int16), bits_stored=12, intercept=-1000.0), (-3048, 1047)),
        (Frame(np.zeros((2, 2), np.uint8), modality_lut=Lut(0, 10, np.zeros(3, np.uint16))), (0, 1023)),
        (Frame(np.zeros((2, 2), np.uint8), slope=0.5), (0, 127.5)),
        (Frame(np.array([[np.nan, 3.0, -1.0]], np.float32)), (-1, 3)),
    ],
)
def test_the_full_range_is_what_the_image_could_hold(frame: Frame, ends: tuple[float, float]) -> None:
    grey = apply_window(np.array([[*ends, sum(ends) / 2]]), full_range(frame))
    assert (grey[0, 0], grey[0, 1]) == (0, 255)
    assert 126 <= grey[0, 2] <= 128


def test_pet_without_a_window_is_shown_black_on_white_from_suv_0_to_10() -> None:
    pet = Frame(np.zeros((2, 2), np.uint16), modality="PT", unit="Bq/ml", suv_factor=0.001)
    assert apply_window(np.array([[0, 5000, 10000]]), default_window(pet)).tolist() == [[0, 128, 255]]
    assert starts_inverted(pet)
    assert not starts_inverted(Frame(pet.stored, modality="PT", unit="Bq/ml"))
    assert not starts_inverted(Frame(pet.stored, modality="PT", suv_factor=1.0, windows=(Window(1, 2),)))
    assert not starts_inverted(Frame(pet.stored, modality="MR"))


@settings(max_examples=40, deadline=None)
@given(center=centers, width=widths, function=functions, invert=st.booleans())
def test_a_rising_presentation_table_keeps_the_order_of_values(
    center: float, width: float, function: str, invert: bool
) -> None:
    table = Lut(0, 16, np.sort(np.random.default_rng(1).integers(0, 65536, 300)).astype(np.uint16))
    window = Window(center, width, function)  # type: ignore[arg-type]
    grey = apply_voi(RAMP.ravel()[None], window, invert=invert, presentation_lut=table)[0].astype(int)
    assert (np.diff(grey) * (-1 if invert else 1) >= 0).all()
