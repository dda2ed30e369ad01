"""What a training comes to: probabilities and operating point, then the one measurement on the sealed cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from medapp.classify import devices
from medapp.classify.contents import Calibration
from medapp.classify.scope import Scope
from medapp.training.cases.case_traits import grouped
from medapp.training.cases.folds import fold_count, fold_numbers
from medapp.training.cases.truth import is_several
from medapp.training.checking.check import Checked, traits_for
from medapp.training.figures import calibration as calibrating
from medapp.training.figures.alarm_figures import Circumstance
from medapp.training.figures.evaluate import Answers
from medapp.training.figures.label_calibration import fit_labels
from medapp.training.learning.lesson import Floats, Instant, Ints, Lesson, Trained
from medapp.training.learning.narration import Narrator
from medapp.training.plan import Plan
from medapp.training.reporting.report import Circumstances, Timing, build_report, compare_with_instant, sealed_answers


def calibrated(plan: Plan, classes: tuple[str, ...], trained: Trained) -> Calibration:
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


def report_of(
    plan: Plan,
    checked: Checked,
    lesson: Lesson,
    instant: Instant,
    trained: Trained,
    calibration: Calibration,
    narrator: Narrator,
) -> tuple[dict[str, Any], Answers]:
    """Measure on the sealed cases; return the report, and what the model says about each of them."""
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
