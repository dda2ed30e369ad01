"""Contours: where the map is hot, in pixels of the image, whatever part of it the network saw."""

from __future__ import annotations

import numpy as np

from medapp.display.contours import contours_of, grid_to_source


def one_hot(row: int, column: int, side: int = 7) -> np.ndarray:  # type: ignore[type-arg]
    values = np.zeros((side, side), np.float32)
    values[row, column] = 1
    return values


def test_a_hot_cell_is_surrounded_at_its_place_in_the_image() -> None:
    (line,) = contours_of(one_hot(1, 5), (0, 700, 0, 1400))
    np.testing.assert_allclose(line.mean(axis=0), (1099.5, 149.5), atol=8)
    assert np.ptp(line[:, 0]) < 200
    assert np.ptp(line[:, 1]) < 100


def test_the_part_that_the_network_saw_moves_the_line() -> None:
    (line,) = contours_of(one_hot(0, 0), (100, 800, 300, 1000))
    np.testing.assert_allclose(line.mean(axis=0), (340, 140), atol=25)
    assert line.min(axis=0)[0] >= 299
    assert line.min(axis=0)[1] >= 99


def test_a_cold_map_has_no_line_and_a_hot_one_is_surrounded_at_its_edge() -> None:
    assert contours_of(np.zeros((7, 7), np.float32), (0, 70, 0, 70)) == ()
    (edge,) = contours_of(np.ones((7, 7), np.float32), (0, 70, 0, 70))
    np.testing.assert_allclose([edge.min(), edge.max()], [-0.5, 69.5], atol=0.6)


def test_a_hole_is_a_line_of_its_own() -> None:
    ring = np.ones((9, 9), np.float32)
    ring[3:6, 3:6] = 0
    assert len(contours_of(ring, (0, 90, 0, 90))) == 2


def test_values_that_are_no_numbers_are_cold() -> None:
    values = one_hot(3, 3)
    values[0, 0] = np.nan
    assert len(contours_of(values, (0, 70, 0, 70))) == 1


def test_cells_are_placed_by_their_middles() -> None:
    np.testing.assert_allclose(grid_to_source((7, 7), (0, 70, 0, 140)) @ [0, 0, 1], [9.5, 4.5, 1])
