"""Reading: the model that fits is asked, nothing is computed twice, and one bad image costs only itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import read_package, write_package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.reasons import reason_of
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.classify.telling import header_refusal
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph, write_ct_series, write_dicom, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.jobs import Partial, Progress, run_to_end
from medapp.storage.results import Results
from medapp.workflows.folder_reading import classify_paths
from medapp.workflows.reading import Reading
from tests.trial_packages import contents, package_at


class CountingEngine(Engine):
    """An engine without a process: it says the class by the frame's mean, and fails where it is told to."""

    def __init__(self) -> None:
        super().__init__(EngineConfig(device="cpu"))
        self.computed: list[str] = []
        self.fails_on: frozenset[str] = frozenset()

    def predict_many(self, frames: Sequence[Frame], package: Path, *, heat_map: bool = False) -> list[Prediction]:
        if self.fails_on & {frame.identity for frame in frames}:
            raise MedappError("engine.died")
        model = read_package(package)
        self.computed += [frame.identity for frame in frames]
        return [header_refusal(f, model) or self._told(f, model.manifest_hash, heat_map) for f in frames]

    def _told(self, frame: Frame, manifest_hash: str, heat_map: bool) -> Prediction:
        p = float(frame.stored.mean() % 1)
        heat = np.ones((2, 2), np.float32) if heat_map else None
        probabilities = {"NORMAL": 1 - p, "NODULE": p}
        return Prediction(
            ModelKey("trial", "1.0", manifest_hash), frame.identity, probabilities, "NORMAL", heat_map=heat
        )


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(user_folders(), tmp_path / "builtin")
    registry.install(package_at(tmp_path / "source").path)
    return registry


@pytest.fixture
def results() -> Iterator[Results]:
    with Results(user_folders().results) as opened:
        yield opened


@pytest.fixture
def reading(registry: Registry, engine: CountingEngine, results: Results) -> Reading:
    registry.activate("trial")
    return Reading(registry, engine, results)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as pool:
        list(pool.headers(["nothing"]))
        yield pool


def frame(seed: int = 1, modality: str = "DX") -> Frame:
    return Frame(radiograph(PhantomCase(seed, nodule=False, size=48)), bits_stored=16, modality=modality)


def test_without_a_model_in_use_it_is_told(registry: Registry, engine: CountingEngine) -> None:
    reading = Reading(registry, engine, None)
    assert reading.package_for("DX") is None
    with pytest.raises(MedappError) as caught:
        reading.classify(frame())
    assert caught.value.code == "reading.no_package"


def test_the_model_that_fits_is_asked(reading: Reading, registry: Registry, tmp_path: Path) -> None:
    head = write_package(tmp_path / "head", contents("head-ct", scope=Scope(("CT",))))
    registry.install(head.path)
    registry.activate("head-ct")
    told = reading.classify_many([frame(1), frame(2, modality="CT"), frame(3)])
    trial = registry.get("trial").manifest_hash
    assert [p.model.manifest_hash for p in told] == [trial, head.manifest_hash, trial]
    assert [p.identity for p in told] == [frame(1).identity, frame(2).identity, frame(3).identity]


def test_the_model_whose_scope_names_the_body_part_is_asked(
    reading: Reading, registry: Registry, tmp_path: Path
) -> None:
    knees = write_package(tmp_path / "knees", contents("knees", scope=Scope(("DX",), body_parts=("KNEE",))))
    registry.install(knees.path)
    registry.activate("knees")
    parts = ["KNEE", "CHEST", ""]
    told = reading.classify_many([replace(frame(n), body_part=part) for n, part in enumerate(parts)])
    trial = registry.get("trial").manifest_hash
    assert [p.model.manifest_hash for p in told] == [knees.manifest_hash, trial, trial]


