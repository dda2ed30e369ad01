from __future__ import annotations

from typing import Any

import pytest

from medapp.imaging.cine import following, frame_ms, plays_back_and_forth, usual_frame_ms
from tests.imaging.synthetic import item

VECTOR = 0x00181065


@pytest.mark.parametrize(
    ("attributes", "milliseconds"),
    [
        ({"FrameTime": "40"}, 40.0),
        ({"CineRate": "25"}, 40.0),
        ({"RecommendedDisplayFrameRate": "20"}, 50.0),
        ({"RecommendedDisplayFrameRate": "20", "FrameTime": "3.3", "CineRate": "300"}, 50.0),
        ({"FrameTime": "40", "CineRate": "30"}, 40.0),
        ({"FrameTimeVector": ["0", "30", "50"]}, 40.0),
        ({"FrameTime": "10", "FrameTimeVector": ["0", "30", "50"], "FrameIncrementPointer": VECTOR}, 40.0),
        ({"FrameTime": "1"}, 1000 / 120),
        ({"CineRate": "100000"}, 1000 / 120),
        ({"FrameTime": "60000"}, 1000.0),
        ({"FrameTime": "-5", "CineRate": "0"}, None),
        ({}, None),
    ],
)
def test_the_time_of_a_frame_is_read_and_kept_to_what_can_be_watched(
    attributes: dict[str, Any], milliseconds: float | None
) -> None:
    assert usual_frame_ms(item(**attributes)) == (None if milliseconds is None else pytest.approx(milliseconds))


def test_a_vector_holds_the_time_since_the_frame_before() -> None:
    dataset = item(FrameTimeVector=["0", "30", "50", "70"])
    assert [frame_ms(dataset, n) for n in range(4)] == [30.0, 50.0, 70.0, 50.0]


def test_a_recommended_rate_overrules_the_vector() -> None:
    dataset = item(FrameTimeVector=["0", "30", "50"], RecommendedDisplayFrameRate="10")
    assert [frame_ms(dataset, n) for n in range(3)] == [100.0] * 3


def test_a_vector_that_is_too_short_leaves_the_mean() -> None:
    assert frame_ms(item(FrameTimeVector=["0", "30"]), 9) == 30.0


def test_looping_starts_again_and_sweeping_turns_round() -> None:
    def played(*, sweeps: bool) -> list[int]:
        index, step, seen = 0, 1, []
        for _ in range(6):
            index, step = following(index, 3, step, sweeps=sweeps)
            seen.append(index)
        return seen

    assert played(sweeps=False) == [1, 2, 0, 1, 2, 0]
    assert played(sweeps=True) == [1, 2, 1, 0, 1, 2]


@pytest.mark.parametrize("sweeps", [False, True])
def test_a_single_frame_stays(sweeps: bool) -> None:
    assert following(0, 1, 1, sweeps=sweeps) == (0, 1)


def test_sweeping_is_asked_for_by_the_file() -> None:
    assert plays_back_and_forth(item(PreferredPlaybackSequencing=1))
    assert not plays_back_and_forth(item(PreferredPlaybackSequencing=0))
    assert not plays_back_and_forth(item())
