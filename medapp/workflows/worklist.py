"""Worklists: everything that is open, a row for each image or stack, and what the model says of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from medapp.classify.aggregate import place_of, score_of, scored
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.reasons import reason_of
from medapp.classify.stacks import StackAnswer, stack_answer
from medapp.errors import Problem
from medapp.i18n import tell, tr
from medapp.imaging.study import Scan, Series
from medapp.workflows.batches import Wanted
from medapp.workflows.reading import Reading

Key: TypeAlias = Wanted
"""What tells the rows of a worklist apart, however the scan grows: its first image."""


class Stage(StrEnum):
    """How far a row is; text: ``worklist.stage.<stage>``."""

    WAITING = "waiting"
    ANSWERED = "answered"
    UNCLEAR = "unclear"
    REFUSED = "refused"
    NO_MODEL = "no_model"
    FAILED = "failed"


STAGE_OF = {
    "answered": Stage.ANSWERED,
    "unclear": Stage.UNCLEAR,
    "unlike": Stage.REFUSED,
    "no_model": Stage.NO_MODEL,
}


@dataclass(frozen=True)
class Entry:
    """One row: an image, or a stack that is answered as one.

    Attributes
    ----------
    name : str
        What it is called, without anything about the patient: names of files and folders may tell.
    images : tuple of Wanted
        In the order of scrolling.
    series : str
        Source of the series' first image, and
    first : int
        index in that series of the entry's first one.
    modality : str
    """

    name: str
    images: tuple[Wanted, ...]
    series: str
    first: int
    modality: str

    @property
    def key(self) -> Key:
        """What tells it apart from other rows."""
        return self.images[0]


@dataclass(frozen=True, eq=False)
class Told:
    """What is said of one image: a prediction, or a problem; `is_current` unless an older model said it."""

    wanted: Wanted
    said: Prediction | Problem
    is_current: bool = True


@dataclass(frozen=True, eq=False)
class Standing:
    """What is known of a row.

    Attributes
    ----------
    stage : Stage
    score : float or None
        0 to 1: of the image, or what its images' scores come to by the package's rule.
    about : str
        The class or label that the score is about.
    place : int
        Its place among the colours of classes.
    how : str
        Of a stack, the rule by which it was put together; empty for one image.
    label : str
        By the operating point; empty where there is none, and where the answer is unclear.
    reason : str
        Why there is no answer, or an unclear one, in words.
    identity : str
        Of the image that the score is about: of a stack, the one with the highest score.
    index : int
        Where in the row's images it is.
    model : ModelKey or None
    is_current : bool
        Whether the model that answered is the one that would be asked now.
    answered, refused, failed : int
        Images.
    """

    stage: Stage = Stage.WAITING
    score: float | None = None
    label: str = ""
    about: str = ""
    place: int = 0
    how: str = ""
    reason: str = ""
    identity: str = ""
    index: int = 0
    model: ModelKey | None = None
    is_current: bool = True
    answered: int = 0
    refused: int = 0
    failed: int = 0


WAITING = Standing()


def entries_of(scan: Scan) -> tuple[Entry, ...]:
    """Return the rows for everything in a scan: a row for each picture, and for each stack of DICOM images."""
    entries: list[Entry] = []
    folders = 0
    for number, study in enumerate(scan.studies, start=1):
        for place, series in enumerate(study.series, start=1):
            if series.instances[0].kind == "picture":
                folders += 1
                entries += _pictures(series, folders)
            else:
                name = tr("worklist.series", study=number, series=place, modality=series.modality or "?")
                entries.append(_entry(series, name, _images(series), 0))
    return tuple(entries)


def _pictures(series: Series, folder: int) -> list[Entry]:
    rows, first = [], 0
    for number, instance in enumerate(series.instances, start=1):
        images = tuple(Wanted(instance.source, index) for index in instance.shown)
        rows.append(_entry(series, tr("worklist.picture", folder=folder, number=number), images, first))
        first += len(images)
    return rows


def _images(series: Series) -> tuple[Wanted, ...]:
    return tuple(Wanted(instance.source, index) for instance in series.instances for index in instance.shown)


def _entry(series: Series, name: str, images: tuple[Wanted, ...], first: int) -> Entry:
    return Entry(name, images, series.instances[0].source, first, series.modality)


@dataclass(eq=False)
class _Row:
    """An entry with what came of its images so far."""

    entry: Entry
    told: dict[Wanted, Told] = field(default_factory=dict)


class Tally:
    """Puts what is said of images together to what is known of rows. Each image counts once: what is said last holds.

    Parameters
    ----------
    entries : sequence of Entry
    reading : Reading
        Says by which rule the scores of a stack's images come to one.
    """

    def __init__(self, entries: Iterable[Entry], reading: Reading) -> None:
        self._rows = [_Row(entry) for entry in entries]
        self._row_of = {image: row for row in self._rows for image in row.entry.images}
        self._reading = reading

    def take(self, told: Sequence[Told]) -> dict[Key, Standing]:
        """Return the rows that change by what is said of some images."""
        changed: dict[Key, _Row] = {}
        for one in told:
            row = self._row_of[one.wanted]
            row.told[one.wanted] = one
            changed[row.entry.key] = row
        return {key: self._standing(row) for key, row in changed.items()}

    def _standing(self, row: _Row) -> Standing:
        counted = _counted(row)
        if len(row.told) < len(row.entry.images):
            return counted
        if len(row.entry.images) == 1:
            return _of_one(next(iter(row.told.values())), counted)
        return self._of_stack(row, counted)

    def _of_stack(self, row: _Row, counted: Standing) -> Standing:
        told = [row.told[image] for image in row.entry.images]
        said = [one.said if isinstance(one.said, Prediction) else None for one in told]
        answer = stack_answer(said, self._reading.aggregate_of)
        if answer is None:
            foremost = next((one for one in told if isinstance(one.said, Prediction)), told[0])
            return _of_one(foremost, counted)
        best = said[answer.foremost]
        assert best is not None
        return replace(
            counted,
            stage=_stage_of(answer),
            score=answer.score,
            label=answer.label,
            about=answer.about,
            place=answer.place,
            how=answer.how,
            reason="" if answer.said is None else reason_of(answer.said) or "",
            identity=best.identity,
            index=answer.foremost,
            model=answer.model,
            is_current=all(one.is_current for one in told),
        )


def _counted(row: _Row) -> Standing:
    said = [one.said for one in row.told.values()]
    failed = sum(isinstance(one, Problem) for one in said)
    refused = sum(isinstance(one, Prediction) and one.refused is not None for one in said)
    return Standing(answered=len(said) - failed - refused, refused=refused, failed=failed)


def _stage_of(answer: StackAnswer) -> Stage:
    """Return how a stack stands; a share of images is answered, and has no label."""
    return Stage.ANSWERED if answer.said is None else STAGE_OF[answer.said.state]


def _of_one(told: Told, counted: Standing) -> Standing:
    said = told.said
    if isinstance(said, Problem):
        return replace(counted, stage=Stage.FAILED, reason=tell(said))
    about = scored(said) or ""
    return replace(
        counted,
        stage=STAGE_OF[said.state],
        score=score_of(said),
        label=said.label or "" if said.state == "answered" else "",
        about=about,
        place=place_of(said, about),
        reason=reason_of(said) or "",
        identity=said.identity,
        model=said.model,
        is_current=told.is_current,
    )
