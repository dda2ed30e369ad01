"""What holds for every image, window and viewport."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from medapp.display.look import Extent, Region
from medapp.display.overlays import draw_overlay
from medapp.display.placing import Interpolation
from medapp.display.render import grey, render_frame, resample
from medapp.display.shutters import covered_by, draw_shutters
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.shutters import Shutter
from medapp.imaging.study import Geometry, Window
from medapp.imaging.voi import Voi

_often = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
kinds = st.sampled_from([np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.float64])
turned = st.builds(Viewport, quarter_turns=st.integers(0, 3), flipped=st.booleans())
viewports = st.builds(
    Viewport,
    zoom=st.none() | st.floats(0.05, 30),
    centre=st.none() | st.tuples(st.floats(-5, 45), st.floats(-5, 45)),
    quarter_turns=st.integers(0, 3),
    flipped=st.booleans(),
)
screens = st.tuples(st.integers(1, 90), st.integers(1, 90))
interpolations = st.sampled_from(["linear", "nearest", "lanczos"])
windows = st.one_of(
    st.builds(Window, st.floats(-300, 300), st.floats(1, 900)),
    st.builds(Window, st.floats(-300, 300), st.floats(0.01, 900), st.sampled_from(["LINEAR_EXACT", "SIGMOID"])),
)
tables = st.builds(
    lambda first, steps: Lut(first, 12, np.cumsum(steps).clip(0, 4095).astype(np.uint16)),
    st.integers(-200, 200),
    st.lists(st.integers(0, 900), min_size=1, max_size=50),
)


@st.composite
def frames(draw: st.DrawFn, *, padded: bool = True) -> Frame:
    """A frame of any type of values, from -100 to 100 or 0 to 100, perhaps with padding and a rescale."""
    kind = np.dtype(draw(kinds))
    low = 0 if kind.kind == "u" else -100
    whole = draw(arrays.arrays(np.int16, draw(shapes), elements=st.integers(low, 100)))
    valid = draw(arrays.arrays(np.bool_, whole.shape)) if padded and draw(st.booleans()) else None
    slope, intercept = draw(st.sampled_from([(1.0, 0.0), (1.0, -50.0), (0.5, 3.0)]))
    aspect = draw(st.sampled_from([None, (2, 1), (3, 4)]))
    return Frame(
        whole.astype(kind),
        slope,
        intercept,
        valid=valid,
        inverted=draw(st.booleans()),
        geometry=Geometry(aspect=aspect),
    )


def _turned(pixels: NDArray[np.uint8], viewport: Viewport) -> NDArray[np.uint8]:
    return np.rot90(pixels[:, ::-1] if viewport.flipped else pixels, -viewport.quarter_turns)


@_often
@given(frame=frames(), voi=windows | tables, viewport=turned, how=interpolations)
def test_at_zoom_1_the_screen_shows_the_frames_own_pixels(
    frame: Frame, voi: Voi, viewport: Viewport, how: Interpolation
) -> None:
    square = Frame(frame.stored, frame.slope, frame.intercept, valid=frame.valid, inverted=frame.inverted)
    expected = _turned(render_frame(square, voi), viewport)
    screen = (expected.shape[1], expected.shape[0])
    shown = grey(resample(square, viewport, screen, interpolation=how), voi, invert=square.inverted)
    # floats are windowed in one pass that may round the other way
    assert np.abs(shown.astype(int) - expected).max() <= (0 if frame.stored.dtype.itemsize < 4 else 1)


@_often
@given(frame=frames(), voi=windows | tables, viewport=viewports, screen=screens, how=interpolations)
def test_there_is_no_halo_around_padding(
    frame: Frame, voi: Voi, viewport: Viewport, screen: tuple[int, int], how: Interpolation
) -> None:
    valid = np.ones(frame.shape, np.bool_) if frame.valid is None else frame.valid
    stored = np.where(valid, np.array(7, frame.stored.dtype), np.array(99, frame.stored.dtype))
    flat = Frame(stored, valid=valid if not valid.all() else None, geometry=frame.geometry)
    placed = resample(flat, viewport, screen, interpolation=how)
    np.testing.assert_allclose(placed.values[placed.inside], 7, rtol=1e-5)
    alone = grey(resample(Frame(np.full((1, 1), 7, stored.dtype)), Viewport(), (1, 1)), voi, invert=True)
    assert set(np.unique(grey(placed, voi, invert=True)[placed.inside])) <= {alone[0, 0]}
    assert not grey(placed, voi, invert=True)[~placed.inside].any()


@_often
@given(frame=frames(), viewport=viewports, screen=screens)
def test_linear_values_stay_between_the_lowest_and_the_highest_valid_one(
    frame: Frame, viewport: Viewport, screen: tuple[int, int]
) -> None:
    placed = resample(frame, viewport, screen)
    shown = placed.values[placed.inside].astype(float)
    values = frame.modality_values()
    valid = values if frame.valid is None else values[frame.valid]
    if shown.size and valid.size:
        assert shown.min() >= valid.min() - 1e-3
        assert shown.max() <= valid.max() + 1e-3


@_often
@given(voi=windows | tables, invert=st.booleans(), kind=kinds)
def test_grey_levels_rise_with_the_values_and_fall_when_inverted(voi: Voi, invert: bool, kind: type) -> None:
    low = 0 if np.dtype(kind).kind == "u" else -100
    ramp = Frame(np.arange(low, 101).astype(kind)[None])
    shown = grey(resample(ramp, Viewport(), (ramp.shape[1], 1)), voi, invert=invert)[0].astype(int)
    assert (np.diff(-shown if invert else shown) >= 0).all()
    own = render_frame(ramp, voi, invert=invert)[0].astype(int)
    assert (np.diff(-own if invert else own) >= 0).all()


@_often
@given(frame=frames(), voi=windows, viewport=viewports, screen=screens)
def test_two_inversions_are_none(frame: Frame, voi: Window, viewport: Viewport, screen: tuple[int, int]) -> None:
    placed = resample(frame, viewport, screen)
    both = grey(placed, voi).astype(int) + grey(placed, voi, invert=True)
    assert np.abs(both[placed.inside] - 255).max(initial=0) <= 1
    assert not both[~placed.inside].any()


@_often
@given(
    image=st.builds(ImageShape, st.integers(1, 4000), st.integers(1, 4000), st.floats(0.2, 5)),
    viewport=viewports,
    screen=st.tuples(st.integers(16, 3000), st.integers(16, 3000)),
    point=st.tuples(st.floats(-100, 4000), st.floats(-100, 4000)),
)
def test_screen_to_source_and_back_is_the_same_point(
    image: ImageShape, viewport: Viewport, screen: tuple[int, int], point: tuple[float, float]
) -> None:
    there = viewport.screen_to_source(image, screen) @ [*point, 1]
    back = viewport.source_to_screen(image, screen) @ [*there, 1]
    np.testing.assert_allclose(back, point, atol=1e-4)


@_often
@given(viewport=turned, zoom=st.integers(1, 6), x=st.integers(0, 11), y=st.integers(0, 8))
def test_what_is_drawn_lies_on_its_pixel_however_it_is_turned(viewport: Viewport, zoom: int, x: int, y: int) -> None:
    mask = np.zeros((9, 12), np.bool_)
    mask[y, x] = True
    frame = Frame(np.zeros((9, 12), np.uint8), overlay=mask, shutters=(Shutter("bitmap", covered=mask, grey=255),))
    expected = np.kron(_turned(mask.view(np.uint8), viewport), np.full((zoom, zoom), 255, np.uint8))
    screen = (expected.shape[1], expected.shape[0])
    black = np.zeros(expected.shape, np.uint8)
    np.testing.assert_array_equal(draw_shutters(black, frame, viewport, screen), expected)
    drawn = draw_overlay(black, frame, viewport, screen)
    if zoom == 1:
        np.testing.assert_array_equal(drawn, expected)
    assert drawn[expected > 0].any()


@_often
@given(
    viewport=turned,
    x=st.integers(-5, 15),
    y=st.integers(-5, 15),
    width=st.integers(1, 20),
    height=st.integers(1, 20),
)
def test_a_region_of_own_pixels_is_the_same_as_of_the_screen(
    viewport: Viewport, x: int, y: int, width: int, height: int
) -> None:
    frame = Frame(np.arange(1, 109, dtype=np.uint8).reshape(9, 12))
    extent = Extent(viewport, Region(x, y, width, height))
    placed = Extent(viewport, extent.region, zoom=1.0)
    shown = grey(placed.resampled(frame), Window(128, 256))
    np.testing.assert_array_equal(shown, extent.own_pixels(frame.stored))


@_often
@given(
    left=st.integers(-3, 25), top=st.integers(-3, 25), width=st.integers(0, 25), height=st.integers(0, 25),
    x=st.integers(-5, 25), y=st.integers(-5, 25), radius=st.floats(0.5, 30),
)  # fmt: skip
def test_shutters_together_cover_what_each_of_them_covers(
    left: int, top: int, width: int, height: int, x: int, y: int, radius: float
) -> None:
    box = Shutter("rectangular", ((left, top), (left + width, top + height)))
    circle = Shutter("circular", ((x, y),), radius)
    both = covered_by((box, circle), (20, 22))
    np.testing.assert_array_equal(both, covered_by((box,), (20, 22)) | covered_by((circle,), (20, 22)))
