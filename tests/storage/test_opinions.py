"""What readers say of answers is kept with whether the answer was on screen; the last word holds, all are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.storage.opinions import Opinion, Opinions, Said


def said(what: Said, identity: str = "a", *, visible: bool = True) -> Opinion:
    return Opinion(identity, "m", what, ai_visible=visible)


def test_the_last_word_holds_and_all_are_kept(tmp_path: Path) -> None:
    with Opinions(tmp_path / "ü" / "opinions.sqlite") as opinions:
        for one in (said(Said.AGREE), said(Said.UNSURE, "b"), said(Said.DISAGREE, visible=False)):
            opinions.put(one)
    with Opinions(tmp_path / "ü" / "opinions.sqlite") as opinions:
        holding = opinions.holding("a", "m")
        assert holding is not None
        assert (holding.said, holding.ai_visible) == (Said.DISAGREE, False)
        assert [one.said for one in opinions.history("a", "m")] == [Said.AGREE, Said.DISAGREE]
        assert {key: one.said for key, one in opinions.all_holding().items()} == {
            ("a", "m"): Said.DISAGREE,
            ("b", "m"): Said.UNSURE,
        }
        assert opinions.holding("a", "another model") is None


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    opinions = Opinions(tmp_path / "opinions.sqlite")
    opinions.close()
    with pytest.raises(MedappError) as caught:
        opinions.put(said(Said.AGREE))
    assert caught.value.code == "opinions.write"


def test_a_damaged_database_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "opinions.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with Opinions(path) as opinions:
        assert opinions.set_aside is not None
        assert opinions.set_aside.code == "opinions.damaged"
        opinions.put(said(Said.AGREE))
        assert opinions.holding("a", "m") is not None
