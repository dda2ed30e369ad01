from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medapp.display.render import render_frame
from medapp.display.shutters import covered_by, draw_shutters
from medapp.display.viewport import Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.shutters import Shutter, shutters_in
from medapp.imaging.study import Geometry, Window
from tests.imaging.states_made import add_plane
from tests.imaging.synthetic import dicom, frame_of, item

EDGES = {
    "ShutterLeftVerticalEdge": 3,
    "ShutterRightVerticalEdge": 6,
    "ShutterUpperHorizontalEdge": 2,
    "ShutterLowerHorizontalEdge": 8,
}
Y, X = np.mgrid[:10, :12]


def test_the_edges_of_a_rectangle_are_the_last_pixels_seen() -> None:
    shutters = shutters_in(item(ShutterShape="RECTANGULAR", **EDGES))
    seen = ~covered_by(shutters, (10, 12))
    np.testing.assert_array_equal(seen, (X >= 2) & (X <= 5) & (Y >= 1) & (Y <= 7))


def test_a_circle_is_round_on_the_screen() -> None:
    shutters = shutters_in(item(ShutterShape="CIRCULAR", CenterOfCircularShutter=[5, 6], RadiusOfCircularShutter=4))
    np.testing.assert_array_equal(~covered_by(shutters, (10, 12)), (X - 5) ** 2 + (Y - 4) ** 2 <= 16)
    tall = ~covered_by(shutters, (10, 12), aspect=2.0)
    assert (tall.any(axis=1).sum(), tall.any(axis=0).sum()) == (5, 9)


def test_a_polygon_is_seen_inside_its_corners() -> None:
    corners = [2, 2, 2, 8, 8, 8, 8, 2]  # row, column pairs
    seen = ~covered_by(shutters_in(item(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=corners)), (10, 12))
    np.testing.assert_array_equal(seen, (X >= 1) & (X <= 7) & (Y >= 1) & (Y <= 7))


def test_several_shutters_cover_together() -> None:
    dataset = item(
        ShutterShape=["RECTANGULAR", "CIRCULAR"], CenterOfCircularShutter=[5, 6], RadiusOfCircularShutter=2, **EDGES
    )
    seen = ~covered_by(shutters_in(dataset), (10, 12))
    np.testing.assert_array_equal(seen, ((X - 5) ** 2 + (Y - 4) ** 2 <= 4) & (X <= 5) & (X >= 2))


def test_a_bitmap_covers_where_its_bits_are_set(tmp_path: Path) -> None:
    dataset = dicom(np.full((4, 4), 100, np.uint8), ShutterShape="BITMAP", ShutterOverlayGroup=0x6000)
    add_plane(dataset, b"\x01\x80", 4, 4)
    frame = frame_of(dataset, tmp_path)
    assert np.argwhere(covered_by(frame.shutters, (4, 4))).tolist() == [[0, 0], [3, 3]]


@pytest.mark.parametrize(
    "attributes",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "RECTANGULAR", **EDGES, "ShutterRightVerticalEdge": 1},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [1, 2], "RadiusOfCircularShutter": 0},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 5, 5]},
        {"ShutterShape": "OCTAGONAL"},
        {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6000},
        {},
    ],
)
def test_a_malformed_shutter_covers_nothing(attributes: dict[str, object]) -> None:
    assert shutters_in(item(**attributes)) == ()


def test_the_covered_part_has_its_presentation_value_also_when_inverted(tmp_path: Path) -> None:
    dataset = dicom(
        np.zeros((10, 12), np.uint8), PhotometricInterpretation="MONOCHROME1", ShutterShape="RECTANGULAR",
        ShutterPresentationValue=32896, **EDGES,
    )  # fmt: skip
    frame = frame_of(dataset, tmp_path)
    picture = draw_shutters(render_frame(frame, Window(128, 256)), frame, Viewport(), None)
    assert (picture[1:8, 2:6] == 255).all()
    assert np.count_nonzero(picture == 128) == 10 * 12 - 7 * 4


def test_shutters_follow_the_image_on_the_screen_and_leave_what_is_beside_it() -> None:
    frame = Frame(np.zeros((10, 10), np.uint8), shutters=(Shutter("rectangular", ((0, 0), (4, 9)), grey=77),))
    white = np.full((20, 40), 255, np.uint8)
    shuttered = draw_shutters(white, frame, Viewport(quarter_turns=2), (40, 20))
    assert (shuttered[:, :10] == 255).all()
    assert (shuttered[:, 10:20] == 77).all()
    assert (shuttered[:, 20:] == 255).all()
    assert (white == 255).all()


def test_values_are_not_touched_by_a_shutter() -> None:
    stored = np.arange(100, dtype=np.uint8).reshape(10, 10)
    frame = Frame(stored, shutters=(Shutter("circular", ((5, 5),), 1.0),), geometry=Geometry())
    draw_shutters(render_frame(frame, Window(128, 256)), frame, Viewport(), None)
    np.testing.assert_array_equal(frame.modality_values(), stored)
