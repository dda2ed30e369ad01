from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medapp.display.drawing import draw, drawing_of
from medapp.display.presentation import Presented, fitted_to, presented
from medapp.display.pyramid import pyramid_of
from medapp.display.render import grey, render_frame, resample
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.presentation import (
    ActiveOverlay,
    Annotation,
    DisplayedArea,
    Graphic,
    ImageReference,
    Layer,
    OverlayPlane,
    PresentationState,
    SoftcopyVoi,
    StateRescale,
    StateText,
)
from medapp.imaging.shutters import Shutter
from medapp.imaging.study import Geometry, Window

UID = "1.5"
ABOUT = (ImageReference(UID),)
RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
FULL = Window(128, 256)


def _state(**fields: object) -> PresentationState:
    return PresentationState("grayscale", references=ABOUT, **fields)  # type: ignore[arg-type]


def _shown(frame: Frame, state: PresentationState) -> Presented:
    found = presented(frame, state, UID)
    assert found is not None
    return found


def test_a_state_about_another_image_or_frame_is_not_applied() -> None:
    state = PresentationState("grayscale", references=(ImageReference(UID, frames=(2,)),))
    assert presented(Frame(RAMP, number=1), state, UID) is None
    assert presented(Frame(RAMP, number=2), state, UID) is not None
    assert presented(Frame(RAMP, number=2), state, "1.6") is None
    assert presented(Frame(RAMP), replace(_state(), kind="blending"), UID) is None


@pytest.mark.parametrize("photometric_inverted", [False, True])
@pytest.mark.parametrize("inverse", [False, True])
def test_the_shape_of_the_state_decides_and_not_the_photometric_interpretation(
    photometric_inverted: bool, inverse: bool
) -> None:
    shown = _shown(Frame(RAMP, inverted=photometric_inverted), _state(inverse=inverse))
    np.testing.assert_array_equal(render_frame(shown.frame, shown.voi), 255 - RAMP if inverse else RAMP)


def test_a_presentation_lut_is_applied_and_the_shape_is_not_added_to_it() -> None:
    falling = Lut(0, 8, np.arange(255, -1, -1).astype(np.uint16))
    shown = _shown(Frame(RAMP, inverted=True), _state(presentation_lut=falling, inverse=True))
    np.testing.assert_array_equal(render_frame(shown.frame, FULL), 255 - RAMP)
    placed = resample(shown.frame, Viewport(), (16, 16))
    np.testing.assert_array_equal(grey(placed, FULL, invert=shown.frame.inverted), 255 - RAMP)
    floats = resample(replace(shown.frame, stored=RAMP.astype(np.float32)), Viewport(), (16, 16))
    np.testing.assert_array_equal(grey(floats, FULL), 255 - RAMP)


def test_the_windows_of_the_state_take_the_place_of_the_images() -> None:
    vois = (
        SoftcopyVoi((ImageReference("other"),), (Window(1, 2),)),
        SoftcopyVoi(ABOUT, (Window(40, 400), Window(50, 350))),
    )
    shown = _shown(Frame(RAMP, windows=(Window(9, 9),)), _state(vois=vois))
    assert shown.vois == (Window(40, 400), Window(50, 350)) == shown.frame.windows


def test_a_state_without_a_window_keeps_the_images_else_its_full_range() -> None:
    assert _shown(Frame(RAMP, windows=(Window(9, 9),)), _state()).voi == Window(9, 9)
    assert _shown(Frame(RAMP), _state()).voi == FULL


def test_the_states_rescale_takes_the_place_of_the_images() -> None:
    ct = Frame(RAMP, intercept=-1024.0, unit="HU")
    shown = _shown(ct, _state(rescale=StateRescale(2.0, -10.0)))
    np.testing.assert_array_equal(shown.frame.modality_values(), RAMP * 2.0 - 10)
    assert shown.not_applied == ()
    kept = _shown(ct, _state())
    np.testing.assert_array_equal(kept.frame.modality_values(), RAMP - 1024.0)
    assert kept.not_applied == ("rescale_of_image",)


