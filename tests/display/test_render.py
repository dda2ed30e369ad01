from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from medapp.display.pyramid import _Halved, _halved
from medapp.display.render import grey, render_frame, resample, screen_pixels
from medapp.display.viewport import Viewport
from medapp.imaging.frame import Frame, Lut, Palette
from medapp.imaging.study import Geometry, Window
from medapp.imaging.voi import apply_voi, apply_window

NOISE = np.random.default_rng(5).integers(-2000, 3000, (60, 80)).astype(np.int16)
CT = Frame(NOISE, intercept=-24.0, slope=1.0, unit="HU", modality="CT")
SOFT = Window(40, 400)
OWN_SIZE = (80, 60)


@pytest.mark.parametrize(
    "frame",
    [
        CT,
        Frame(NOISE.astype(np.float32)),
        Frame(NOISE.astype(np.float64)),
        Frame((NOISE + 2000).astype(np.uint16), slope=0.5, intercept=-900.0),
        Frame(NOISE.astype(np.int32)),
        Frame((NOISE % 200).astype(np.uint8)),
        Frame((NOISE % 100).astype(np.int8)),
        Frame(NOISE % 5, modality_lut=Lut(0, 16, np.array([900, 5, 77, 0, 300], np.uint16))),
    ],
    ids=["ct", "float", "double", "fractions", "long", "byte", "signed byte", "table"],
)
def test_at_its_own_size_the_screen_shows_the_windowed_values(frame: Frame) -> None:
    expected = apply_window(frame.modality_values(), SOFT)
    np.testing.assert_array_equal(render_frame(frame, SOFT), expected)
    shown = grey(resample(frame, Viewport(), OWN_SIZE), SOFT)
    np.testing.assert_allclose(shown.astype(int), expected.astype(int), atol=1)


@settings(max_examples=30, deadline=None)
@given(
    center=st.floats(-3000, 3000),
    width=st.floats(1, 6000),
    function=st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]),
    invert=st.booleans(),
)
def test_the_fast_way_of_the_screen_is_the_formula(center: float, width: float, function: str, invert: bool) -> None:
    window = Window(center, width, function)  # type: ignore[arg-type]
    shown = grey(resample(CT, Viewport(), OWN_SIZE), window, invert=invert)
    np.testing.assert_array_equal(shown, apply_voi(CT.modality_values(), window, invert=invert))


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("window", [Window(0, 1 + 2**-52), Window(-1, 1 + 1e-9), Window(0, 2), Window(1e30, 1e22)])
def test_values_far_from_a_narrow_window_are_black_or_white(window: Window, invert: bool) -> None:
    frame = Frame(np.array([[0, 3e38, -3e38, 1e10, -1e10, 5]], np.float32))
    shown = grey(resample(frame, Viewport(), (6, 1)), window, invert=invert)
    np.testing.assert_array_equal(shown, apply_voi(frame.modality_values(), window, invert=invert))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("flipped", [False, True])
def test_turns_and_flips_move_pixels_exactly(turns: int, flipped: bool) -> None:
    expected = apply_window(CT.modality_values(), SOFT)
    expected = np.rot90(np.fliplr(expected) if flipped else expected, -turns)
    screen = (expected.shape[1], expected.shape[0])
    shown = grey(resample(CT, Viewport(quarter_turns=turns, flipped=flipped), screen), SOFT)
    np.testing.assert_array_equal(shown, expected)


def test_beside_the_image_it_is_black_also_when_inverted() -> None:
    shown = grey(resample(Frame(np.zeros((10, 10), np.uint8)), Viewport(), (40, 20)), Window(128, 256), invert=True)
    assert (shown[:, 10:30] == 255).all()
    assert (shown[:, :10] == 0).all()
    assert (shown[:, 30:] == 0).all()


@pytest.mark.parametrize("zoom", [0.25, 1.0, 3.0])
def test_padding_is_black_and_leaves_no_halo(zoom: float) -> None:
    stored = np.full((64, 64), 100, np.int16)
    stored[:, 20:40] = -2000
    frame = Frame(stored, valid=stored != -2000)
    resampled = resample(frame, Viewport(zoom=zoom), (256, 256))
    assert set(np.unique(resampled.values[resampled.inside])) == {100}
    shown = grey(resampled, Window(100, 50), invert=True)
    assert set(np.unique(shown)) <= {0, 125, 127, 128, 130}
    assert (shown[resampled.inside] > 100).all()


def test_a_frame_that_is_all_padding_is_black() -> None:
    frame = Frame(np.zeros((64, 64), np.int16), valid=np.zeros((64, 64), np.bool_))
    assert not grey(resample(frame, Viewport(), (100, 100)), SOFT).any()
    assert not render_frame(frame, SOFT).any()


def test_a_fine_pattern_is_averaged_when_it_is_shrunk_not_sampled() -> None:
    board = (np.indices((512, 512)).sum(axis=0) % 2 * 1000).astype(np.uint16)
    values = resample(Frame(board), Viewport(), (64, 64)).values
    np.testing.assert_allclose(values.astype(int), 500, atol=2)


