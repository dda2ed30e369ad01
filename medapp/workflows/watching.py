"""Silent watch: a model classifies what is opened, nobody sees it, and after so many studies a person decides."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from medapp.classify.aggregate import score_of
from medapp.classify.contents import unclear_band
from medapp.classify.package import Package
from medapp.classify.prediction import Prediction
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.source import scan
from medapp.jobs import Job, Progress, TimeLeft
from medapp.storage.watched import Sighting, Watched, hidden
from medapp.training.figures.drift import ScoreDrift, refuses_more, score_drift

if TYPE_CHECKING:
    from medapp.training.measure import Predicts

log = logging.getLogger(__name__)
STUDIES = 50
_BINS = 10


class KnowsAnswers(Protocol):
    """What a watch needs of the store of results: what the model in use has answered already."""

    def get(self, identity: str, manifest_hash: str) -> Prediction | None:
        """Return a prediction, or None."""
        ...


@dataclass(frozen=True, eq=False)
class Summary:
    """What a model did while it watched.

    Attributes
    ----------
    package : Package
        The model.
    wanted, studies, images : int
        Studies that it is to see, and what it has seen.
    watching : bool
        Whether the watch goes on.
    labels, refused : dict of str to int
        Answers by class, and refusals by code.
    unclear : int
        Answers between the two thresholds of the report; None where it names none.
    scores : tuple of int
        Images by tenths of the score.
    drift : ScoreDrift or None
        Against the sealed test.
    refuses_more : bool
        Whether more is refused than the sealed test allows.
    compared, disagreements : int
        Images that a model in use answered as well, and those of which it says something else.
    seconds : float or None
        Median time of the network for a picture.
    """

    package: Package
    wanted: int
    studies: int
    images: int
    watching: bool
    labels: Mapping[str, int]
    refused: Mapping[str, int]
    unclear: int | None
    scores: tuple[int, ...]
    drift: ScoreDrift | None
    refuses_more: bool
    compared: int
    disagreements: int
    seconds: float | None

    @property
    def complete(self) -> bool:
        """Whether it has seen what it was to see, so that a person can decide."""
        return self.studies >= self.wanted

    def sentences(self) -> tuple[str, ...]:
        """Return the summary in words."""
        answered, refused = sum(self.labels.values()), sum(self.refused.values())
        told = [
            tr("watch.seen", studies=self.studies, wanted=self.wanted, images=self.images),
            tr("watch.answered", answered=answered, refused=refused),
        ]
        if self.unclear is not None:
            told.append(tr("watch.unclear", n=self.unclear))
        if self.compared:
            told.append(tr("watch.disagrees", n=self.disagreements, compared=self.compared))
        if self.drift is not None:
            told.append(tr(f"watch.drift.{self.drift.outcome}"))
        if self.refuses_more:
            told.append(tr("watch.refuses_more"))
        if self.seconds is not None:
            told.append(tr("watch.seconds", value=f"{self.seconds:.2f}"))
        return tuple(told)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON values (part of ``schemas/watched.json``)."""
        metadata = self.package.metadata
        return {
            "id": metadata.id,
            "version": metadata.version,
            "name": metadata.name,
            "manifest_hash": self.package.manifest_hash,
            **{name: getattr(self, name) for name in ("wanted", "studies", "images", "watching", "complete")},
            "answered": sum(self.labels.values()),
            "labels": dict(self.labels),
            "refused": dict(self.refused),
            "unclear": self.unclear,
            "scores": list(self.scores),
            "drift": None if self.drift is None else self.drift.to_json(),
            "refuses_more": self.refuses_more,
            "compared": self.compared,
            "disagreements": self.disagreements,
            "seconds": None if self.seconds is None else round(self.seconds, 4),
            "text": list(self.sentences()),
        }


