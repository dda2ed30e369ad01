"""Many images at once: readers decode ahead, the engine answers in batches, and one bad image costs itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeAlias

from medapp.classify.prediction import Prediction
from medapp.errors import MedappError, Problem
from medapp.imaging.frame import Frame
from medapp.workflows.reading import Reading

BATCH = 16
BATCH_BYTES = 128 * 2**20
IN_FLIGHT = 2
FAILURES_IN_A_ROW = 3
"""So many images that all fail one by one, and it is not about the images."""
_ENDED = frozenset({"engine.died", "engine.slow"})
_ATTEMPTS = 2

FrameOf: TypeAlias = Callable[[str, int], Frame]
"""Decodes a frame of a source, counted from 0; called from several threads."""


@dataclass(frozen=True)
class Wanted:
    """One frame of one source that is to be answered."""

    source: str
    index: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one image: a prediction or a problem.

    Attributes
    ----------
    wanted : Wanted
        The image.
    told : Prediction or Problem
        Exactly one.
    kind : tuple of 3 str
        Modality, body part and view of the frame; empty where it could not be read.
    """

    wanted: Wanted
    told: Prediction | Problem
    kind: tuple[str, str, str] = ("", "", "")


def engine_ended(outcome: Outcome) -> bool:
    """Tell whether there is no answer because the engine ended twice over the image, maybe by no fault of it."""
    return isinstance(outcome.told, Problem) and outcome.told.code in _ENDED


_Pair: TypeAlias = tuple[Wanted, Frame]


def answered(
    images: Iterable[Wanted | None],
    frame_of: FrameOf,
    reading: Reading,
    *,
    parallel: int,
    heat_map: bool = False,
    failures: int = FAILURES_IN_A_ROW,
) -> Iterator[tuple[Outcome, ...]]:
    """Answer images in batches, each exactly once.

    Parameters
    ----------
    images : iterable
        Taken as they are needed; None says that the next one is not known yet.
    frame_of : callable
        Decodes.
    reading : Reading
        Answers.
    parallel : int
        Frames that are decoded at a time.
    heat_map : bool, default False
        Whether to explain the answers.
    failures : int
        So many images that fail one after the other end it all: it is not about the images.

    Yields
    ------
    tuple of Outcome
        As they come; empty where there is nothing to tell, so that whoever waits can stop.

    Raises
    ------
    MedappError
        The failure that is not about the images.
    """
    decoding = ThreadPoolExecutor(parallel, thread_name_prefix="ThreadPoolExecutor-decode")
    asking = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="ThreadPoolExecutor-classify")
    running: set[Future[tuple[Outcome, ...]]] = set()
    try:
        for batch, unread in _Ahead(images, frame_of, decoding, parallel * 2).batches():
            yield unread
            if batch:
                running.add(asking.submit(_ask, batch, reading, heat_map, failures))
            while len(running) >= IN_FLIGHT:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in list(running))
    finally:
        decoding.shutdown(wait=True, cancel_futures=True)
        asking.shutdown(wait=True, cancel_futures=True)


class _Ahead:
    """Decodes ahead of the engine, `most` frames at a time."""

    def __init__(self, images: Iterable[Wanted | None], frame_of: FrameOf, pool: ThreadPoolExecutor, most: int) -> None:
        self._images = iter(images)
        self._frame_of, self._pool, self._most = frame_of, pool, most
        self._futures: dict[Future[Frame], Wanted] = {}
        self._ended = False

    def batches(self) -> Iterator[tuple[list[_Pair], tuple[Outcome, ...]]]:
        """Yield what is decoded, in batches, and what cannot be; both are empty while the next image is not known."""
        batch: list[_Pair] = []
        while self._futures or not self._ended:
            self._fill()
            decoded, unread = self._collect()
            batch += decoded
            if len(batch) >= BATCH or sum(frame.stored.nbytes for _, frame in batch) >= BATCH_BYTES:
                yield batch, unread
                batch = []
            else:
                yield [], unread
        if batch:
            yield batch, ()

    def _fill(self) -> None:
        while not self._ended and len(self._futures) < self._most:
            try:
                image = next(self._images)
            except StopIteration:
                self._ended = True
                return
            if image is None:
                return
            self._futures[self._pool.submit(self._frame_of, image.source, image.index)] = image

    def _collect(self) -> tuple[list[_Pair], tuple[Outcome, ...]]:
        decoded, unread = [], []
        for future in wait(self._futures, return_when=FIRST_COMPLETED).done:
            image = self._futures.pop(future)
            try:
                decoded.append((image, future.result()))
            except MedappError as error:
                unread.append(Outcome(image, Problem.from_error(image.source, error)))
        return decoded, tuple(unread)


def _ask(batch: list[_Pair], reading: Reading, heat_map: bool, failures: int) -> tuple[Outcome, ...]:
    """Classify a batch; when that fails, one by one, so that an image which ends the engine costs only itself."""
    try:
        predictions = reading.classify_many([frame for _, frame in batch], heat_map=heat_map)
    except MedappError:
        return _ask_singly(batch, reading, heat_map, failures)
    return tuple(_outcome(pair, told) for pair, told in zip(batch, predictions, strict=True))


def _ask_singly(batch: list[_Pair], reading: Reading, heat_map: bool, failures: int) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    in_a_row = 0
    for pair in batch:
        told = _ask_one(pair, reading, heat_map)
        in_a_row = in_a_row + 1 if isinstance(told, Problem) else 0
        if isinstance(told, Problem) and in_a_row >= failures:
            raise MedappError(told.code, **told.params)
        outcomes.append(_outcome(pair, told))
    return tuple(outcomes)


def _ask_one(pair: _Pair, reading: Reading, heat_map: bool) -> Prediction | Problem:
    """Ask about one image; an engine that was ended over it, maybe by no fault of the image, is asked once more."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return reading.classify(pair[1], heat_map=heat_map)
        except MedappError as error:
            if attempt == _ATTEMPTS or error.code not in _ENDED:
                return Problem.from_error(pair[0].source, error)
    raise AssertionError("not reached")


def _outcome(pair: _Pair, told: Prediction | Problem) -> Outcome:
    wanted, frame = pair
    return Outcome(wanted, told, (frame.modality, frame.body_part, frame.view))
