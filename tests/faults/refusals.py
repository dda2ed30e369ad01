"""Trainings in this process, on a disk that refuses what they write, and what must come of it."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.training import course, process
from medapp.training.learning.narration import Narrator
from medapp.training.runs.events import Control, read_events
from medapp.training.runs.request import RunRequest
from medapp.training.runs.run_folder import resumed_request, write_request
from tests.faults.injection import Faults, injected, leftovers
from tests.faults.trainings import weights_of
from tests.training.trial_cases import PlainReaders, write_classes

PATTERN = r"((?:healthy|ill)\d+)_"
NOTHING_ANSWERED = 3


class NearReaders(PlainReaders):
    """Reads in this process, and lets a test look on."""

    on_frame: Callable[[str], None] = staticmethod(lambda source: None)

    def __enter__(self) -> NearReaders:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass

    def frame(self, source: str, index: int = 0) -> Frame:
        type(self).on_frame(source)
        return super().frame(source, index)


@contextmanager
def in_this_process() -> Iterator[None]:
    """Let trainings read in this process, and learn on small pictures."""
    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        torch.set_num_threads(1)
        patch.setattr(course, "Readers", NearReaders)
        yield
    torch.set_num_threads(threads)


def request_for(cases: Path, **more: object) -> RunRequest:
    asked = {
        "architecture": "small_cnn",
        "effort": "quick",
        "steps": 2,
        "seed": 1,
        "threads": 1,
        "device": "cpu",
        "image_size": 32,
    }
    return RunRequest(str(cases), **{**asked, "pattern": PATTERN, **more})  # type: ignore[arg-type]


def teach(folder: Path, request: RunRequest) -> int:
    """Run a training, or go on with it, in this process; return its exit status."""
    folder.mkdir(exist_ok=True)
    if (folder / "run.json").exists():
        request = resumed_request(folder)
    else:
        write_request(folder, request)
    log = process._open_events(folder, echo=False)
    try:
        with Control(folder) as control:
            return process._teach(argparse.Namespace(json=True), request, folder, Narrator(log, control))
    finally:
        log.close()


@dataclass
class Refusals:
    """What came of it.

    Attributes
    ----------
    tried : int
        Trainings, each with another operation of the disk that failed.
    unmoved, gone_on : int
        Those that came to their end all the same, and those that did when the disk was well again.
    wrong : list of str
        What must not be.
    """

    tried: int = 0
    unmoved: int = 0
    gone_on: int = 0
    wrong: list[str] = field(default_factory=list)


def refuse_training(root: Path, *, stride: int, lasting: bool) -> Refusals:
    """Let every `stride`-th write fail in turn, or all from it on; then go on with a disk that is well."""
    request, refusals = request_for(write_classes(root / "cases", 6)), Refusals()
    assert teach(root / "whole", request) == 0
    wanted, run, at = weights_of(root / "whole"), root / "run", 1
    while True:
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        write_request(run, request)
        with injected(Faults(run, at, lasting=lasting)) as faults:
            status = _told(run, request)
        if not faults.struck:
            return refusals
        refusals.tried += 1
        refusals.unmoved += status == 0
        if status != 0:
            refusals.gone_on += _told(run, request) == 0
        where = f"fault {at}: {faults.what[at - 1]}: "
        if not (run / "package").exists() or weights_of(run) != wanted:
            refusals.wrong.append(where + "other weights")
        if left := leftovers(run):
            refusals.wrong.append(where + str(left))
        if status and read_events(run)[0][-1]["event"] != "finished":
            refusals.wrong.append(where + "the end is not told")
        at += stride


def _told(run: Path, request: RunRequest) -> int:
    """Return the exit status; before there are events, a failure is a sentence."""
    try:
        return teach(run, request)
    except MedappError:
        return NOTHING_ANSWERED
