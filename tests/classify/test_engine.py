"""The engine process from outside: answers, refusals, death, deadlines and the end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medapp.classify.engine import START_ATTEMPTS, Engine, EngineConfig
from medapp.classify.explanation import explain
from medapp.classify.package import MANIFEST, Package, write_package
from medapp.classify.preprocess import network_picture
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph
from medapp.jobs import run_to_end
from medapp.processes import Child
from tests.trial_packages import CLASSES, backbone, contents, package_at

CONFIG = EngineConfig(device="cpu", threads=1)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(CONFIG) as running:
        running.describe()
        yield running


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_at(tmp_path / "Modell ü")


def frame(seed: int = 1, modality: str = "DX") -> Frame:
    return Frame(radiograph(PhantomCase(seed, nodule=False, size=96)), bits_stored=16, modality=modality)


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(MedappError) as caught:
        action()
    return caught.value.code


def test_a_frame_gets_its_prediction(engine: Engine, package: Package) -> None:
    prediction = engine.predict(frame(), package.path, heat_map=True)
    assert prediction.identity == frame().identity
    assert prediction.model.manifest_hash == package.manifest_hash
    assert prediction.probabilities is not None
    assert prediction.label in CLASSES
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert (prediction.device, prediction.refused, prediction.threshold) == ("cpu", None, 0.5)
    assert prediction.heat_map is not None
    assert prediction.heat_map.shape == (4, 4)
    assert 0 <= prediction.heat_map.min() <= prediction.heat_map.max() <= 1


def test_many_frames_are_answered_in_order_as_one_by_one(engine: Engine, package: Package) -> None:
    frames = [frame(seed) for seed in range(20)]
    frames[3] = frame(3, modality="CT")
    together = engine.predict_many(frames, package.path)
    assert [p.identity for p in together] == [f.identity for f in frames]
    alone = engine.predict(frames[19], package.path)
    assert together[19].probabilities == pytest.approx(alone.probabilities, abs=1e-5)
    assert [p.refused for p in together[2:5]] == [None, "scope.modality", None]


def test_no_frames_are_no_predictions(engine: Engine, package: Package) -> None:
    assert engine.predict_many([], package.path) == []


def test_a_modality_outside_the_scope_is_refused_without_the_network(package: Package) -> None:
    with Engine(CONFIG) as idle:
        prediction = idle.predict(frame(modality="MR"), package.path, heat_map=True)
        assert idle.pid is None
    assert (prediction.refused, prediction.refused_params) == ("scope.modality", {"modality": "MR"})
    assert prediction.probabilities is prediction.label is prediction.heat_map is None


def test_a_colour_picture_is_refused_by_a_grey_model(engine: Engine, package: Package) -> None:
    colour = Frame(np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    assert engine.predict(colour, package.path).refused == "ood.colour"


def test_a_colour_picture_is_answered_by_a_colour_model(engine: Engine, tmp_path: Path) -> None:
    made = contents(scope=Scope(grey_only=False))
    colour = write_package(tmp_path / "p", replace(made, preprocess=replace(made.preprocess, colour="rgb")))
    picture = Frame(np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    assert engine.predict(picture, colour.path).label in CLASSES


def test_an_image_unlike_the_training_data_is_refused_with_its_p_value(engine: Engine, tmp_path: Path) -> None:
    zeros = {
        **{f"{d}.mean": np.full(n, 50, np.float32) for d, n in (("mid", 64), ("deep", 128))},
        **{f"{d}.deviation": np.ones(n, np.float32) for d, n in (("mid", 64), ("deep", 128))},
        **{f"{d}.axes": np.eye(n, 2, dtype=np.float16) for d, n in (("mid", 64), ("deep", 128))},
        **{f"{d}.variances": np.ones(2, np.float32) for d in ("mid", "deep")},
        **{f"{d}.left_over": np.ones(1, np.float32) for d in ("mid", "deep")},
        **{f"{d}.place": np.array([0, 1], np.float32) for d in ("mid", "deep")},
        "reference": np.linspace(-1, 1, 200, dtype=np.float32),
    }
    package = package_at(tmp_path / "p", novelty=zeros)
    prediction = engine.predict(frame(), package.path, heat_map=True)
    assert prediction.refused == "ood.features"
    assert prediction.in_distribution is not None
    assert prediction.in_distribution < 0.01
    assert prediction.probabilities is prediction.heat_map is None
    assert (prediction.state, prediction.clue) == ("unlike", "content")
    with pytest.raises(MedappError):
        run_to_end(explain(engine, frame(), package, "occlusion"))


def test_an_explanation_is_made_in_the_engine_and_its_parts_sum_up(engine: Engine, package: Package) -> None:
    shown = frame()
    told = run_to_end(explain(engine, shown, package, "integrated-gradients"))
    assert told.identity == shown.identity
    assert told.heat_map.shape == (14, 14)
    assert 0 <= told.beaten <= 100
    picture = network_picture(shown, package.preprocess)
    target = CLASSES.index(told.label)
    both = np.stack([np.zeros((2, 2), bool), np.ones((2, 2), bool)])
    sharp, soft = engine.covered_scores(picture, both, target, package)
    parts = engine.slopes(picture, (np.arange(64) + 0.5) / 64, target, package)
    assert parts.sum() == pytest.approx(sharp - soft, abs=0.02 * max(1.0, abs(sharp - soft)))


def test_a_starting_model_classifies_nothing(engine: Engine, tmp_path: Path) -> None:
    base = write_package(tmp_path / "base", backbone())
    assert code_of(lambda: engine.predict(frame(), base.path)) == "engine.backbone"


def test_a_fault_of_the_package_is_told_and_the_engine_goes_on(
    engine: Engine, package: Package, tmp_path: Path
) -> None:
    assert code_of(lambda: engine.predict(frame(), tmp_path / "nothing")) == "package.missing"
    wrong = package_at(tmp_path / "wrong", weights={"features.0.0.weight": np.zeros((1, 1), np.float32)})
    pid = engine.pid
    assert code_of(lambda: engine.predict(frame(), wrong.path)) == "package.weights"
    assert engine.predict(frame(), package.path).label in CLASSES
    assert engine.pid == pid


def test_a_package_replaced_on_the_disk_is_read_again(engine: Engine, tmp_path: Path) -> None:
    first = package_at(tmp_path / "p")
    before = engine.predict(frame(), first.path)
    first.path.rename(tmp_path / "old")
    second = package_at(tmp_path / "p", card="# Another\n")
    os.utime(second.path / MANIFEST, (1, 1))
    after = engine.predict(frame(), second.path)
    assert before.model.manifest_hash != after.model.manifest_hash == second.manifest_hash


def test_threads_ask_at_the_same_time_and_each_gets_its_own_answer(engine: Engine, package: Package) -> None:
    frames = [frame(seed) for seed in range(12)]
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda f: engine.predict(f, package.path), frames))
    assert [p.identity for p in told] == [f.identity for f in frames]


def test_the_engine_tells_what_it_runs_on(engine: Engine) -> None:
    info = engine.describe()
    assert (info.device, info.reason, info.threads) == ("cpu", "engine.reason.asked", 1)
    assert "cpu" in info.available
    assert info.torch[0].isdigit()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_an_engine_killed_in_a_prediction_is_restarted_and_the_request_answered(package: Package) -> None:
    with Engine(CONFIG) as victim:
        expected = victim.predict(frame(), package.path)
        first = victim.pid
        assert first is not None
        frames = [frame(seed) for seed in range(64)]
        killer = threading.Timer(0.05, os.kill, (first, signal.SIGKILL))
        killer.start()
        told = victim.predict_many([frame(), *frames], package.path)
        killer.join()
        again = victim.predict(frame(), package.path)
        assert victim.pid != first
    assert len(told) == 65
    assert told[0].probabilities == pytest.approx(expected.probabilities, abs=1e-6)
    assert again.probabilities == pytest.approx(expected.probabilities, abs=1e-6)


def dying() -> Child:
    """A process that says hello as an engine does and ends at the first request."""
    code = (
        "import os; from medapp.processes import ParentPipes; p = ParentPipes(role='engine'); p.receive(); os._exit(1)"
    )
    return Child([sys.executable, "-c", code])


def deaf() -> Child:
    """A process that says hello as an engine does and never answers."""
    code = "from medapp.processes import ParentPipes; p = ParentPipes(role='engine')\nwhile p.receive(): pass"
    return Child([sys.executable, "-c", code])


def brittle() -> Child:
    """A process that tells what it is, and ends at a request for a prediction."""
    code = """if True:
        import os
        from medapp.processes import ParentPipes
        pipes = ParentPipes(role="engine")
        while (message := pipes.receive()) is not None:
            if message.header["do"] != "describe":
                os._exit(1)
            pipes.send({"id": message.header["id"]})
    """
    return Child([sys.executable, "-c", code])


@pytest.mark.parametrize(("make", "expected"), [(brittle, 2), (dying, 1 + START_ATTEMPTS)])
def test_an_engine_that_dies_over_a_frame_is_asked_once_more_and_one_that_does_not_start_a_few_times(
    package: Package, make: Callable[[], Child], expected: int
) -> None:
    starts: list[Child] = []

    def start() -> Child:
        starts.append(make())
        return starts[-1]

    with Engine(CONFIG, start) as engine:
        assert code_of(lambda: engine.predict(frame(), package.path)) == "engine.died"
    assert len(starts) == expected


def test_an_engine_that_does_not_answer_is_ended_and_told(package: Package) -> None:
    config = EngineConfig(device="cpu", threads=1, seconds_per_request=0.1, seconds_to_start=0.2)
    with Engine(config, deaf) as engine:
        assert code_of(lambda: engine.predict(frame(), package.path)) == "engine.slow"
        assert engine.pid is None


def test_closing_ends_a_request_that_is_under_way(package: Package) -> None:
    started = threading.Event()

    def start() -> Child:
        child = deaf()
        started.set()
        return child

    engine = Engine(CONFIG, start)
    codes: list[str] = []
    waiting = threading.Thread(target=lambda: codes.append(code_of(lambda: engine.predict(frame(), package.path))))
    waiting.start()
    started.wait(20)
    engine.close()
    waiting.join(20)
    assert codes == ["engine.closed"]


def test_a_closed_engine_says_so(package: Package) -> None:
    engine = Engine(CONFIG)
    engine.close()
    engine.close()
    assert code_of(lambda: engine.predict(frame(), package.path)) == "engine.closed"


def test_an_unknown_device_is_told_at_once() -> None:
    assert code_of(lambda: Engine(EngineConfig(device="tpu"))) == "engine.device"


def test_this_process_never_loads_torch() -> None:
    """In a process of its own: other tests of this run load torch."""
    import subprocess

    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import medapp.classify.engine, medapp.classify.registry, medapp.workflows.reading, medapp.cli.classify\n"
        "import medapp.cli.models, medapp.cli.doctor, medapp.classify.novelty, medapp.workflows.folder_reading\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
