"""Reading: which model is asked about a frame, its answer from the store or the engine, and whole folders of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from medapp.classify.engine import Engine, header_refusal, scope_refusal
from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Instance, NotImage, Scan
from medapp.jobs import Job, Partial, Progress, TimeLeft
from medapp.storage.results import Results

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 16
_BATCHES_IN_FLIGHT = 2


class Reading:
    """Answers frames with the models in use. Thread-safe and blocking, like the engine.

    Parameters
    ----------
    registry : Registry
        Says which package is asked about which modality.
    engine : Engine
        Computes.
    results : Results or None
        Remembers; None remembers nothing.
    package : Package, optional
        Ask this package about everything, whatever is in use.
    """

    def __init__(
        self, registry: Registry, engine: Engine, results: Results | None, *, package: Package | None = None
    ) -> None:
        self._registry = registry
        self._engine = engine
        self._results = results
        self._package = package

    def package_for(self, modality: str) -> Package | None:
        """Return the package that is asked about frames of `modality`, or None: no model for this."""
        if self._package is not None:
            return self._package if self._package.scope.fits(modality) else None
        return self._registry.active(modality)

    def classify(self, frame: Frame, *, heat_map: bool = True) -> Prediction:
        """Return the prediction for a frame, from the store where it is known.

        A frame that no model in use is for is refused (``scope.modality``) in the name of the first of them.

        Raises
        ------
        MedappError
            ``reading.no_package`` where no model is in use, or any failure of the engine.
        """
        return self.classify_many([frame], heat_map=heat_map)[0]

    def classify_many(self, frames: Sequence[Frame], *, heat_map: bool = False) -> list[Prediction]:
        """Return the predictions for frames, in order; those that are not known are computed together."""
        told: dict[int, Prediction] = {}
        unknown: dict[Path, list[int]] = {}
        for number, frame in enumerate(frames):
            package = self._asked(frame.modality)
            known = self._known(frame, package, heat_map=heat_map)
            if known is not None:
                told[number] = known
            else:
                unknown.setdefault(package.path, []).append(number)
        for path, numbers in unknown.items():
            fresh = self._engine.predict_many([frames[n] for n in numbers], path, heat_map=heat_map)
            self._remember(fresh)
            told.update(zip(numbers, fresh, strict=True))
        return [told[number] for number in range(len(frames))]

    def refuse_unread(self, modality: str) -> Prediction | None:
        """Return the refusal of everything of a modality that no model in use is for, or None: it must be read."""
        if self.package_for(modality) is not None:
            return None
        return scope_refusal(self._asked(modality), modality)

    def _asked(self, modality: str) -> Package:
        package = self.package_for(modality)
        if package is None:
            package = next(iter(self._in_use()), None)
        if package is None:
            raise MedappError("reading.no_package")
        return package

    def _in_use(self) -> tuple[Package, ...]:
        return (self._package,) if self._package is not None else self._registry.in_use()

    def _known(self, frame: Frame, package: Package, *, heat_map: bool) -> Prediction | None:
        refusal = header_refusal(frame, package)
        if refusal is not None or self._results is None:
            return refusal
        return self._results.get(frame.identity, package.manifest_hash, heat_map=heat_map)

    def _remember(self, predictions: Sequence[Prediction]) -> None:
        """Keep predictions; a disk that refuses costs the memory, not the answer."""
        if self._results is None:
            return
        try:
            self._results.put(predictions)
        except MedappError as error:
            log.warning("predictions could not be kept: %s", error.code)


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
            for index in range(instance.frames):
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
    running: set[Future[dict[int, Answer]]] = set()
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


def _ask(batch: list[tuple[_Item, Frame]], reading: Reading, heat_map: bool) -> dict[int, Answer]:
    predictions = reading.classify_many([frame for _, frame in batch], heat_map=heat_map)
    pairs = zip((item for item, _ in batch), predictions, strict=True)
    return {item.number: _answer(item, prediction) for item, prediction in pairs}


def _kept(future: Future[dict[int, Answer]], gathered: _Gathered) -> tuple[Answer, ...]:
    answers = future.result()
    gathered.answers.update(answers)
    return tuple(answers.values())


def _answer(item: _Item, prediction: Prediction) -> Answer:
    instance = item.instance
    shape = instance.rows, instance.columns
    return Answer(instance.source, item.index + 1, instance.sop_instance_uid, prediction, shape)