@pytest.mark.parametrize("side", [7, 100, 333, 1000])
def test_a_shrunk_image_stays_in_its_place(side: int) -> None:
    ramp = np.tile(np.linspace(0, 60000, side).astype(np.uint16), (side, 1))
    values = resample(Frame(ramp), Viewport(), (50, 50)).values.astype(float)
    expected = np.interp((np.arange(50) + 0.5) * side / 50 - 0.5, np.arange(side), ramp[0])
    np.testing.assert_allclose(values[25, 4:-4], expected[4:-4], atol=700)


@pytest.mark.parametrize("turns", [0, 1])
def test_an_image_longer_than_opencv_can_warp_is_shown(turns: int) -> None:
    long = np.tile((np.arange(40_000) % 60_000).astype(np.uint16), (50, 1))
    values = resample(Frame(long), Viewport(zoom=1.0, centre=(39_000, 25), quarter_turns=turns), (101, 101)).values
    assert values[50, 50] == 39_000
    assert values[(60, 50) if turns else (50, 60)] == 39_010


def test_pixels_that_are_not_square_are_shown_square() -> None:
    frame = Frame(np.full((10, 10), 9, np.uint8), geometry=Geometry(spacing_mm=(2.0, 1.0)))
    inside = resample(frame, Viewport(), (100, 100)).inside
    assert (inside.any(axis=1).sum(), inside.any(axis=0).sum()) == (100, 50)


@pytest.mark.parametrize("screen", [(333, 250), (20, 15)])
def test_labels_are_not_mixed(screen: tuple[int, int]) -> None:
    labels = (NOISE > 0).astype(np.uint8) * 9
    values = resample(Frame(labels, discrete=True), Viewport(), screen).values
    assert set(np.unique(values)) == {0, 9}


def _colour() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)


def test_colour_is_shown_as_it_is() -> None:
    frame = Frame(_colour(), windows=(Window(1, 2),))
    np.testing.assert_array_equal(grey(resample(frame, Viewport(), OWN_SIZE), None), frame.stored)
    np.testing.assert_array_equal(render_frame(frame, None), frame.stored)
    np.testing.assert_array_equal(render_frame(frame, None, invert=True), 255 - frame.stored)


def test_rendering_inverts_as_the_file_asks() -> None:
    stored = np.arange(256, dtype=np.uint8).reshape(16, 16)
    full = Window(128, 256)
    np.testing.assert_array_equal(render_frame(Frame(stored, inverted=True), full), 255 - stored)
    np.testing.assert_array_equal(render_frame(Frame(stored, inverted=True), full, invert=False), stored)


def test_rendering_leaves_the_frame_as_it_was() -> None:
    frame = Frame(_colour())
    before = frame.identity
    render_frame(frame, None)[:] = 0
    grey(resample(frame, Viewport(), OWN_SIZE), None)[:] = 0
    assert Frame(frame.stored).identity == before


def test_nan_is_black_on_the_screen() -> None:
    values = np.array([[np.nan, 1.0], [0.5, 0.0]], np.float32)
    assert grey(resample(Frame(values), Viewport(), (2, 2)), Window(0.5, 1.5))[0, 0] == 0


def test_a_supplemental_palette_paints_its_values_and_leaves_the_window_to_the_others() -> None:
    palette = Palette(first=10, entries=np.array([[255, 0, 0], [0, 255, 0]], np.uint8))
    frame = Frame(stored=np.array([[0, 9], [10, 11]], np.int16), supplement=palette)
    picture = render_frame(frame, Window(5, 9))
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[0, 1].tolist() == [255, 255, 255]
    assert picture[1].tolist() == [[255, 0, 0], [0, 255, 0]]
    np.testing.assert_array_equal(grey(resample(frame, Viewport(zoom=1), (2, 2)), Window(5, 9)), picture)


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_what_a_screen_holds_is_the_grey_picture(invert: bool, padded: bool) -> None:
    stored = np.arange(-300, 300, dtype=np.int16).reshape(20, 30)
    frame = Frame(stored, slope=2.0, intercept=5.0, valid=stored > -200 if padded else None)
    window = Window(40, 700)
    for screen in ((30, 20), (64, 64)):
        placed = resample(frame, Viewport(), screen)
        expected = grey(placed, window, invert=invert)
        part = screen_pixels(placed.cropped(), window, invert=invert)
        assert part.shape[2] == 4
        np.testing.assert_array_equal(part[..., 0], expected[placed.span])
        np.testing.assert_array_equal(part[..., 2], expected[placed.span])
        assert (part[..., 3] == 255).all()
        beside = expected.copy()
        beside[placed.span] = 0
        assert not beside.any()


@pytest.mark.parametrize("shape", [(1, 1), (33, 40), (100, 64), (513, 300, 3)])
def test_levels_made_when_asked_for_are_those_made_at_once(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    lazy, whole = _Halved(values), _halved(values)
    assert len(lazy) == len(whole)
    np.testing.assert_array_equal(lazy[-1], whole[-1])
    for made, expected in zip(lazy[1:], whole[1:], strict=True):
        np.testing.assert_array_equal(made, expected)