def test_the_frame_as_stored_stays_as_it_was() -> None:
    frame = Frame(RAMP, inverted=True)
    before = frame.identity
    pyramid_of(frame)
    shown = _shown(frame, _state(inverse=True))
    assert frame.identity == before
    assert pyramid_of(shown.frame) is pyramid_of(frame)


def test_colour_has_neither_window_nor_polarity_in_a_state() -> None:
    colour = Frame(np.zeros((4, 4, 3), np.uint8))
    shown = _shown(colour, _state(inverse=True, vois=(SoftcopyVoi((), (FULL,)),)))
    assert shown.voi is None
    assert not shown.frame.inverted


def test_shutters_and_overlays_are_those_of_the_state() -> None:
    shutter, own = Shutter("circular", ((3, 3),), 2), OverlayPlane(0x6002, np.ones((1, 1), np.bool_), (5, 7))
    overlay = np.zeros((16, 16), np.bool_)
    overlay[0, 0] = True
    frame = Frame(RAMP, overlay=overlay, shutters=(Shutter("circular", ((1, 1),), 1),))
    nothing = _shown(frame, _state()).frame
    assert (nothing.overlay, nothing.shutters) == (None, ())
    active = (ActiveOverlay(0x6000, "L"), ActiveOverlay(0x6002, "L"))
    both = _shown(frame, _state(active_overlays=active, planes=(own,), shutters=(shutter,))).frame
    assert both.overlay is not None
    assert np.argwhere(both.overlay).tolist() == [[0, 0], [7, 5]]
    assert both.shutters == (shutter,)
    only_own = _shown(frame, _state(active_overlays=active[1:], planes=(own,))).frame
    assert np.argwhere(only_own.overlay).tolist() == [[7, 5]]  # type: ignore[arg-type]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("flipped", [False, True])
def test_the_state_turns_first_and_flips_afterwards(turns: int, flipped: bool) -> None:
    shown = _shown(Frame(RAMP), _state(quarter_turns=turns, flipped=flipped))
    turned = np.rot90(RAMP, -turns)
    expected = np.fliplr(turned) if flipped else turned
    viewport = shown.viewport((16, 16))
    np.testing.assert_array_equal(grey(resample(shown.frame, viewport, (16, 16)), FULL), expected)


def test_the_displayed_area_fills_the_screen() -> None:
    shown = _shown(Frame(RAMP), _state(areas=(DisplayedArea((4, 0), (11, 3)),)))
    matrix = shown.viewport((80, 80)).source_to_screen(ImageShape(16, 16), (80, 80))
    np.testing.assert_allclose(matrix @ [3.5, -0.5, 1], [-0.5, 19.5])
    np.testing.assert_allclose(matrix @ [11.5, 3.5, 1], [79.5, 59.5])


def test_an_area_of_the_whole_image_stays_fitted_when_the_screen_changes() -> None:
    shown = _shown(Frame(RAMP), _state(areas=(DisplayedArea((0, 0), (15, 15)),)))
    assert shown.viewport((80, 80)) == Viewport()


def test_magnified_and_true_size_areas_have_their_zoom() -> None:
    magnified = _shown(Frame(RAMP), _state(areas=(DisplayedArea((0, 0), (7, 7), "MAGNIFY", magnification=3.0),)))
    assert (magnified.viewport((99, 50)).zoom, magnified.viewport((99, 50)).centre) == (3.0, (3.5, 3.5))
    area = DisplayedArea((0, 0), (15, 15), "TRUE SIZE", spacing_mm=(0.5, 0.5))
    true = _shown(Frame(RAMP), _state(areas=(area,)))
    assert true.viewport((99, 50), pixels_per_mm=4.0).zoom == 2.0
    assert true.viewport((99, 50)) == Viewport()


def test_the_pixels_of_an_area_have_its_aspect() -> None:
    frame = Frame(RAMP, geometry=Geometry(spacing_mm=(1.0, 1.0), spacing_source="patient"))
    tall = _shown(frame, _state(areas=(DisplayedArea((0, 0), (15, 15), aspect=(2, 1)),)))
    assert ImageShape.of(tall.frame).aspect == 2
    same = _shown(frame, _state(areas=(DisplayedArea((0, 0), (15, 15), aspect=(1, 1)),)))
    assert same.frame.geometry == frame.geometry


