"""Working through many images in the background: what is known is told at once, the rest as it is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from medapp.imaging.frame import Frame
from medapp.imaging.frames import FrameCache
from medapp.imaging.readers import Readers
from medapp.jobs import Job, Partial, Progress, TimeLeft
from medapp.storage.results import Results
from medapp.workflows.batches import FrameOf, Wanted, answered, engine_ended
from medapp.workflows.reading import Reading
from medapp.workflows.recalling import Memory
from medapp.workflows.worklist import Entry, Stage, Standing, Tally, Told

T = TypeVar("T")
AT_ONCE = 200
FAILURES_IN_A_ROW = 8


@dataclass(frozen=True, eq=False)
class Means:
    """What the work is done with: a reading whose engine lets everything else go first, results, and the readers."""

    reading: Reading
    results: Results
    readers: Readers
    cache: FrameCache | None = None

    def frame_of(self, memory: Memory) -> FrameOf:
        """Take what is decoded already, and leave nothing behind: a worklist must not empty the cache.

        What is read is noted in `memory`, and what was in the cache where its file has not been changed since.
        """
        cache, read = self.cache, memory.reader(self.readers.frame)
        if cache is None:
            return read

        def frame(source: str, index: int) -> Frame:
            kept, began = cache.peek(source, index), cache.begun(source, index)
            if kept is None:
                return read(source, index)
            memory.take_kept(Wanted(source, index), began)
            return kept

        return frame

    @property
    def parallel(self) -> int:
        """Frames that are decoded at a time."""
        return max(1, self.readers.config.processes)


def recall_images(images: Sequence[Wanted], means: Means) -> Job[list[Wanted]]:
    """Tell what is known of images, and return those that are to be asked about.

    Yields
    ------
    Partial
        Tuples of `Told`.
    """
    memory = Memory(means.reading, means.results)
    unknown: list[Wanted] = []
    for part in _parts(images):
        recalled = memory.recall(part)
        unknown += [image for image in part if image not in recalled or not recalled[image].is_current]
        yield Partial(tuple(Told(image, one.prediction, one.is_current) for image, one in recalled.items()))
    return unknown


def answer_images(images: Sequence[Wanted], means: Means) -> Job[None]:
    """Answer images in their order, each exactly once; what was answered before is not even decoded.

    Those over which the engine ended twice come again at the end, before they are told as failed.

    Yields
    ------
    Partial
        Tuples of `Told`, as they come.
    Progress
        Images answered of all, and the time left.

    Raises
    ------
    MedappError
        A failure that is not about the images.
    """
    total = len(images)
    unknown = yield from recall_images(images, means)
    memory, left, done = Memory(means.reading, means.results), TimeLeft(), total - len(unknown)
    yield Progress(done, total, "", left.after(done, total))
    late: list[Wanted] = []
    for images_now, is_last in ((unknown, False), (late, True)):
        for batch in answered(
            images_now, means.frame_of(memory), means.reading, parallel=means.parallel, failures=FAILURES_IN_A_ROW
        ):
            again = [] if is_last else [one.wanted for one in batch if engine_ended(one)]
            late += again
            if told := [one for one in batch if one.wanted not in again]:
                memory.note(told)
                done += len(told)
                yield Partial(tuple(Told(one.wanted, one.told) for one in told))
            yield Progress(done, total, "", left.after(done, total))


def work_through(entries: Sequence[Entry], means: Means) -> Job[None]:
    """Answer the rows of a worklist.

    Yields
    ------
    Partial
        Dictionaries of `Standing` by the rows' keys.
    Progress
        Images answered of all that a model is for, and the time left.
    """
    yield from _tallied(entries, means, asking=True)


def look_up(entries: Sequence[Entry], means: Means) -> Job[None]:
    """Tell what is known of the rows of a worklist, and ask nothing. Yields as `work_through` does."""
    yield from _tallied(entries, means, asking=False)


def _tallied(entries: Sequence[Entry], means: Means, *, asking: bool) -> Job[None]:
    modalities = {entry.modality for entry in entries}
    with_model = {modality for modality in modalities if means.reading.package_for(modality) is not None}
    asked = [entry for entry in entries if entry.modality in with_model]
    without = {entry.key for entry in entries} - {entry.key for entry in asked}
    if without:
        yield Partial(dict.fromkeys(without, Standing(Stage.NO_MODEL)))
    tally = Tally(asked, means.reading)
    images = [image for entry in asked for image in entry.images]
    job: Job[None] | Job[list[Wanted]] = answer_images(images, means) if asking else recall_images(images, means)
    for report in job:
        if isinstance(report, Partial):
            yield Partial(tally.take(report.value))
        else:
            yield report


def _parts(images: Sequence[T]) -> Iterator[tuple[T, ...]]:
    waiting = iter(images)
    while part := tuple(islice(waiting, AT_ONCE)):
        yield part