def test_an_image_of_another_body_part_is_refused_in_words(
    reading: Reading, registry: Registry, tmp_path: Path
) -> None:
    registry.rollback()
    knees = write_package(tmp_path / "knees", contents("knees", scope=Scope(("DX",), body_parts=("KNEE",))))
    registry.install(knees.path)
    registry.activate("knees")
    told = reading.classify(replace(frame(), body_part="CHEST", view="PA"))
    assert (told.refused, told.refused_params) == ("scope.part", {"part": "DX CHEST PA"})
    assert reading.refuse_unread("DX") is None


def test_nothing_is_computed_twice(reading: Reading, engine: CountingEngine) -> None:
    first = reading.classify(frame())
    second = reading.classify(frame())
    assert len(engine.computed) == 1
    assert second.to_json() == first.to_json()


def test_a_heat_map_that_was_not_asked_for_before_is_computed(reading: Reading, engine: CountingEngine) -> None:
    reading.classify(frame(), heat_map=False)
    assert reading.classify(frame(), heat_map=True).heat_map is not None
    reading.classify(frame(), heat_map=False)
    assert len(engine.computed) == 2


def test_another_model_computes_anew(
    reading: Reading, registry: Registry, engine: CountingEngine, tmp_path: Path
) -> None:
    reading.classify(frame())
    registry.install(package_at(tmp_path / "two", metadata=contents("two").metadata).path)
    registry.activate("two")
    reading.classify(frame())
    assert len(engine.computed) == 2


def test_a_frame_that_no_model_is_for_is_refused_and_not_computed(reading: Reading, engine: CountingEngine) -> None:
    assert reading.package_for("MR") is None
    assert reading.classify(frame(modality="MR")).refused == "scope.modality"
    assert engine.computed == []


def test_a_package_that_is_named_is_asked_whatever_is_in_use(
    registry: Registry, engine: CountingEngine, tmp_path: Path
) -> None:
    named = package_at(tmp_path / "named", metadata=contents("named").metadata)
    reading = Reading(registry, engine, None, package=named)
    assert reading.classify(frame()).model.manifest_hash == named.manifest_hash
    assert reading.classify(frame(modality="CT")).refused == "scope.modality"


def test_a_store_that_cannot_write_costs_the_memory_and_not_the_answer(
    registry: Registry, engine: CountingEngine
) -> None:
    registry.activate("trial")
    closed = Results(user_folders().results)
    closed.put = _refuse  # type: ignore[method-assign]
    with closed:
        assert Reading(registry, engine, closed).classify(frame()).label == "NORMAL"


def _refuse(_: Sequence[Prediction]) -> None:
    raise MedappError("results.write", reason="test")


def test_a_folder_is_answered_in_order_with_what_is_no_image_and_what_is_broken_apart(
    reading: Reading, readers: Readers, tmp_path: Path
) -> None:
    folder = tmp_path / "Bilder ö"
    for seed in range(5):
        write_png(folder / f"{seed}.png", PhantomCase(seed, nodule=False, size=48))
    write_dicom(folder / "x.dcm", PhantomCase(9, nodule=True, size=48))
    (folder / "broken.png").write_bytes((folder / "0.png").read_bytes()[:200])
    (folder / "notes.txt").write_text("no image")
    answers = run_to_end(classify_paths([folder], reading, readers))
    names = [Path(answer.path).name for answer in answers.answers]
    assert sorted(names) == ["0.png", "1.png", "2.png", "3.png", "4.png", "x.dcm"]
    assert [n for n in names if n.endswith("png")] == sorted(n for n in names if n.endswith("png"))
    assert all(answer.frame == 1 for answer in answers.answers)
    assert {bool(answer.sop_instance_uid) for answer in answers.answers if answer.path.endswith("dcm")} == {True}
    assert [Path(p.path).name for p in answers.problems] == ["broken.png"]
    assert [Path(n.path).name for n in answers.not_images] == ["notes.txt"]


