"""Reading whole folders: images are classified while the files are still being found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medapp.classify.prediction import Prediction
from medapp.errors import Problem
from medapp.i18n import tr
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Instance, NotImage, Scan
from medapp.jobs import Job, Partial, Progress, TimeLeft
from medapp.workflows.batches import Outcome, Wanted, answered
from medapp.workflows.reading import Reading
from medapp.workflows.worklist import entries_of


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
    """What was said about everything below some paths, in their order.

    Attributes
    ----------
    answers : tuple of Answer
    stacks : tuple of tuple of int or None
        For each stack of images its answers' numbers, in the order of scrolling; None for an image that failed.
    """

    answers: tuple[Answer, ...]
    not_images: tuple[NotImage, ...] = ()
    problems: tuple[Problem, ...] = ()
    stacks: tuple[tuple[int | None, ...], ...] = ()


def classify_paths(
    paths: Sequence[Path], reading: Reading, readers: Readers, *, heat_map: bool = False
) -> Job[Answers]:
    """Classify every frame of every image below `paths`: readers decode ahead, the engine answers in batches.

    Yields
    ------
    Progress
        Frames answered of frames found so far.
    Partial
        Tuples of `Answer`, as they come.

    Returns
    -------
    Answers
        In the order of the scan.
    """
    finding = _Finding(paths, reading, readers)
    told: dict[Wanted, Outcome] = {}
    left = TimeLeft()
    parallel = max(1, readers.config.processes)
    for outcomes in answered(finding.images(), readers.frame, reading, parallel=parallel, heat_map=heat_map):
        told |= {outcome.wanted: outcome for outcome in outcomes}
        fresh = tuple(finding.answer(one.wanted, one.told) for one in outcomes if isinstance(one.told, Prediction))
        if fresh:
            yield Partial(fresh)
        done, total = len(told), finding.count
        text = tr("classify.progress", done=done, total=total)
        yield Progress(done, total, text, left.after(done, total) if finding.is_complete else None)
    return finding.in_order(told)


@dataclass(eq=False)
class _Finding:
    """What a scan has found so far, handed out once each; what no model is for is not even decoded."""

    paths: Sequence[Path]
    reading: Reading
    readers: Readers
    found: Scan = field(default_factory=Scan)
    is_complete: bool = False
    _known: dict[Wanted, Instance] = field(default_factory=dict)
    _refusals: dict[str, Prediction | None] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Frames that were found so far and are answered."""
        return len(self._known)

    def images(self) -> Iterator[Wanted | None]:
        """Yield what is to be decoded as the scan finds it; None while it looks on."""
        job = scan(self.paths, self.readers)
        while not self.is_complete:
            try:
                report = next(job)
            except StopIteration as end:
                self.found, self.is_complete = end.value, True
            else:
                if not isinstance(report, Partial):
                    yield None
                    continue
                self.found = report.value
            yield from self._new()

    def _new(self) -> Iterator[Wanted]:
        for wanted, instance, refusal in self._all():
            if refusal is None and wanted not in self._known:
                self._known[wanted] = instance
                yield wanted

    def _all(self) -> Iterator[tuple[Wanted, Instance, Prediction | None]]:
        for series in (series for study in self.found.studies for series in study.series):
            if series.modality not in self._refusals:
                self._refusals[series.modality] = self.reading.refuse_unread(series.modality)
            refusal = self._refusals[series.modality]
            for instance in series.instances:
                for index in instance.shown:
                    yield Wanted(instance.source, index), instance, refusal

    def answer(self, wanted: Wanted, prediction: Prediction) -> Answer:
        """Return an answer about a frame that was handed out."""
        return _answer(wanted, self._known[wanted], prediction)

    def in_order(self, told: dict[Wanted, Outcome]) -> Answers:
        """Return all answers and problems in the order of the scan."""
        answers: list[Answer] = []
        problems: list[Problem] = []
        numbers: dict[Wanted, int] = {}
        for wanted, instance, refusal in self._all():
            said = told[wanted].told if refusal is None else refusal
            if isinstance(said, Problem):
                problems.append(said)
            else:
                numbers[wanted] = len(answers)
                answers.append(_answer(wanted, instance, said))
        stacks = [tuple(map(numbers.get, row.images)) for row in entries_of(self.found) if len(row.images) > 1]
        return Answers(tuple(answers), self.found.not_images, (*self.found.problems, *problems), tuple(stacks))


def _answer(wanted: Wanted, instance: Instance, prediction: Prediction) -> Answer:
    shape = instance.rows, instance.columns
    return Answer(instance.source, wanted.index + 1, instance.sop_instance_uid, prediction, shape)
