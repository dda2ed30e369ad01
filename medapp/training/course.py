"""A whole training, from the folder of cases to the package: read, check, split, learn, test, write."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import torch

from medapp.classify import devices
from medapp.classify.package import Package, read_package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.files import write_json, write_text
from medapp.folders import user_folders
from medapp.imaging.readers import Readers
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.glimpse import glimpse
from medapp.training.cases.sample import ReadsOnce
from medapp.training.checking.check import Checked, judge
from medapp.training.checking.label_findings import learnable
from medapp.training.checking.remedies import in_report, listing_with, survey_with
from medapp.training.conclusion import calibrated, report_of
from medapp.training.figures.evaluate import patient_numbers
from medapp.training.fingerprint import fingerprint_of
from medapp.training.intake import read_cases
from medapp.training.learning.checkpoint import CheckpointFolder
from medapp.training.learning.instant import finish_instantly, learn_instantly
from medapp.training.learning.interruption import interruptible
from medapp.training.learning.keeper import Keeper
from medapp.training.learning.lesson import Group, Lesson
from medapp.training.learning.memory import Portions
from medapp.training.learning.narration import Budget, Narrator
from medapp.training.learning.pictures import PictureCache
from medapp.training.learning.prospects import more_cases, other_divisions
from medapp.training.learning.quick import learn_quickly
from medapp.training.learning.shortcut_figures import shortcut_figures
from medapp.training.lineage import refuse_seen_pictures
from medapp.training.plan import Plan, make_plan
from medapp.training.product import write_product
from medapp.training.reporting.answers_table import ANSWERS_FILE, answers_csv
from medapp.training.reporting.report import predictions_csv, summary_of
from medapp.training.runs.events import PACKAGE_FOLDER
from medapp.training.runs.request import RunRequest
from medapp.training.starting_model import starting_model
from medapp.training.timekeeping import note_rates, outlook_of

REPORT_FILE, PREDICTIONS_FILE = "report.json", "sealed_predictions.csv"


def teach(request: RunRequest, folder: Path, narrator: Narrator, start: float) -> dict[str, Any]:
    """Train a model and write its package into the run folder; goes on from the checkpoints that lie there.

    Parameters
    ----------
    request : RunRequest
        What is asked for.
    folder : Path
        The run folder.
    narrator : Narrator
        Where progress goes.
    start : float
        ``time.monotonic()`` when the process began.

    Returns
    -------
    dict
        The fields of the ``finished`` event: package, id, version, report, stopped, installed.

    Raises
    ------
    MedappError
        For cases, base or disk that do not serve; ``train.blocked`` where the check forbids a training.
    StoppedEarlyError
        Where the person stopped before there was anything useful.
    """
    folders = user_folders()
    folders.cache.mkdir(parents=True, exist_ok=True)
    registry = Registry(folders)
    if (package := folder / PACKAGE_FOLDER).exists():
        return _told_again(read_package(package)) | _installed(request, registry, package)
    with ExitStack() as stack:
        base = None
        if request.base or not request.architecture:
            base = stack.enter_context(starting_model(request.base, registry, folders.cache))
        plan = make_plan(request, base)
        if note := devices.choose(request.device).note:
            narrator.note(note)
        torch.set_num_threads(plan.config.threads)
        listing = listing_with(list_cases(Path(request.cases), request.uncertain), plan.taken)
        readers = stack.enter_context(Readers())
        reading = ReadsOnce(readers)
        with reading.sampling(narrator.go_or_stop):
            plan = plan.seeing(glimpse(listing, reading))
        narrator.outlook = outlook_of(plan, listing, lambda: narrator.stopping)
        pictures = stack.enter_context(PictureCache(folder, len(listing.cases), plan.spec))
        began = narrator.clock()
        surveyed = read_cases(listing, reading, plan.request.pattern, pictures, narrator)
        readers.close()
        narrator.outlook.measured(reading=(narrator.clock() - began) / max(1, len(listing.cases)))
        surveyed = survey_with(learnable(surveyed), plan.taken)
        decided, has_learned = plan.decided, plan.lineage.has_learned
        checked = judge(surveyed, decided.salt, decided.sides, has_learned, taken=plan.taken)
        narrator.tell("checked", **summary_of(checked))
        _refuse_blocked(checked, plan)
        keeper = Keeper(CheckpointFolder(folder), narrator, fingerprint_of(plan, checked))
        finished = _learn_and_test(plan, checked, pictures, narrator, keeper, start, folder)
        keeper.clear()
        return finished | _installed(request, registry, finished["package"])


def _told_again(package: Package) -> dict[str, Any]:
    """Return the end of a run whose process died after its package was whole."""
    told, report = package.metadata, package.report() or {}
    ended = {"id": told.id, "version": told.version, "name": told.name, "stopped": report["training"]["stopped"]}
    return {"package": str(package.path), **ended, "report": report}


def _installed(request: RunRequest, registry: Registry, package: str | Path) -> dict[str, bool]:
    return {"installed": bool(request.install and registry.install(Path(package)))}


def _refuse_blocked(checked: Checked, plan: Plan) -> None:
    if checked.blocking is not None:
        raise MedappError("train.blocked", finding=checked.blocking.text)
    refuse_seen_pictures(checked, plan.lineage)


def _learn_and_test(
    plan: Plan,
    checked: Checked,
    pictures: PictureCache,
    narrator: Narrator,
    keeper: Keeper,
    start: float,
    folder: Path,
) -> dict[str, Any]:
    """Learn on the development side, measure once on the sealed side, and write what came out."""
    classes = checked.survey.folder.classes
    lesson = Lesson(
        plan.network(len(classes)),
        plan.base is None,
        pictures,
        _group(checked, "development"),
        _group(checked, "sealed"),
        plan.config,
        plan.request.seed,
        Portions.of(plan.config, lambda before, now: narrator.note("train.note.memory", before=before, now=now)),
        plan.steps_for(sum(use == "development" for use in checked.uses)),
    )
    with interruptible(lesson.network, lambda: narrator.stopping):
        instant = learn_instantly(lesson, narrator, keeper)
        note_rates(lesson, checked, instant, narrator)
        if plan.request.effort != "instant":
            budget = Budget(start, instant.seconds, plan.config, narrator.clock)
            trained = learn_quickly(lesson, instant, budget, narrator, keeper)
        else:
            trained = finish_instantly(lesson, instant, narrator)
    note_rates(lesson, checked, instant, narrator)
    curve = more_cases(lesson, instant, narrator)
    narrator.progress("writing", 0, 1)
    calibration = calibrated(plan, classes, trained)
    report, answers = report_of(plan, checked, lesson, instant, trained, calibration, narrator)
    report["learning_curve"] = curve
    report["remedies"] = in_report(plan.taken)
    report["validation"] |= other_divisions(lesson, instant, trained, narrator)
    report["shortcuts"] = shortcut_figures(lesson, classes, narrator)
    if (pulse := narrator.pulse) is not None:
        report["timing"] |= {"images_per_second": round(pulse.images_per_second, 2)}
        report["timing"] |= {"data_wait": round(pulse.data_wait, 4)}
    if narrator.run_is_gone:
        raise MedappError("train.run_gone", folder=folder.name)
    names = [seen.case.name for seen, use in zip(checked.survey.seen, checked.uses, strict=True) if use == "sealed"]
    write_text(folder / PREDICTIONS_FILE, predictions_csv(names, answers))
    write_text(folder / ANSWERS_FILE, answers_csv(checked, answers))
    write_json(folder / REPORT_FILE, report)
    # last: where there is a package, everything is there
    return _told_again(write_product(plan, checked, trained, calibration, report, folder / PACKAGE_FOLDER))


def _group(checked: Checked, use: str) -> Group:
    """Return the cases of one side; positions are those in the listing, as in the picture cache."""
    survey_ = checked.survey
    place = {case.source: position for position, case in enumerate(survey_.folder.cases)}
    numbers = patient_numbers([seen.case.patient for seen in survey_.seen])
    chosen = np.array([u == use for u in checked.uses], np.bool_)
    return Group(
        np.array([place[seen.case.source] for seen in survey_.seen], np.int64)[chosen],
        survey_.folder.truth(tuple(seen.case for seen in survey_.seen))[chosen],
        numbers[chosen],
    )
