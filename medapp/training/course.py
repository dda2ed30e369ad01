"""A whole training, from the folder of cases to the package: read, check, split, learn, test, write."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from medapp.classify import devices
from medapp.classify.contents import Calibration
from medapp.classify.package import Package, read_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.files import write_json, write_text
from medapp.folders import user_folders
from medapp.imaging.readers import Readers
from medapp.training import calibration as calibrating
from medapp.training.alarm_figures import Circumstance
from medapp.training.answers_table import ANSWERS_FILE, answers_csv
from medapp.training.case_traits import grouped
from medapp.training.check import Checked, judge, traits_for
from medapp.training.checkpoint import CheckpointFolder
from medapp.training.dataset import list_cases
from medapp.training.divisions import areas_of_divisions
from medapp.training.evaluate import Answers, patient_numbers
from medapp.training.events import PACKAGE_FOLDER
from medapp.training.fingerprint import fingerprint_of
from medapp.training.folds import fold_count, fold_numbers
from medapp.training.glimpse import glimpse
from medapp.training.instant import finish_instantly, learn_instantly
from medapp.training.intake import read_cases
from medapp.training.interruption import interruptible
from medapp.training.keeper import Keeper
from medapp.training.label_calibration import fit_labels
from medapp.training.label_findings import learnable
from medapp.training.lesson import Floats, Group, Instant, Ints, Lesson, Trained
from medapp.training.lineage import refuse_seen_pictures
from medapp.training.memory import Portions
from medapp.training.more_cases import learning_curve
from medapp.training.narration import Budget, Narrator, StoppedEarlyError
from medapp.training.pictures import PictureCache
from medapp.training.plan import Plan, make_plan
from medapp.training.product import write_product
from medapp.training.quick import learn_quickly
from medapp.training.report import (
    Circumstances,
    Timing,
    build_report,
    compare_with_instant,
    predictions_csv,
    sealed_answers,
    summary_of,
)
from medapp.training.request import RunRequest
from medapp.training.sample import ReadsOnce
from medapp.training.starting_model import starting_model
from medapp.training.timekeeping import note_rates, outlook_of
from medapp.training.truth import is_several

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
        listing = list_cases(Path(request.cases), request.uncertain)
        readers = stack.enter_context(Readers())
        narrator.outlook = outlook_of(plan, listing)
        reading = ReadsOnce(readers)
        with reading.sampling(narrator.go_or_stop):
            plan = plan.seeing(glimpse(listing, reading))
        pictures = stack.enter_context(PictureCache(folder, len(listing.cases), plan.spec))
        began = narrator.clock()
        surveyed = read_cases(listing, reading, plan.request.pattern, pictures, narrator)
        readers.close()
        narrator.outlook.measured(reading=(narrator.clock() - began) / max(1, len(listing.cases)))
        checked = judge(learnable(surveyed), plan.lineage.salt, plan.lineage.sides)
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
    alarm, folder, classes = plan.request.alarm, checked.survey.folder, checked.survey.folder.classes
    if alarm and (folder.several or alarm not in classes or len(classes) != 2):
        raise MedappError("train.alarm", alarm=alarm[:80], classes=", ".join(classes))
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
    curve = _more_cases(lesson, instant, narrator)
    narrator.progress("writing", 0, 1)
    calibration = _calibrate(plan, classes, trained)
    report, answers = _report(plan, checked, lesson, instant, trained, calibration, narrator)
    report["learning_curve"] = curve
    report["validation"] |= _other_divisions(lesson, instant, trained, narrator)
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


def _more_cases(lesson: Lesson, instant: Instant, narrator: Narrator) -> dict[str, Any] | None:
    """Return the learning curve; None where the person stopped, who then has the model without it."""
    if narrator.stopped:
        return None

    def on_fit(done: int, total: int) -> None:
        narrator.progress("more_cases", done, total)

    group, deep = lesson.development, instant.development.deep
    try:
        return learning_curve(
            deep, group.truth, group.patients, instant.fit, lesson.config, lesson.seed, on_fit, narrator.go_or_stop
        ).to_json()
    except StoppedEarlyError:
        narrator.take_stop()
        return None


def _other_divisions(lesson: Lesson, instant: Instant, trained: Trained, narrator: Narrator) -> dict[str, Any]:
    """Return the areas with other divisions of few patients, of the instant solution; of others it would take long."""
    group = lesson.development
    few = len(np.unique(group.patients)) < lesson.config.cross_fit_below
    if narrator.stopped or lesson.several or not few or trained.chosen != "instant":
        return {}
    deep, seed = instant.development.deep, lesson.seed
    try:
        areas = areas_of_divisions(
            deep, group.truth, group.patients, instant.fit, lesson.config, seed, narrator.go_or_stop
        )
    except StoppedEarlyError:
        narrator.take_stop()
        return {}
    return {"divisions": areas, "divisions_spread": round(float(np.std(areas, ddof=1)), 6) if areas else None}


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


def _calibrate(plan: Plan, classes: tuple[str, ...], trained: Trained) -> Calibration:
    """Fit probabilities and operating point on development cases that the weights did not learn from."""
    if is_several(trained.calibration.truth):
        return fit_labels(trained.calibration_logits, trained.calibration.truth, plan.config.sensitivity)
    fitted = calibrating.fit_calibration(trained.calibration_logits, trained.calibration.truth)
    alarm = calibrating.choose_alarm_class(classes, plan.request.alarm or None)
    if alarm is None:
        return fitted
    index = classes.index(alarm)
    scores = fitted.probabilities(trained.calibration_logits)[:, index]
    threshold = calibrating.choose_threshold(scores, trained.calibration.truth == index, plan.config.sensitivity)
    return replace(fitted, alarm_class=alarm, threshold=threshold)


def _report(
    plan: Plan,
    checked: Checked,
    lesson: Lesson,
    instant: Instant,
    trained: Trained,
    calibration: Calibration,
    narrator: Narrator,
) -> tuple[dict[str, Any], Answers]:
    classes, sealed = checked.survey.folder.classes, lesson.sealed
    refused = trained.sealed_likeness < Scope().refuse_below
    answers = sealed_answers(calibration, classes, trained.sealed_logits, sealed.truth, sealed.patients, refused)
    development = sealed_answers(
        calibration,
        classes,
        trained.calibration_logits,
        trained.calibration.truth,
        trained.calibration.patients,
        np.zeros(len(trained.calibration.truth), np.bool_),
    )
    before = None
    if trained.chosen != "instant" and (answers.alarm_class is not None or lesson.several):
        before = _margin(instant.fit.fit.logits(instant.sealed.deep), answers)
    circumstances = Circumstances(
        effort=plan.request.effort,
        chosen=trained.chosen,
        architecture=plan.architecture,
        device=devices.describe(plan.device),
        base=plan.base_named(),
        seed=plan.request.seed,
        threads=plan.config.threads,
        steps=trained.steps,
        strength=instant.fit.fit.strength,
        strengths=instant.fit.fit.strengths,
        half_difference=trained.half_difference,
        micro_batch=min(lesson.portions.learning.size, plan.config.batch),
        stopped=narrator.stopped,
        config=plan.config,
    )
    report = build_report(
        checked,
        circumstances,
        calibration,
        answers,
        development,
        Timing(instant.seconds, narrator.seconds),
        None if before is None else compare_with_instant(answers, before, _margin(trained.sealed_logits, answers)),
        narrator.curve,
        Circumstance(plan.request.prevalence, grouped(traits_for(checked, "sealed"))),
        _folds(lesson, trained),
    )
    return report, answers


def _folds(lesson: Lesson, trained: Trained) -> Ints | None:
    """Return the part of the cross-validation that each calibration case was held out in; None where held out once."""
    group = trained.calibration
    if len(group.truth) != len(lesson.development.truth):
        return None
    folds = fold_count(group.patients, group.truth, lesson.config.folds)
    return fold_numbers(group.patients, group.truth, folds, lesson.seed)


def _margin(logits: Floats, answers: Answers) -> Floats:
    """Return how far the logit of the alarm class is above the other one; of several labels each one's logit."""
    if is_several(answers.truth):
        return logits
    alarm = answers.alarm_index or 0
    margin: Floats = logits[:, alarm] - logits[:, 1 - alarm]
    return margin
