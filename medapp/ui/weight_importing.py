"""Weight files that come to the window: looked into in a process of their own, asked about, and made models."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.classify.weight_plan import (
    PREPROCESS,
    RADIOGRAPHS,
    WeightFacts,
    WeightPlan,
    class_names,
    preprocess_from,
    scope_from,
)
from medapp.i18n import listed, spaced, tr
from medapp.jobs import Job, Progress
from medapp.ui.session import Session
from medapp.ui.widgets.weight_offer import WeightAnswer, WeightOfferView
from medapp.workflows.weight_import import import_weight_file, look_into


class WeightImporting(QObject):
    """Emits what is to be asked about a file, and does what the person says."""

    offered = Signal(object, object)
    installed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    @Slot(object)
    def look_into(self, path: Path) -> None:
        """Ask about the weights in a file; what holds none is told."""
        self._session.jobs.start(
            _looked(path),
            title=tr("use.reading_package", file=path.name),
            done=lambda facts: self.offered.emit(path, offer_of(path, facts)),
        )

    def install(self, path: Path, answer: WeightAnswer) -> None:
        """Install the model as the person said."""
        job = _imported(path, answer, self._session.services.registry)
        self._session.jobs.start(job, title=tr("weights.importing", file=path.name), done=self._done)

    def _done(self, package: Package) -> None:
        told = [tr("use.installed", name=package.metadata.name)]
        if not package.calibration.calibrated:
            told.append(tr("model.not_calibrated"))
        self._session.notify(spaced(told))
        self.installed.emit()


def offer_of(path: Path, facts: WeightFacts) -> WeightOfferView:
    """Return the questions about a file, each with what the file suggests."""
    guessed = facts.guessed_classes
    return WeightOfferView(
        found=tr("weights.found", file=path.name, architecture=facts.architecture, outputs=facts.outputs),
        guess=tr("weights.guess_xrv" if guessed else "weights.guess_none", outputs=facts.outputs),
        title=path.stem,
        classes=listed(guessed),
        modalities=listed(RADIOGRAPHS.modalities) if guessed else "",
        preprocess=facts.guessed_preprocess,
        preprocesses=tuple(PREPROCESS),
    )


def plan_of(answer: WeightAnswer) -> WeightPlan:
    """Return the plan that a person's answer makes; raises as `class_names` and `scope_from` do."""
    if not answer.classes:
        return WeightPlan(title=answer.title)
    return WeightPlan(
        title=answer.title,
        classes=class_names(answer.classes),
        preprocess=preprocess_from(answer.preprocess),
        scope=scope_from(answer.modalities, "", ""),
    )


def _looked(path: Path) -> Job[WeightFacts]:
    yield Progress(0, 0)
    return look_into(path)


def _imported(path: Path, answer: WeightAnswer, registry: Registry) -> Job[Package]:
    yield Progress(0, 0)
    return import_weight_file(path, registry, plan_of(answer))
