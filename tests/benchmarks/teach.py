"""Benchmarks of the teach way: a whole training run against one pass of the frozen network over the same folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import torch

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.network import load
from medapp.imaging.phantom import write_cases
from tests.benchmarks.measure import Ratio, compare, seconds_of
from tests.benchmarks.read import THREADS, bare, radiographs, starter

CASES = 300


def train_instant() -> Ratio:
    """`medapp train --effort instant` on 600 phantoms, start of the process and evaluation included."""
    package = starter()
    torch.set_num_threads(THREADS)
    network = load(package, torch.device("cpu"))
    pictures = torch.zeros((2 * CASES, package.preprocess.size, package.preprocess.size), dtype=torch.uint8)
    with tempfile.TemporaryDirectory() as name:
        cases = write_cases(Path(name) / "cases", CASES)
        return compare(
            f"train instant on {2 * CASES} pictures, everything included",
            lambda: train(cases, Path(name) / "out"),
            "one frozen pass over the preprocessed pictures",
            lambda: bare(network, pictures, 32),
            pairs=3,
        )


def train(cases: Path, output: Path, effort: str = "instant") -> None:
    """Run a training process to its end and check that it finished."""
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, "-m", "medapp", "train", str(cases), "--effort", effort, "--output", str(output)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["event"] == "finished"


def latency_beside_training() -> Ratio:
    """Latency of one image while a training runs beside, against the idle machine (not in pairs)."""
    package, frame = starter(), radiographs(1)[0]
    engine = Engine(EngineConfig(device="cpu", threads=THREADS))
    try:

        def predict() -> None:
            engine.predict(frame, package.path, heat_map=False)

        predict()
        idle = sorted(seconds_of(predict) for _ in range(40))
        with tempfile.TemporaryDirectory() as name:
            cases = write_cases(Path(name) / "cases", CASES)
            command = [sys.executable, "-m", "medapp", "train", str(cases), "--effort", "quick"]
            with subprocess.Popen(
                [*command, "--output", str(Path(name) / "out"), "--json"], stdout=subprocess.PIPE, text=True
            ) as training:
                assert training.stdout is not None
                for line in training.stdout:
                    if json.loads(line).get("phase") in {"features", "fine_tuning"}:
                        break
                drain = threading.Thread(target=training.stdout.read, daemon=True)
                drain.start()
                busy = sorted(seconds_of(predict) for _ in range(80))
                training.terminate()
                drain.join(30)
    finally:
        engine.close()
    middle, busy_middle = idle[len(idle) // 2], busy[len(busy) // 2]
    return Ratio("one image while training runs", "the same, idle", busy_middle, middle, busy_middle / middle, 80)


ALL = (train_instant, latency_beside_training)