class Watching:
    """Shows images to the models that watch, and keeps what they say away from readers. Thread-safe and blocking.

    Parameters
    ----------
    registry : Registry
        Says which models watch, over how many studies, and which are in use.
    engine : Predicts
        Computes, best in the background.
    watched : Watched
        Keeps what was said.
    answers : KnowsAnswers, optional
        What the models in use have answered already.
    """

    def __init__(
        self, registry: Registry, engine: Predicts, watched: Watched, answers: KnowsAnswers | None = None
    ) -> None:
        self._registry, self._engine, self._watched, self._answers = registry, engine, watched, answers

    def due(self, frame: Frame) -> list[Package]:
        """Return the models that are to see this image: it is in their scope, new, and they have not seen enough."""
        return [package for package, wanted in self._registry.watching() if self._is_due(package, wanted, frame)]

    def _is_due(self, package: Package, wanted: int, frame: Frame) -> bool:
        key = package.manifest_hash
        if not package.scope.fits(*frame.says):
            return False
        if self._watched.knows(key, frame.identity):
            return False
        return self._watched.studies(key) < wanted

    def observe(self, frame: Frame, study_uid: str = "") -> tuple[Package, ...]:
        """Show an image to the models that are due, and return those that have now seen all that they were to see."""
        complete = []
        for package in self.due(frame):
            sighting = self._sighting(frame, study_uid, package)
            self._watched.put(package.manifest_hash, [sighting])
            if self.summary(package).complete:
                complete.append(package)
        return tuple(complete)

    def _sighting(self, frame: Frame, study_uid: str, package: Package) -> Sighting:
        (told,) = self._engine.predict_many([frame], package.path)
        champion = self._registry.active(*frame.says)
        said = None if champion is None else self._said(frame, champion)
        return Sighting(
            frame.identity,
            hidden(package.manifest_hash, study_uid, frame.identity),
            told.label,
            score_of(told),
            told.refused,
            None if champion is None else champion.manifest_hash,
            None if said is None else said.label,
            told.seconds,
        )

    def _said(self, frame: Frame, champion: Package) -> Prediction | None:
        """Return what the model in use says, computed here where it was not asked; a failure costs the comparison."""
        known = self._answers.get(frame.identity, champion.manifest_hash) if self._answers else None
        if known is not None:
            return known
        try:
            return self._engine.predict_many([frame], champion.path)[0]
        except MedappError as error:
            log.info("the model in use gave no answer beside a watch: %s", error.code)
            return None

    def summary(self, package: Package) -> Summary:
        """Return what a model has done so far."""
        wanted = next((n for p, n in self._registry.watching() if p.manifest_hash == package.manifest_hash), None)
        return summary_of(package, self._watched.sightings(package.manifest_hash), wanted)

    def summaries(self) -> tuple[Summary, ...]:
        """Return what each model that watches has done so far."""
        return tuple(self.summary(package) for package, _ in self._registry.watching())

    def forget(self, package: Package) -> None:
        """Forget what a model said."""
        self._watched.forget(package.manifest_hash)


def summary_of(package: Package, seen: Sequence[Sighting], wanted: int | None) -> Summary:
    """Sum up what a model said; `wanted` is None where its watch was ended."""
    report = package.report()
    studies = len({one.study for one in seen})
    scores = [one.score for one in seen if one.score is not None]
    alarm = package.calibration.alarm_class is not None
    refused = Counter(one.refused for one in seen if one.refused is not None)
    compared = [one for one in seen if one.label is not None and one.champion_label is not None]
    band = unclear_band(report)
    return Summary(
        package=package,
        wanted=studies if wanted is None else wanted,
        studies=studies,
        images=len(seen),
        watching=wanted is not None,
        labels=dict(Counter(one.label for one in seen if one.label is not None)),
        refused=dict(refused),
        unclear=None if band is None else sum(band[0] <= score < band[1] for score in scores),
        scores=tuple(int(n) for n in np.histogram(scores, _BINS, (0, 1))[0]),
        drift=score_drift(scores, studies, report) if alarm else None,
        refuses_more=refuses_more(refused.total(), len(seen), report),
        compared=len(compared),
        disagreements=sum(one.label != one.champion_label for one in compared),
        seconds=float(np.median([one.seconds for one in seen])) if seen else None,
    )


def watch_paths(paths: Sequence[Path], watching: Watching, readers: Readers) -> Job[int]:
    """Show everything below some paths to the models that watch, and return how many images could not be read."""
    found = yield from scan_only(paths, readers)
    total, done, failed, left = sum(len(frames) for _, frames in found), 0, 0, TimeLeft()
    for study_uid, frames in found:
        for source, index in frames:
            try:
                watching.observe(readers.frame(source, index), study_uid)
            except MedappError as error:
                log.info("an image was not watched: %s", error.code)
                failed += 1
            done += 1
            yield Progress(done, total, tr("watch.progress"), left.after(done, total))
    return failed


def scan_only(paths: Sequence[Path], readers: Readers) -> Job[list[tuple[str, list[tuple[str, int]]]]]:
    """Return each study's UID (empty for pictures) with the source and index of its images."""
    job = scan(paths, readers)
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            studies = end.value.studies
            break
        if isinstance(report, Progress):
            yield report
    images = ((study, one) for study in studies for series in study.series for one in series.instances)
    by_study: dict[str, list[tuple[str, int]]] = {}
    for study, one in images:
        uid = study.uid if one.kind == "dicom" else ""
        by_study.setdefault(uid, []).extend((one.source, index) for index in one.shown)
    return list(by_study.items())
