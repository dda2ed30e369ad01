"""Reading whole folders: every reader decodes ahead, the engine answers in batches, and one bad image costs itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from medapp.classify.prediction import Prediction
from medapp.errors import MedappError, Problem
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Instance, NotImage, Scan
from medapp.jobs import Job, Partial, Progress, TimeLeft
from medapp.workflows.reading import Reading

T = TypeVar("T")
BATCH = 16
_BATCHES_IN_FLIGHT = 2
_FAILURES_IN_A_ROW = 3


@dataclass(frozen=True)
class Answer:
    """What was said about one frame of one file.

    Attributes
    ----------
    path : str
        The source.
    frame : int
        Frame number in it, from 1.
    sop_instance_uid : str
        Empty for pictures.
    prediction : Prediction
        May be a refusal.
    shape : tuple of 2 int
        Rows and columns of the frame.
    """

    path: str
    frame: int
    sop_instance_uid: str
    prediction: Prediction
    shape: tuple[int, int]


@dataclass(frozen=True)
class Answers:
    """What was said about everything below some paths, in their order."""

    answers: tuple[Answer, ...]
    not_images: tuple[NotImage, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Item:
    """One frame that is to be read."""

    number: int
    instance: Instance
    index: int


@dataclass(eq=False)
class _Gathered:
    """What a run has so far, by the number of the frame."""

    answers: dict[int, Answer] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)


def classify_paths(
    paths: Sequence[Path], reading: Reading, readers: Readers, *, heat_map: bool = False
) -> Job[Answers]:
    """Classify every frame of every image below `paths`: readers decode ahead, the engine answers in batches.

    Yields
    ------
    Progress
        Frames answered of frames found.
    Partial
        Tuples of `Answer`, as they come.

    Returns
    -------
    Answers
        In the order of the scan.
    """
    found = yield from _progress_only(scan(paths, readers))
    gathered = _Gathered()
    items = _to_read(found, reading, gathered)
    total = len(items) + len(gathered.answers)
    left = TimeLeft()
    for batch in _batches(items, reading, readers, heat_map=heat_map, gathered=gathered):
        done = len(gathered.answers) + len(gathered.problems)
        yield Partial(batch)
        text = tr("classify.progress", done=done, total=total)
        yield Progress(done, total, text, left.after(done, total))
    return Answers(
        tuple(answer for _, answer in sorted(gathered.answers.items())),
        found.not_images,
        (*found.problems, *(problem for _, problem in sorted(gathered.problems.items()))),
    )


def _progress_only(job: Job[T]) -> Job[T]:
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(report, Progress):
            yield report


def _to_read(found: Scan, reading: Reading, gathered: _Gathered) -> list[_Item]:
    """Return the frames that must be decoded; those of a modality that no model is for are refused at once."""
    items: list[_Item] = []
    number = 0
    for series in (series for study in found.studies for series in study.series):
        refusal = reading.refuse_unread(series.modality)
        for instance in series.instances:
            for index in instance.shown:
                item = _Item(number, instance, index)
                number += 1
                if refusal is None:
                    items.append(item)
                else:
                    gathered.answers[item.number] = _answer(item, refusal)
    return items


def _batches(
    items: Sequence[_Item], reading: Reading, readers: Readers, *, heat_map: bool, gathered: _Gathered
) -> Iterator[tuple[Answer, ...]]:
    """Decode with every reader and classify batches as they fill; at most two batches wait for the engine."""
    parallel = max(1, readers.config.processes)
    decoding = ThreadPoolExecutor(parallel, thread_name_prefix="ThreadPoolExecutor-decode")
    asking = ThreadPoolExecutor(_BATCHES_IN_FLIGHT, thread_name_prefix="ThreadPoolExecutor-classify")
    running: set[Future[dict[int, Answer | Problem]]] = set()
    try:
        for batch in _decoded(items, readers, decoding, parallel * 2, gathered):
            running.add(asking.submit(_ask, batch, reading, heat_map))
            if len(running) >= _BATCHES_IN_FLIGHT:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (_kept(future, gathered) for future in done)
        for future in list(running):
            yield _kept(future, gathered)
    finally:
        decoding.shutdown(wait=True, cancel_futures=True)
        asking.shutdown(wait=True, cancel_futures=True)


def _decoded(
    items: Sequence[_Item], readers: Readers, pool: ThreadPoolExecutor, ahead: int, gathered: _Gathered
) -> Iterator[list[tuple[_Item, Frame]]]:
    """Yield decoded frames in batches, `ahead` of them in flight; a frame that cannot be read becomes a problem."""
    waiting = iter(items)
    futures: dict[Future[Frame], _Item] = {}
    batch: list[tuple[_Item, Frame]] = []
    while True:
        for item in islice(waiting, ahead - len(futures)):
            futures[pool.submit(readers.frame, item.instance.source, item.index)] = item
        if not futures:
            break
        for future in wait(futures, return_when=FIRST_COMPLETED).done:
            item = futures.pop(future)
            try:
                batch.append((item, future.result()))
            except MedappError as error:
                gathered.problems[item.number] = Problem.from_error(item.instance.source, error)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _ask(batch: list[tuple[_Item, Frame]], reading: Reading, heat_map: bool) -> dict[int, Answer | Problem]:
    """Classify a batch; when that fails, one by one, so that an image which ends the engine costs only itself."""
    try:
        predictions = reading.classify_many([frame for _, frame in batch], heat_map=heat_map)
    except MedappError as error:
        if len(batch) == 1:
            item = batch[0][0]
            return {item.number: Problem.from_error(item.instance.source, error)}
        return _ask_singly(batch, reading, heat_map)
    pairs = zip((item for item, _ in batch), predictions, strict=True)
    return {item.number: _answer(item, prediction) for item, prediction in pairs}


def _ask_singly(batch: list[tuple[_Item, Frame]], reading: Reading, heat_map: bool) -> dict[int, Answer | Problem]:
    """Classify frames one by one; when the first ones all fail, it is not about the images, and that is raised."""
    outcomes: dict[int, Answer | Problem] = {}
    for row in batch:
        outcomes |= _ask([row], reading, heat_map)
        failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Problem)]
        if len(failed) == len(outcomes) == _FAILURES_IN_A_ROW:
            raise MedappError(failed[-1].code, **failed[-1].params)
    return outcomes


def _kept(future: Future[dict[int, Answer | Problem]], gathered: _Gathered) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for number, outcome in future.result().items():
        if isinstance(outcome, Problem):
            gathered.problems[number] = outcome
        else:
            gathered.answers[number] = outcome
            answers.append(outcome)
    return tuple(answers)


def _answer(item: _Item, prediction: Prediction) -> Answer:
    instance = item.instance
    shape = instance.rows, instance.columns
    return Answer(instance.source, item.index + 1, instance.sop_instance_uid, prediction, shape)
