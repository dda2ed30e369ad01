"""What the reading page says of a picture beside its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medapp.imaging.frame import Frame
from medapp.imaging.test_pattern import PATTERN_UID
from medapp.ui.answer_state import NoModel
from medapp.ui.cell_state import Picture
from medapp.ui.quiet_work import quiet_text
from medapp.ui.reading_page import _chip, _has_side_marker
from medapp.ui.state import State
from medapp.ui.widgets.teaching.use_views import ContestView, UsingView
from medapp.ui.widgets.teaching.views import TeachingView, TrainView
from medapp.ui.widgets.wording import identity_text
from medapp.ui.worklist_view import WorklistView
from tests.ui.pictures_made import picture_of, ramp_frame


def frame_of(modality: str) -> Frame:
    return replace(ramp_frame(), modality=modality)


@pytest.mark.parametrize(("modality", "is_there"), [("DX", True), ("MG", True), ("PICTURE", True), ("CT", False)])
def test_radiographs_have_a_side_marker_and_slices_have_none(modality: str, is_there: bool) -> None:
    assert _has_side_marker(picture_of(frame_of(modality))) is is_there


def test_nothing_stands_over_the_test_pattern_and_the_banner_says_what_it_is_for() -> None:
    shown = picture_of(frame_of("OT"))
    assert _chip(State(picture=shown, answer=NoModel("OT")))[0]
    assert "Muster" in identity_text(shown)
    pattern: Picture = replace(shown, instance=replace(shown.instance, sop_instance_uid=PATTERN_UID))
    assert _chip(State(picture=pattern, answer=NoModel("OT"))) == ("", "quiet")
    assert "not calibrated" in identity_text(pattern)
    assert "Muster" not in identity_text(pattern)


def test_the_status_bar_knows_of_a_worklist_that_is_being_answered() -> None:
    assert quiet_text(State()) == ""
    assert "worklist" in quiet_text(State(worklist=WorklistView(running=True)))


def test_the_status_bar_says_where_a_training_or_a_comparison_is_followed_and_stopped() -> None:
    running = TrainView(running=True, seconds_left=61.0)
    assert quiet_text(State(), TeachingView(train=running)) == "A training runs: step 4 of Teaching · time left 1:01"
    waiting = TeachingView(train=replace(running, paused=True))
    assert quiet_text(State(), waiting) == "A training waits: step 4 of Teaching"
    comparing = UsingView(contest=ContestView(running=True))
    assert "step 6" in quiet_text(State(), TeachingView(), comparing)
