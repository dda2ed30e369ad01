from __future__ import annotations

import numpy as np
import pytest

from medapp.display.overlays import Letters, corner_texts, draw_overlay, heat_map_rgba, orientation_letters
from medapp.display.render import resample
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Geometry, Instance, Patient, Series, Study, Window

AXIAL = Geometry(orientation=(1, 0, 0, 0, 1, 0))
CHEST = Geometry(patient_orientation=("L", "F"))


def test_an_axial_image_has_the_patients_left_on_its_right() -> None:
    assert orientation_letters(AXIAL, Viewport()) == Letters(left="R", right="L", top="A", bottom="P")


def test_a_radiograph_takes_its_letters_from_the_patient_orientation() -> None:
    assert orientation_letters(CHEST, Viewport()) == Letters(left="R", right="L", top="H", bottom="F")


def test_an_oblique_image_has_two_letters_the_steepest_first() -> None:
    tilted = Geometry(orientation=(1, 0, 0, 0, 0.8, -0.6))
    assert orientation_letters(tilted, Viewport()).bottom == "PF"


@pytest.mark.parametrize("orientation", [None, ("X", "Y"), ("", "")])
def test_unknown_orientations_have_no_letters(orientation: tuple[str, str] | None) -> None:
    assert orientation_letters(Geometry(patient_orientation=orientation), Viewport()) == Letters()


def test_letters_follow_turns_and_flips() -> None:
    turned = orientation_letters(AXIAL, Viewport().rotated())
    assert turned == Letters(left="P", right="A", top="R", bottom="L")
    assert orientation_letters(AXIAL, Viewport().flipped_horizontally()) == Letters("L", "R", "A", "P")
    assert orientation_letters(AXIAL, Viewport().flipped_vertically()) == Letters("R", "L", "P", "A")


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_letters_stand_where_the_pixels_went(turns: int, flipped: bool) -> None:
    """The patient's left is towards higher columns: where those are on the screen, the letter L is."""
    viewport = Viewport(quarter_turns=turns, flipped=flipped)
    values = resample(Frame(np.tile(np.arange(50, dtype=np.uint8), (50, 1))), viewport, (50, 50)).values.astype(int)
    edges = {"left": values[25, 1], "right": values[25, -2], "top": values[1, 25], "bottom": values[-2, 25]}
    brightest = max(edges, key=lambda edge: edges[edge])
    assert getattr(orientation_letters(AXIAL, viewport), brightest) == "L"


def _shown() -> tuple[Study, Series, Instance]:
    instance = Instance("a", "dicom", 512, 256, lossy=True, geometry=Geometry(spacing_source="detector"))
    series = Series("s", "CT", (instance, instance), description="Neck")
    return Study("u", Patient("Doe^Jane", "42", birth_date="19700101"), (series,), date="20200102"), series, instance


def test_the_corners_tell_who_and_what_is_shown_and_how() -> None:
    study, series, instance = _shown()
    at_detector = Geometry(spacing_mm=(0.2, 0.2), spacing_source="detector")
    frame = Frame(np.zeros((2, 2), np.int16), unit="HU", geometry=at_detector)
    corners = corner_texts(study, series, instance, frame, Window(40, 400), position=1, zoom=0.5)
    assert corners.top_left == ("Doe^Jane", "42", "19700101")
    assert corners.top_right == ("Neck", "20200102")
    assert corners.bottom_left == ("Image 2 of 2", "256 × 512", "Size at the detector", "Lossy compression")
    assert corners.bottom_right == ("C 40 W 400 HU", "50 %")


def test_the_corners_name_a_table_and_no_window_for_colour() -> None:
    study, series, instance = _shown()
    lut = Lut(0, 8, np.zeros(1, np.uint16), "HARDER")
    grey_frame, colour = Frame(np.zeros((2, 2), np.int16)), Frame(np.zeros((2, 2, 3), np.uint8))
    assert corner_texts(study, series, instance, grey_frame, lut, position=0, zoom=1).bottom_right[0] == "Table HARDER"
    assert corner_texts(study, series, instance, colour, None, position=0, zoom=1).bottom_right == ("100 %",)
    assert corner_texts(study, series, instance, None, None, position=0, zoom=1).bottom_right == ("100 %",)


HOT = np.zeros((7, 7), np.float32)
HOT[0, 6] = 1.0  # top right
IMAGE = ImageShape(70, 140)


def _hottest(viewport: Viewport) -> tuple[int, int]:
    alpha = heat_map_rgba(HOT, IMAGE, viewport, (140, 140), 1.0)[..., 3].astype(int)
    rows, columns = np.nonzero(alpha == alpha.max())
    return round(rows.mean()), round(columns.mean())


def test_the_heat_map_lies_where_its_pixels_are() -> None:
    row, column = _hottest(Viewport())
    assert (row, column) == (pytest.approx(37, abs=3), pytest.approx(132, abs=4))


@pytest.mark.parametrize(
    "viewport",
    [
        Viewport(quarter_turns=1),
        Viewport(flipped=True),
        Viewport(zoom=2.0, centre=(130, 5)),
        Viewport(quarter_turns=3, flipped=True),
    ],
)
def test_the_heat_map_follows_the_picture(viewport: Viewport) -> None:
    x, y = viewport.source_to_screen(IMAGE, (140, 140)) @ [129.5, 4.5, 1]  # the middle of the hot cell
    row, column = _hottest(viewport)
    assert abs(row - min(max(y, 0), 139)) < 12
    assert abs(column - min(max(x, 0), 139)) < 12


def test_the_heat_map_covers_the_image_and_nothing_else() -> None:
    alpha = heat_map_rgba(np.ones((3, 3), np.float32), IMAGE, Viewport(), (140, 140), 0.5)[..., 3]
    assert (alpha[35:105] == 128).all()
    assert not alpha[:35].any()
    assert not alpha[105:].any()


def test_a_heat_map_without_heat_is_invisible_and_nan_is_no_heat() -> None:
    nothing = np.array([[0, np.nan]], np.float32)
    assert not heat_map_rgba(nothing, IMAGE, Viewport(), (140, 140), 1.0)[..., 3].any()


def test_overlay_planes_are_drawn_white_where_the_pixels_went() -> None:
    overlay = np.zeros((40, 40), np.bool_)
    overlay[2:10, 2:6] = True
    frame = Frame(np.zeros((40, 40), np.uint8), overlay=overlay)
    black = np.zeros((40, 40), np.uint8)
    np.testing.assert_array_equal(draw_overlay(black, frame, Viewport(), None) == 255, overlay)
    turned = draw_overlay(black, frame, Viewport(quarter_turns=1), (40, 40))
    np.testing.assert_array_equal(turned == 255, np.rot90(overlay, -1))
    assert not black.any()