def test_progress_and_parts_come_while_the_folder_is_read(reading: Reading, readers: Readers, tmp_path: Path) -> None:
    for seed in range(40):
        write_png(tmp_path / "many" / f"{seed:02d}.png", PhantomCase(seed % 3, nodule=False, size=48))
    reports = list(classify_paths([tmp_path / "many"], reading, readers))
    parts = [answer for report in reports if isinstance(report, Partial) for answer in report.value]
    progress = [report for report in reports if isinstance(report, Progress)]
    assert len(parts) == 40
    assert (progress[-1].done, progress[-1].total) == (40, 40)


def test_slices_of_a_modality_without_a_model_are_refused_without_being_decoded(
    reading: Reading, readers: Readers, engine: CountingEngine, tmp_path: Path
) -> None:
    write_ct_series(tmp_path / "ct", slices=4, size=64)
    answers = run_to_end(classify_paths([tmp_path / "ct"], reading, readers))
    assert [answer.prediction.refused for answer in answers.answers] == ["scope.modality"] * 4
    assert engine.computed == []


def test_an_image_that_ends_the_engine_is_a_problem_and_the_others_are_answered(
    reading: Reading, readers: Readers, engine: CountingEngine, tmp_path: Path
) -> None:
    paths = [write_png(tmp_path / "many" / f"{n}.png", PhantomCase(n, nodule=False, size=48)) for n in range(6)]
    engine.fails_on = frozenset({readers.frame(str(paths[4])).identity})
    answers = run_to_end(classify_paths([tmp_path / "many"], reading, readers))
    assert len(answers.answers) == 5
    assert [(Path(p.path).name, p.code) for p in answers.problems] == [("4.png", "engine.died")]


def test_a_fault_that_is_not_about_the_images_is_raised(
    reading: Reading, readers: Readers, engine: CountingEngine, tmp_path: Path
) -> None:
    paths = [write_png(tmp_path / "many" / f"{n}.png", PhantomCase(n, nodule=False, size=48)) for n in range(6)]
    engine.fails_on = frozenset(readers.frame(str(path)).identity for path in paths)
    with pytest.raises(MedappError) as caught:
        run_to_end(classify_paths([tmp_path / "many"], reading, readers))
    assert caught.value.code == "engine.died"


def test_closing_the_job_early_leaves_no_thread(reading: Reading, readers: Readers, tmp_path: Path) -> None:
    for seed in range(40):
        write_png(tmp_path / "many" / f"{seed:02d}.png", PhantomCase(0, nodule=False, size=48))
    job = classify_paths([tmp_path / "many"], reading, readers)
    while not isinstance(next(job), Partial):
        pass
    job.close()


def test_a_model_for_children_is_not_asked_about_an_adult_and_the_one_for_adults_is(tmp_path: Path) -> None:
    registry = Registry(user_folders(), tmp_path / "builtin")
    for name, scope in (("children", Scope(("DX",), age_to=17)), ("adults", Scope(("DX",), age_from=18))):
        registry.install(package_at(tmp_path / name, metadata=contents(name).metadata, scope=scope).path)
        registry.activate(name)
    path = write_dicom(tmp_path / "chest.dcm", PhantomCase(1, nodule=True, size=64))
    with Readers(ReaderConfig(processes=1)) as readers:
        frames = [_aged(path, age, readers) for age in ("005Y", "061Y", "")]
    reading = Reading(registry, Engine(EngineConfig(device="cpu")), None)
    asked = [reading.package_for(*frame.says) for frame in frames]
    assert [package.metadata.id if package else "" for package in asked] == ["children", "adults", "adults"]
    registry.deactivate("adults")
    told = reading.classify(frames[1])
    assert (told.state, told.model.id) == ("no_model", "children")
    reason = reason_of(told) or ""
    assert "of patients of this age" in reason
    assert "61" not in reason, "a reason is sent on without identity"


def _aged(path: Path, age: str, readers: Readers) -> Frame:
    dataset = dcmread(path)
    dataset.PatientAge, dataset.PatientBirthDate = age, ""
    dataset.save_as(path)
    return readers.frame(str(path))
