"""From movements of the hand to values."""

from __future__ import annotations

import pytest

from medapp.imaging.study import Window
from medapp.ui.gestures import FAST, FINE, FULL_RANGE_PX, WheelSteps, dragged_window, zoom_factor

CT = Window(40, 400)


def test_right_is_wider_and_left_is_narrower() -> None:
    assert dragged_window(CT, 10, 0, 4096).width > 400 > dragged_window(CT, -10, 0, 4096).width


def test_up_lowers_the_centre_which_is_brighter() -> None:
    assert dragged_window(CT, 0, -10, 4096).center < 40 < dragged_window(CT, 0, 10, 4096).center


def test_a_drag_over_the_whole_way_goes_over_the_dynamic_range() -> None:
    assert dragged_window(CT, 0, FULL_RANGE_PX, 4096).center == pytest.approx(40 + 4096)


@pytest.mark.parametrize("speed", [FAST, FINE])
def test_ctrl_is_fast_and_shift_is_fine(speed: float) -> None:
    plain, other = (dragged_window(CT, 0, 10, 4096, s).center - 40 for s in (1.0, speed))
    assert other == pytest.approx(plain * speed)


def test_a_linear_window_never_gets_narrower_than_one() -> None:
    assert dragged_window(CT, -10_000, 0, 4096).width == 1
    assert 0 < dragged_window(Window(0.5, 1, "LINEAR_EXACT"), -10_000, 0, 1).width < 1


def test_a_dragged_window_no_longer_has_the_name_of_a_preset() -> None:
    assert dragged_window(Window(40, 400, name="soft_tissue"), 1, 1, 4096).name == ""


def test_dragging_up_enlarges_and_back_down_restores() -> None:
    assert zoom_factor(-50) > 1
    assert zoom_factor(-50) * zoom_factor(50) == pytest.approx(1)


def test_fine_steps_of_a_touch_pad_add_up() -> None:
    wheel = WheelSteps()
    assert [wheel.after(40) for _ in range(6)] == [0, 0, -1, 0, 0, -1]


def test_turning_back_forgets_the_rest_of_a_step() -> None:
    wheel = WheelSteps()
    wheel.after(100)
    assert wheel.after(-120) == 1
