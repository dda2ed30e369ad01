"""Silent watch: images of the scope are classified once, nobody is shown anything, and the summary says what it saw."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medapp import schemas
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.folders import user_folders
from medapp.imaging.frame import Frame
from medapp.storage.results import Results
from medapp.storage.watched import Watched
from medapp.workflows.reading import Reading
from medapp.workflows.watching import Watching
from tests.workflows.answering import AnsweringEngine, model

CURVE = [
    {"threshold": t, "false_positive_rate": f, "true_positive_rate": p}
    for t, f, p in ((1.0, 0.0, 0.0), (0.9, 0.0, 0.5), (0.5, 0.1, 0.9), (0.1, 0.5, 1.0), (0.0, 1.0, 1.0))
]
REPORT = {"sealed": {"roc": CURVE, "answered": 200, "refused": {"value": 0.01, "low": 0.0, "high": 0.03}}}


def frame(seed: int, bright: float = 40, modality: str = "DX", body_part: str = "") -> Frame:
    grey = np.full((8, 8), bright, np.uint16)
    grey[0, 0] = seed
    return Frame(grey, modality=modality, body_part=body_part)


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    made = Registry(user_folders(), tmp_path / "builtin")
    scope = Scope(("DX",), body_parts=("CHEST",))
    for name in ("new", "old"):
        made.install(model(tmp_path, name, scope=scope, report=REPORT).path)
    made.activate("old")
    return made


@pytest.fixture
def kept() -> Any:
    with Watched(user_folders().watched) as watched:
        yield watched


@pytest.fixture
def watching(registry: Registry, engine: AnsweringEngine, kept: Watched) -> Watching:
    return Watching(registry, engine, kept)


def test_a_model_that_nobody_lets_watch_sees_nothing(watching: Watching, engine: AnsweringEngine) -> None:
    assert watching.observe(frame(1), "1.2") == ()
    assert engine.asked == []


def test_images_of_the_scope_are_seen_once(watching: Watching, registry: Registry, engine: AnsweringEngine) -> None:
    registry.watch("new", 50)
    for seen in (frame(1), frame(1), frame(2), frame(3, modality="CT"), frame(4, body_part="KNEE")):
        watching.observe(seen, "1.2")
    summary = watching.summary(registry.get("new"))
    assert (summary.images, summary.studies, summary.complete) == (2, 1, False)
    assert sum(name == "new" for name, _ in engine.asked) == 2


def test_what_is_said_reaches_no_reader(
    watching: Watching, registry: Registry, engine: AnsweringEngine, tmp_path: Path
) -> None:
    registry.watch("new", 50)
    watching.observe(frame(1), "1.2")
    with Results(user_folders().results) as results:
        assert results.get(frame(1).identity, registry.get("new").manifest_hash) is None
        reading = Reading(registry, engine, results)  # type: ignore[arg-type]
        package = reading.package_for("DX", "CHEST")
    assert package is not None
    assert package.metadata.id == "old"


def test_the_watch_is_complete_after_so_many_studies_and_sees_no_more(
    watching: Watching, registry: Registry, engine: AnsweringEngine
) -> None:
    registry.watch("new", 2)
    assert watching.observe(frame(1), "1.2.1") == ()
    told = watching.observe(frame(2), "1.2.2")
    assert [package.metadata.id for package in told] == ["new"]
    assert watching.due(frame(3)) == []
    assert watching.observe(frame(3), "1.2.3") == ()
    assert watching.summary(registry.get("new")).studies == 2


def test_a_picture_without_a_study_is_a_study_of_its_own(watching: Watching, registry: Registry) -> None:
    registry.watch("new", 5)
    for seed in range(3):
        watching.observe(frame(seed))
    assert watching.summary(registry.get("new")).studies == 3


def test_the_summary_counts_answers_refusals_and_disagreements(
    watching: Watching, registry: Registry, engine: AnsweringEngine, kept: Watched
) -> None:
    registry.watch("new", 50)
    engine.noise["old"] = 30.0
    images = [frame(seed, bright=60 if seed % 2 else 30) for seed in range(40)]
    engine.refuses["new"] = {image.identity for image in images[:4]}
    for number, image in enumerate(images):
        watching.observe(image, f"1.{number}")
    summary = watching.summary(registry.get("new"))
    assert (dict(summary.labels), dict(summary.refused)) == ({"healthy": 18, "ill": 18}, {"ood.features": 4})
    assert summary.compared == 36
    said = {one.identity: (one.label, one.champion_label) for one in kept.sightings(summary.package.manifest_hash)}
    assert summary.disagreements == sum(a != b for a, b in said.values() if a and b) > 0
    assert (sum(summary.scores), summary.seconds) == (36, 0.25)
    assert summary.refuses_more
    schemas.check("watched", json.loads(json.dumps({"schema_version": 1, "watched": [summary.to_json()]})))
    assert any("something else" in sentence for sentence in summary.sentences())


def test_unclear_answers_are_counted_where_the_report_has_two_thresholds(
    registry: Registry, engine: AnsweringEngine, kept: Watched, tmp_path: Path
) -> None:
    report = {"sealed": {**REPORT["sealed"], "unclear": {"low": 0.4, "high": 0.6, "cases": 3}}}
    registry.install(model(tmp_path, "banded", report=report).path)
    registry.watch("banded", 50)
    watching = Watching(registry, engine, kept)
    for seed, bright in enumerate((30, 47.5, 60)):
        watching.observe(replace(frame(seed), stored=np.full((8, 8), bright)), str(seed))
    assert watching.summary(registry.get("banded")).unclear == 1
    assert watching.summary(registry.get("new")).unclear is None


def test_a_failing_champion_costs_the_comparison_and_not_the_watch(
    watching: Watching, registry: Registry, engine: AnsweringEngine
) -> None:
    registry.watch("new", 50)
    engine.fails = {"old"}
    watching.observe(frame(1), "1.2")
    summary = watching.summary(registry.get("new"))
    assert (summary.images, summary.compared) == (1, 0)


def test_what_the_model_in_use_has_answered_already_is_not_computed_again(
    registry: Registry, engine: AnsweringEngine, kept: Watched
) -> None:
    registry.watch("new", 50)
    old = registry.get("old")
    with Results(user_folders().results) as results:
        results.put(engine.predict_many([frame(1)], old.path))
        engine.asked.clear()
        Watching(registry, engine, kept, results).observe(frame(1), "1.2")
    assert [name for name, _ in engine.asked] == ["new"]


def test_a_watch_goes_on_after_a_restart(registry: Registry, engine: AnsweringEngine, kept: Watched) -> None:
    registry.watch("new", 3)
    Watching(registry, engine, kept).observe(frame(1), "1.1")
    with Watched(user_folders().watched) as again:
        later = Watching(Registry(user_folders(), Path("none")), engine, again)
        later.observe(frame(2), "1.2")
        assert later.summaries()[0].studies == 2


def test_neither_names_nor_study_uids_are_kept(watching: Watching, registry: Registry) -> None:
    registry.watch("new", 3)
    watching.observe(frame(1), "1.2.840.99999.7")
    stored = b"".join(path.read_bytes() for path in user_folders().watched.parent.glob("watched.sqlite*"))
    assert b"1.2.840" not in stored
