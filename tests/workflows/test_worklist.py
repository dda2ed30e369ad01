"""Worklists: a row for each image or stack, nothing computed twice, a bad image costs itself, a stack has one score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from medapp.classify.package import write_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import write_ct_series
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.jobs import Job, Partial, Progress, run_to_end
from medapp.storage.results import Results
from medapp.workflows.reading import Reading
from medapp.workflows.working import Means, look_up, work_through
from medapp.workflows.worklist import Entry, Key, Stage, Standing, entries_of
from tests.trial_packages import contents, package_at
from tests.workflows.worklist_made import BrightnessEngine, write_pictures


@pytest.fixture
def engine() -> BrightnessEngine:
    return BrightnessEngine()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(user_folders(), tmp_path / "builtin")
    registry.install(package_at(tmp_path / "source").path)
    registry.activate("trial")
    return registry


@pytest.fixture
def results() -> Iterator[Results]:
    with Results(user_folders().results) as opened:
        yield opened


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as pool:
        list(pool.headers(["nothing"]))
        yield pool


@pytest.fixture
def means(registry: Registry, engine: BrightnessEngine, results: Results, readers: Readers) -> Means:
    return Means(Reading(registry, engine, results), results, readers)


def entries(folder: Path, means: Means) -> tuple[Entry, ...]:
    return entries_of(run_to_end(scan([folder], means.readers)))


def outcome(job: Job[None]) -> tuple[dict[Key, Standing], list[Progress]]:
    standings: dict[Key, Standing] = {}
    progress = []
    for report in job:
        if isinstance(report, Partial):
            standings |= report.value
        else:
            progress.append(report)
    return standings, progress


def stages(standings: dict[Key, Standing]) -> Counter[Stage]:
    return Counter(standing.stage for standing in standings.values())


def test_each_picture_is_a_row_whose_name_tells_nothing_of_its_file(means: Means, tmp_path: Path) -> None:
    write_pictures(tmp_path / "Meier, Eva", [10, 20])
    rows = entries(tmp_path / "Meier, Eva", means)
    assert [row.name for row in rows] == ["Folder 1, picture 1", "Folder 1, picture 2"]
    assert [row.first for row in rows] == [0, 1]
    assert {row.series for row in rows} == {rows[0].images[0].source}


def test_a_stack_is_one_row(means: Means, tmp_path: Path) -> None:
    write_ct_series(tmp_path / "ct", slices=4, size=64)
    (row,) = entries(tmp_path / "ct", means)
    assert (len(row.images), row.modality, row.name) == (4, "CT", "Study 1, series 1 (CT)")


def test_every_row_ends_with_its_own_state(means: Means, tmp_path: Path) -> None:
    paths = write_pictures(tmp_path / "in", [0, 50, 200])
    rows = entries(tmp_path / "in", means)
    paths[1].write_bytes(b"no picture any more")
    write_ct_series(tmp_path / "ct", slices=3, size=64)
    standings, progress = outcome(work_through((*rows, *entries(tmp_path / "ct", means)), means))
    assert stages(standings) == Counter({Stage.REFUSED: 1, Stage.FAILED: 1, Stage.ANSWERED: 1, Stage.NO_MODEL: 1})
    assert standings[rows[0].key].reason.startswith("Not like the training data")
    assert standings[rows[1].key].reason
    assert (standings[rows[2].key].label, round(standings[rows[2].key].score or 0, 2)) == ("NODULE", 0.78)
    assert (progress[-1].done, progress[-1].total) == (3, 3)


def test_a_second_run_decodes_and_asks_nothing(means: Means, engine: BrightnessEngine, tmp_path: Path) -> None:
    write_pictures(tmp_path / "in", [30, 60, 90, 120])
    rows = entries(tmp_path / "in", means)
    first, _ = outcome(work_through(rows, means))
    engine.asked.clear()
    blind = replace(means, cache=_NeverDecodes())  # type: ignore[arg-type]
    second, _ = outcome(work_through(rows, blind))
    assert not engine.asked
    assert {key: (s.stage, s.score, s.label) for key, s in second.items()} == {
        key: (s.stage, s.score, s.label) for key, s in first.items()
    }


class _NeverDecodes:
    def peek(self, *_: object) -> None:
        raise AssertionError("an image was decoded")


@pytest.mark.parametrize(("later", "is_known"), [(60, True), (-60, False)])
def test_what_was_in_memory_is_known_the_next_time_unless_its_file_was_changed_since(
    means: Means, engine: BrightnessEngine, readers: Readers, tmp_path: Path, later: float, is_known: bool
) -> None:
    (path,) = write_pictures(tmp_path / "in", [30])
    rows = entries(tmp_path / "in", means)
    kept = _Kept(readers.frame(str(path)), path.stat().st_ctime + later)
    outcome(work_through(rows, replace(means, cache=kept)))  # type: ignore[arg-type]
    known, _ = outcome(look_up(rows, means))
    assert bool(known) is is_known
    path.write_bytes(write_pictures(tmp_path / "other", [200])[0].read_bytes() + b"\0")
    standings, _ = outcome(work_through(rows, means))
    assert standings[rows[0].key].label == "NODULE"


class _Kept:
    """A frame that has been in memory since a time."""

    def __init__(self, frame: Frame, begun: float) -> None:
        self._frame, self._begun = frame, begun

    def peek(self, *_: object) -> Frame:
        return self._frame

    def begun(self, *_: object) -> float:
        return self._begun


def test_a_run_that_was_stopped_goes_on_where_it_was(means: Means, engine: BrightnessEngine, tmp_path: Path) -> None:
    write_pictures(tmp_path / "in", range(10, 90))
    rows = entries(tmp_path / "in", means)
    job, told = work_through(rows, means), 0
    while told < 20:
        report = next(job)
        told += len(report.value) if isinstance(report, Partial) else 0
    job.close()
    before = engine.asked.total()
    standings, _ = outcome(work_through(rows, means))
    assert stages(standings) == Counter({Stage.ANSWERED: 80})
    assert before >= 16
    assert set(engine.asked.values()) == {1}, "an image was computed twice"


def test_looking_up_tells_what_is_known_and_asks_nothing(
    means: Means, engine: BrightnessEngine, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "in", [30, 60])
    rows = entries(tmp_path / "in", means)
    assert outcome(look_up(rows, means))[0] == {}
    outcome(work_through(rows[:1], means))
    engine.asked.clear()
    standings, _ = outcome(look_up(rows, means))
    assert standings.keys() == {rows[0].key}
    assert not engine.asked


def test_a_file_that_was_changed_is_asked_about_again(means: Means, engine: BrightnessEngine, tmp_path: Path) -> None:
    (path,) = write_pictures(tmp_path / "in", [30])
    rows = entries(tmp_path / "in", means)
    outcome(work_through(rows, means))
    path.write_bytes(write_pictures(tmp_path / "other", [200])[0].read_bytes() + b"\0")
    standings, _ = outcome(work_through(rows, means))
    assert standings[rows[0].key].label == "NODULE"
    assert engine.asked.total() == 2


def test_a_file_that_is_replaced_while_it_is_answered_is_not_taken_for_the_image_that_it_was(
    means: Means, engine: BrightnessEngine, readers: Readers, tmp_path: Path
) -> None:
    (path,) = write_pictures(tmp_path / "in", [30])
    rows = entries(tmp_path / "in", means)
    (other,) = write_pictures(tmp_path / "other", [200])
    engine.meanwhile = lambda: path.write_bytes(other.read_bytes() + b"\0")
    first, _ = outcome(work_through(rows, means))
    assert first[rows[0].key].label == "NORMAL"
    engine.meanwhile = lambda: 0
    again, _ = outcome(work_through(rows, means))
    assert again[rows[0].key].label == "NODULE"


def test_after_a_model_update_old_results_are_told_as_old_until_they_are_asked_again(
    means: Means, registry: Registry, engine: BrightnessEngine, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "in", [30, 60])
    rows = entries(tmp_path / "in", means)
    outcome(work_through(rows, means))
    registry.install(package_at(tmp_path / "two", metadata=contents("trial", "2.0").metadata).path)
    registry.activate("trial@2.0")
    known, _ = outcome(look_up(rows, means))
    assert [s.is_current for s in known.values()] == [False, False]
    assert {s.model.version for s in known.values() if s.model} == {"1.0"}
    again, _ = outcome(work_through(rows, means))
    assert [(s.is_current, s.model.version if s.model else "") for s in again.values()] == [(True, "2.0")] * 2
    assert set(engine.asked.values()) == {2}


@pytest.mark.parametrize(("how", "score"), [("max", 0.9), ("mean", 0.5), ("share_above", 2 / 3)])
def test_a_stack_comes_to_what_its_package_says(
    registry: Registry, means: Means, tmp_path: Path, how: str, score: float
) -> None:
    made = contents("stacks", scope=Scope(("PICTURE",)))
    changed = replace(made, metadata=replace(made.metadata, aggregate=how))  # type: ignore[arg-type]
    registry.install(write_package(tmp_path / "stacks", changed).path)
    registry.activate("stacks")
    write_pictures(tmp_path / "in", [0, 128, 230, 25])
    pictures = entries(tmp_path / "in", means)
    stack = Entry("stack", tuple(image for row in pictures for image in row.images), pictures[0].series, 0, "PICTURE")
    standings, _ = outcome(work_through([stack], means))
    told = standings[stack.key]
    assert told.score == pytest.approx(score, abs=0.01)
    assert (told.stage, told.answered, told.refused) == (Stage.ANSWERED, 3, 1)
    assert told.index == 2, "the image with the highest score is where one looks first"


def test_an_image_that_ends_the_engine_again_and_again_costs_only_itself(
    means: Means, engine: BrightnessEngine, readers: Readers, tmp_path: Path
) -> None:
    paths = write_pictures(tmp_path / "in", [30, 60, 90])
    engine.ends[readers.frame(str(paths[1])).identity] = 99
    rows = entries(tmp_path / "in", means)
    standings, _ = outcome(work_through(rows, means))
    assert [standings[row.key].stage for row in rows] == [Stage.ANSWERED, Stage.FAILED, Stage.ANSWERED]


@pytest.mark.parametrize("ends", [2, 3, 4])
def test_an_image_over_which_the_engine_ended_by_chance_is_answered(
    means: Means, engine: BrightnessEngine, readers: Readers, tmp_path: Path, ends: int
) -> None:
    paths = write_pictures(tmp_path / "in", [30, 60, 90])
    engine.ends[readers.frame(str(paths[1])).identity] = ends
    standings, _ = outcome(work_through(entries(tmp_path / "in", means), means))
    assert stages(standings) == Counter({Stage.ANSWERED: 3})


def test_an_engine_that_never_works_ends_the_run_with_its_reason(
    means: Means, engine: BrightnessEngine, readers: Readers, tmp_path: Path
) -> None:
    paths = write_pictures(tmp_path / "in", range(30, 42))
    engine.ends.update({readers.frame(str(path)).identity: 99 for path in paths})
    with pytest.raises(MedappError) as caught:
        outcome(work_through(entries(tmp_path / "in", means), means))
    assert caught.value.code == "engine.died"


def test_an_unclear_answer_has_its_score_and_its_reason_and_no_label(
    registry: Registry, means: Means, tmp_path: Path
) -> None:
    report = {"sealed": {"unclear": {"low": 0.4, "high": 0.7}}}
    registry.install(write_package(tmp_path / "banded", contents("banded", report=report)).path)
    registry.activate("banded")
    write_pictures(tmp_path / "in", [140, 200])
    rows = entries(tmp_path / "in", means)
    standings, _ = outcome(work_through(rows, means))
    unclear, sure = (standings[row.key] for row in rows)
    assert (unclear.stage, unclear.label, round(unclear.score or 0, 2)) == (Stage.UNCLEAR, "", 0.55)
    assert "unclear" in unclear.reason
    assert (sure.stage, sure.label) == (Stage.ANSWERED, "NODULE")


def test_an_older_models_answers_come_to_what_its_own_package_says(
    registry: Registry, means: Means, tmp_path: Path
) -> None:
    made = contents("stacks", scope=Scope(("PICTURE",)))
    mean = replace(made, metadata=replace(made.metadata, aggregate="mean"))
    registry.install(write_package(tmp_path / "stacks", mean).path)
    registry.activate("stacks")
    write_pictures(tmp_path / "in", [51, 204])
    pictures = entries(tmp_path / "in", means)
    stack = Entry("stack", tuple(image for row in pictures for image in row.images), pictures[0].series, 0, "PICTURE")
    outcome(work_through([stack], means))
    registry.activate("trial")
    registry.deactivate("stacks")
    known, _ = outcome(look_up([stack], means))
    assert known[stack.key].score == pytest.approx(0.5, abs=0.01)
    assert not known[stack.key].is_current
