"""The test pattern: every grey level that it promises is in it, where it is said to be, and it opens as an image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medapp.display.render import render_frame
from medapp.imaging import test_pattern
from medapp.imaging.found import FoundImage
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import find, load
from medapp.imaging.test_pattern import PATCHES, PATTERN_UID, pattern, write_test_pattern
from medapp.imaging.voi import default_voi

IMAGE = pattern()


def test_the_sixteen_patches_have_their_grey_levels_and_two_faint_squares_each() -> None:
    for level, (row, column) in zip(PATCHES, test_pattern._patch_places(), strict=True):
        assert IMAGE[row + 48, column + 10] == level
        assert IMAGE[row + 16, column + 16] == level + 4
        assert IMAGE[row + 80, column + 80] == level - 4


def test_patches_do_not_cover_each_other() -> None:
    places = test_pattern._patch_places()
    assert len({(row, column) for row, column in places}) == len(PATCHES) == 16
    assert all(abs(a - c) >= 96 or abs(b - d) >= 96 for a, b in places for c, d in places if (a, b) != (c, d))


def test_five_and_ninety_five_percent_lie_in_black_and_white() -> None:
    assert (IMAGE[596, 390], IMAGE[616, 432]) == (0, 13)
    assert (IMAGE[596, 550], IMAGE[616, 592]) == (255, 242)


def test_ramps_hold_every_grey_level_without_a_jump() -> None:
    for column in (160, 864):
        ramp = IMAGE[256:768, column].astype(int)
        assert set(ramp) == set(range(256))
        assert np.abs(np.diff(ramp)).max() == 1


def test_lines_of_one_pixel_change_at_every_pixel() -> None:
    row, column = 40, 40
    assert IMAGE[row, column : column + 6].tolist() == [0, 255, 0, 255, 0, 255]
    assert IMAGE[row + 40, column : column + 3].tolist() != IMAGE[row + 41, column : column + 3].tolist()


def test_the_border_is_white_all_around() -> None:
    for edge in (IMAGE[0], IMAGE[-1], IMAGE[:, 0], IMAGE[:, -1]):
        assert (edge == 255).all()


@pytest.mark.parametrize("row", [800, 840, 880])
def test_letters_fade_but_the_first_can_be_told_from_its_ground(row: int) -> None:
    field = IMAGE[row : row + 36, 280:310].astype(int)
    assert np.ptp(field) == 15


def test_it_opens_as_an_image_and_is_shown_as_it_was_drawn(tmp_path: Path) -> None:
    path = str(write_test_pattern(tmp_path / "pattern.dcm"))
    found = find(path, ReadLimits())
    assert isinstance(found, FoundImage)
    assert found.instance.sop_instance_uid == PATTERN_UID
    frame = load(path, 0, ReadLimits())
    np.testing.assert_array_equal(render_frame(frame, default_voi(frame)), IMAGE)
