"""The database of silent watches: an image counts once, studies are hidden, damage is set aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.storage.watched import Sighting, Watched, hidden

MODEL, OTHER = "m" * 64, "o" * 64
SEEN = Sighting("a", hidden(MODEL, "1.2", "a"), "ill", 0.8, None, OTHER, "healthy", 0.02)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Daten ü" / "watched.sqlite"


def test_what_was_said_comes_back_as_it_was(path: Path) -> None:
    refused = replace(SEEN, identity="b", label=None, score=None, refused="ood.features", champion_label=None)
    with Watched(path) as watched:
        watched.put(MODEL, [SEEN, refused])
    with Watched(path) as watched:
        assert set(watched.sightings(MODEL)) == {SEEN, refused}
        assert watched.sightings(OTHER) == ()


def test_an_image_counts_once_and_a_study_too(path: Path) -> None:
    with Watched(path) as watched:
        for identity in ("a", "a", "b"):
            watched.put(MODEL, [replace(SEEN, identity=identity)])
        assert len(watched.sightings(MODEL)) == 2
        assert watched.studies(MODEL) == 1
        assert (watched.knows(MODEL, "a"), watched.knows(MODEL, "c"), watched.knows(OTHER, "a")) == (True, False, False)


def test_what_one_model_said_is_forgotten_and_the_others_kept(path: Path) -> None:
    with Watched(path) as watched:
        for model in (MODEL, OTHER):
            watched.put(model, [SEEN])
        watched.forget(MODEL)
        assert (watched.studies(MODEL), watched.studies(OTHER)) == (0, 1)


def test_a_study_is_hidden_and_told_apart_by_model() -> None:
    assert "1.2.3" not in hidden(MODEL, "1.2.3", "a")
    assert hidden(MODEL, "1.2.3", "a") == hidden(MODEL, "1.2.3", "b") != hidden(OTHER, "1.2.3", "a")
    assert hidden(MODEL, "", "a") != hidden(MODEL, "", "b")


def test_a_damaged_database_is_set_aside_and_told(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 500)
    with Watched(path) as watched:
        watched.put(MODEL, [SEEN])
        assert watched.set_aside is not None
        assert watched.set_aside.code == "watched.damaged"
        assert watched.studies(MODEL) == 1


def test_a_write_that_fails_is_told(path: Path) -> None:
    watched = Watched(path)
    watched.close()
    with pytest.raises(MedappError) as caught:
        watched.put(MODEL, [SEEN])
    assert caught.value.code == "watched.write"
