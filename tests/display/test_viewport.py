from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.display.viewport import ImageShape, Viewport, pixel_aspect
from medapp.imaging.study import Geometry

shapes = st.builds(ImageShape, st.integers(1, 4000), st.integers(1, 4000), st.floats(0.2, 5))
screens = st.tuples(st.integers(16, 3000), st.integers(16, 3000))
viewports = st.builds(
    Viewport,
    zoom=st.none() | st.floats(0.05, 32),
    centre=st.none() | st.tuples(st.floats(-10, 5000), st.floats(-10, 5000)),
    quarter_turns=st.integers(0, 3),
    flipped=st.booleans(),
)
points = st.tuples(st.floats(-100, 4000), st.floats(-100, 4000))
SCREEN, IMAGE = (300, 200), ImageShape(100, 200)


def _at(matrix: np.ndarray, point: tuple[float, float]) -> tuple[float, ...]:
    return tuple(matrix @ [*point, 1])


@settings(max_examples=60, deadline=None)
@given(viewport=viewports, image=shapes, screen=screens, point=points)
def test_source_to_screen_and_back_is_the_same_point(
    viewport: Viewport, image: ImageShape, screen: tuple[int, int], point: tuple[float, float]
) -> None:
    there = _at(viewport.source_to_screen(image, screen), point)
    back = _at(viewport.screen_to_source(image, screen), there)  # type: ignore[arg-type]
    np.testing.assert_allclose(back, point, atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(viewport=viewports, image=shapes, screen=screens)
def test_a_fitted_image_touches_the_screen_and_stays_inside(
    viewport: Viewport, image: ImageShape, screen: tuple[int, int]
) -> None:
    matrix = viewport.fit().source_to_screen(image, screen)
    corners = [_at(matrix, p) for p in [(-0.5, -0.5), (image.columns - 0.5, image.rows - 0.5)]]
    size = np.abs(np.subtract(*corners))
    assert (size <= np.array(screen) + 1e-6).all()
    assert np.isclose(size, screen).any()


@settings(max_examples=60, deadline=None)
@given(
    viewport=viewports,
    image=shapes,
    screen=screens,
    factor=st.floats(0.5, 2),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_zooming_keeps_what_is_under_the_pointer(
    viewport: Viewport, image: ImageShape, screen: tuple[int, int], factor: float, where: tuple[float, float]
) -> None:
    point = (where[0] * screen[0], where[1] * screen[1])
    before = _at(viewport.screen_to_source(image, screen), point)
    after = _at(viewport.zoomed_at(factor, point, image, screen).screen_to_source(image, screen), point)
    np.testing.assert_allclose(after, before, atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(viewport=viewports, image=shapes, screen=screens)
def test_flips_and_turns_act_on_the_screen_however_the_image_is_turned(
    viewport: Viewport, image: ImageShape, screen: tuple[int, int]
) -> None:
    turned = viewport.fit()
    point = (image.columns / 3, image.rows / 5)
    width, height = screen[0] - 1, screen[1] - 1
    x, y = _at(turned.source_to_screen(image, screen), point)
    np.testing.assert_allclose(
        _at(turned.flipped_horizontally().source_to_screen(image, screen), point), (width - x, y)
    )
    np.testing.assert_allclose(_at(turned.flipped_vertically().source_to_screen(image, screen), point), (x, height - y))
    twice = turned.rotated().rotated().source_to_screen(image, screen)
    np.testing.assert_allclose(_at(twice, point), (width - x, height - y))


def test_a_turn_is_clockwise() -> None:
    matrix = Viewport(zoom=1).rotated().source_to_screen(ImageShape(101, 101), (101, 101))
    np.testing.assert_allclose(_at(matrix, (0, 0)), (100, 0), atol=1e-9)  # top left goes to top right


def test_doing_and_undoing_gives_the_same_viewport() -> None:
    viewport = Viewport(zoom=2.0, centre=(3, 4), quarter_turns=1)
    assert viewport.rotated(3).rotated() == viewport
    assert viewport.flipped_horizontally().flipped_horizontally() == viewport
    assert viewport.flipped_vertically().flipped_vertically() == viewport
    assert viewport.with_polarity_toggled().with_polarity_toggled() == viewport


def test_panning_moves_the_image_with_the_hand() -> None:
    viewport = Viewport(zoom=2.0)
    before = _at(viewport.source_to_screen(IMAGE, SCREEN), (50, 50))
    after = _at(viewport.panned(10, -6, IMAGE, SCREEN).source_to_screen(IMAGE, SCREEN), (50, 50))
    np.testing.assert_allclose(np.subtract(after, before), (10, -6))


def test_an_image_cannot_be_lost_by_panning() -> None:
    far = Viewport().panned(10**6, -(10**6), IMAGE, SCREEN)
    x, y = _at(far.screen_to_source(IMAGE, SCREEN), ((SCREEN[0] - 1) / 2, (SCREEN[1] - 1) / 2))
    assert -0.5 <= x <= 199.5
    assert -0.5 <= y <= 99.5


def test_zoom_has_its_limits() -> None:
    assert Viewport().zoomed_at(1e9, (0, 0), IMAGE, SCREEN).zoom == 64
    assert Viewport().zoomed_at(1e-9, (0, 0), IMAGE, SCREEN).zoom == 0.02


@pytest.mark.parametrize(
    ("geometry", "aspect"),
    [
        (Geometry(), 1),
        (Geometry(spacing_mm=(1.0, 0.5)), 2),
        (Geometry(aspect=(3, 4)), 0.75),
        (Geometry(spacing_mm=(1.0, 1.0), aspect=(3, 4)), 1),
    ],
)
def test_pixels_are_as_tall_as_their_spacing_or_ratio_says(geometry: Geometry, aspect: float) -> None:
    assert pixel_aspect(geometry) == aspect


def test_pixels_that_are_not_square_become_square_without_being_shrunk() -> None:
    tall = Viewport(zoom=1.0).source_to_screen(ImageShape(10, 10, 2.0), SCREEN)
    wide = Viewport(zoom=1.0).source_to_screen(ImageShape(10, 10, 0.5), SCREEN)
    np.testing.assert_allclose(tall[:, :2], [[1, 0], [0, 2]])
    np.testing.assert_allclose(wide[:, :2], [[2, 0], [0, 1]])