def test_a_region_is_fitted_however_the_image_is_turned() -> None:
    viewport = fitted_to((-0.5, -0.5, 9.5, 4.5), Viewport(quarter_turns=1), ImageShape(16, 16), (50, 100))
    assert viewport.zoom == 10


def _drawn(*graphics: Graphic, texts: tuple[StateText, ...] = (), **state: object) -> np.ndarray:
    annotation = Annotation("L", graphics, texts)
    frame = Frame(np.zeros((40, 40), np.uint8))
    shown = _shown(frame, _state(annotations=(annotation,), **state))
    drawing = drawing_of(shown, ImageShape.of(frame), Viewport(zoom=1.0), (40, 40))
    return draw(np.zeros((40, 40), np.uint8), drawing)


def test_a_line_is_drawn_through_its_pixels() -> None:
    picture = _drawn(Graphic("POLYLINE", ((5, 10), (30, 10))))
    assert (picture[10, 6:30] > 200).all()  # smoothed edges
    assert not picture[12:].any()
    assert not picture[:9].any()


def test_a_filled_circle_is_filled_and_an_open_one_is_not() -> None:
    circle = Graphic("CIRCLE", ((20, 20), (30, 20)))
    assert _drawn(circle)[20, 20] == 0
    filled = _drawn(replace(circle, filled=True))
    assert filled[20, 20] == 255
    assert abs(np.count_nonzero(filled > 127) - np.pi * 10.5**2) < 35


def test_an_ellipse_reaches_the_ends_of_its_axes() -> None:
    picture = _drawn(Graphic("ELLIPSE", ((5, 20), (35, 20), (20, 15), (20, 25))))
    rows, columns = np.nonzero(picture > 127)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (15, 25, 5, 35)


def test_a_curve_passes_through_its_points() -> None:
    points = ((5.0, 20.0), (15.0, 10.0), (25.0, 30.0), (35.0, 20.0))
    picture = _drawn(Graphic("INTERPOLATED", points))
    assert all(picture[int(y), int(x)] > 100 for x, y in points)


def test_display_units_are_parts_of_the_displayed_area() -> None:
    picture = _drawn(Graphic("POINT", ((0.5, 0.5),), "DISPLAY"), areas=(DisplayedArea((0, 0), (19, 19)),))
    rows, columns = np.nonzero(picture)
    np.testing.assert_allclose((rows.mean(), columns.mean()), 9.5, atol=0.6)


def test_a_text_stands_in_its_box_and_a_visible_anchor_has_a_line() -> None:
    text = StateText(("II",), box=((2, 2), (20, 18)))
    picture = _drawn(texts=(text,))
    assert picture[2:19, 2:20].any()
    assert not picture[25:].any()
    assert _drawn(texts=(replace(text, anchor=(30, 35), anchor_visible=True),))[35, 30] > 0


def test_a_layer_gives_its_colour() -> None:
    layers = (Layer("L", 1, (255, 0, 0)),)
    red, green, blue = _drawn(Graphic("POLYLINE", ((5, 10), (30, 10))), layers=layers)[10, 15]
    assert red > 200
    assert (green, blue) == (0, 0)


def test_layers_of_a_higher_order_lie_above() -> None:
    layers = (Layer("low", 1, (9, 9, 9)), Layer("high", 2, (200, 200, 200)))
    line = (Graphic("POLYLINE", ((5, 10), (30, 10))),)
    annotations = (Annotation("high", line), Annotation("low", line))
    frame = Frame(np.zeros((40, 40), np.uint8))
    shown = _shown(frame, _state(annotations=annotations, layers=layers))
    picture = draw(frame.stored, drawing_of(shown, ImageShape.of(frame), Viewport(zoom=1.0), (40, 40)))
    assert picture[10, 15] > 150
    assert not frame.stored.any()
