"""The states of the teaching page that a person may meet, as views made by hand: for the eye and for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph
from medapp.jobs import Progress
from medapp.training.checking.effort import which_effort
from medapp.ui.widgets.teaching.check_views import CheckView, FindingView
from medapp.ui.widgets.teaching.views import (
    CaseSeen,
    CasesView,
    ClassRow,
    MistakeView,
    QuestionView,
    RunRow,
    SealedTestView,
    StartChoice,
    Step,
    StepMark,
    TeachingView,
    TrainView,
    UseView,
)
from tests.ui.check_states import check_states

QUESTION = QuestionView("chest radiographs, frontal", "children", "pneumonia", "normal", 90, 5.0)
STARTS = (
    StartChoice("Starter model: Chest starter (children)"),
    StartChoice("Pneumonia, our hospital, version 2026.1", "pneumonia-our-hospital@2026.1"),
    StartChoice("ResNet-18", architecture="resnet18"),
    StartChoice("DenseNet-121", architecture="densenet121"),
)
LAB_BOOK = ("14:01  Project begun", "14:02  Question written down", "14:03  Cases chosen", "14:05  Test sealed")


def estimate(value: float, spread: float = 0.05, n: int = 117) -> dict[str, Any]:
    return {"value": value, "low": max(0.0, value - spread), "high": min(1.0, value + spread / 2), "n": n}


def picture(size: int, seed: int = 7) -> CaseSeen:
    drawn = radiograph(PhantomCase(seed, nodule=True, size=512))
    frame = Frame(drawn, bits_stored=16)
    return CaseSeen(network_picture(frame, PreprocessSpec(size=size)), size, "pneumonia")


def mistake(seed: int) -> MistakeView:
    ok, png = cv2.imencode(".png", picture(224, seed).pixels)
    assert ok
    truth, given = ("normal", "pneumonia") if seed % 2 else ("pneumonia", "normal")
    return MistakeView(png.tobytes(), truth, given, 0.97 - 0.03 * seed)


def curve_of_passes(count: int = 12) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"number": n, "train_loss": 0.7 / n**0.5, "validation_loss": 0.72 / n**0.4, "auc": 0.97 - 0.3 / n}
        for n in range(1, count + 1)
    )


def learning_curve() -> dict[str, Any]:
    points = [
        {"patients": n // 2, "cases": n, "value": 0.97 - 2 / n, "low": 0.95 - 4 / n, "high": 0.985 - 1 / n}
        for n in (30, 60, 120, 180, 240)
    ]
    more = {"cases": 50, "gain": 0.002, "low": -0.001, "high": 0.006}
    told = {"text_code": "more_cases.little", "text": "50 more cases of the same kind will change little: by +0.006."}
    return {"figure": "auc", "points": points, "more": more, **told}


def figures() -> dict[str, Any]:
    grid = np.linspace(0.02, 0.98, 25)
    falling = 1 - grid**3
    groups = [
        {"by": by, "group": group, "n": n, "positive": n // 2, "auc": estimate(0.95, 0.09), "warning": warning}
        | {"sensitivity": estimate(0.88, 0.1), "specificity": estimate(0.9, 0.1)}
        for by, group, n, warning in (
            ("sex", "F", 120, None),
            ("sex", "M", 131, None),
            ("site", "St. Mary's Hospital, Department of Radiology", 14, "Fewer than 20 cases with it: not tested."),
        )
    ]
    return {
        "in_people": "Of 100 with pneumonia it finds 88 (77–95); of 100 without, 9 (6–13) false alarms.",
        "n_cases": 251,
        "n_patients": 180,
        "refused": {**estimate(0.02, 0.01), "cases": 5},
        "classes": {"normal": 134, "pneumonia": 117},
        "auc": estimate(0.96, 0.02),
        "balanced_accuracy": estimate(0.9),
        "accuracy": estimate(0.9),
        "average_precision": estimate(0.94) | {"prevalence": 0.47},
        "sensitivity": estimate(0.88, 0.09),
        "specificity": estimate(0.91, 0.05, 134),
        "sensitivity_at_specificity": [estimate(0.81, 0.1) | {"at": 0.9}, estimate(0.7, 0.1) | {"at": 0.95}],
        "confusion": {"classes": ["normal", "pneumonia"], "matrix": [[122, 12], [14, 103]]},
        "roc": [
            {"threshold": float(1 - x), "false_positive_rate": float(x), "true_positive_rate": float(x**0.12)}
            for x in np.linspace(0, 1, 40)
        ],
        "calibration": {
            "slope": {"value": 0.93, "low": 0.74, "high": 1.14, "n": 251},
            "intercept": {"value": -0.12, "low": -0.5, "high": 0.27, "n": 251},
            "brier": estimate(0.074, 0.02),
            "smoothed": [[float(p), float(p**1.1), max(0.0, p**1.1 - 0.1), min(1.0, p**1.1 + 0.1)] for p in grid],
            "ece": None,
        },
        "groups": groups,
        "notes": ["Fewer than 20 cases of: normal. Read the intervals, not the figures."],
        "_validation": [[float(p), float(falling[i]), float(grid[i] ** 0.4)] for i, p in enumerate(grid)],
    }


def report() -> dict[str, Any]:
    sealed = figures()
    curve = sealed.pop("_validation")
    return {
        "sealed": sealed,
        "alarm_class": "pneumonia",
        "threshold": 0.36,
        "validation": {"curve": curve},
        "cases": {"patients_known": True},
    }


def several_report() -> dict[str, Any]:
    labels = [
        {"label": name, "n": 240 - 20 * i, "positive": 60 - 18 * i, "auc": estimate(0.9 - 0.03 * i)}
        | {"sensitivity": estimate(0.9), "specificity": estimate(0.8)}
        | {"warning": "Fewer than 20 with it: read the interval." if i == 3 else None}
        for i, name in enumerate(("atelectasis", "cardiomegaly", "pleural effusion", "pneumothorax"))
    ]
    people = "On the average of 4 labels the model ranks a case with it before one without in 88 of 100 pairs."
    sealed = {"in_people": people, "n_cases": 251, "n_patients": 180, "auc": estimate(0.88), "by_label": labels}
    return {"sealed": sealed, "alarm_class": None, "threshold": None, "cases": {"patients_known": True}}


FINDINGS = (
    FindingView("serious", "Patients are not known: figures would be optimistic.", code="patients_unknown"),
    FindingView("caution", "3 images are there twice; one of each is used.", tuple(f"{n}.png" for n in range(9))),
    FindingView("note", "Sizes differ between the classes."),
)
TRAINED = (
    RunRow("quick", "", True, "chest-starter-children 1.0.0", "0.97 (0.95–0.98)", "25 min", best=True),
    RunRow("thorough", "The disk is full. Make room, then go on.", finished=False),
    RunRow("instant", "", True, "chest-starter-children 1.0.0", "0.95 (0.93–0.97)", "52 s"),
)
SPEED = "42 images/s · 1.5 GB of memory"
TRAIN = TrainView(
    advice=which_effort("nodule", 67, patients_known=True),
    can_train=True,
    instant_estimate="52 s",
    quick_estimate="25 min",
    thorough_estimate="180 min",
    starts=STARTS,
    start=STARTS[0],
)
RUNNING = replace(
    TRAIN, running=True, phase="Learning with all layers", done=420, total=1000, seconds_left=100, speed=SPEED,
    curve=curve_of_passes(), notes=("Pictures at a time: 16 instead of 32, for the memory is short.",),
)  # fmt: skip


def sealed_view(told: Mapping[str, Any], **changes: Any) -> SealedTestView:
    view = SealedTestView(
        rule="Alarm level for pneumonia: score ≥ 36 %.",
        proves="180 patients, 84 positive; sealing 20 % leaves 17: even 17 of 17 proves only ≥ 82 %.",
        can_open=True,
        openings=1,
        figures=told["sealed"],
        report=told,
        prevalence=0.05,
        mistakes=tuple(mistake(seed) for seed in range(7)),
        methods="Methods. " + "The model was a MobileNetV2. " * 40,
    )
    return replace(view, **changes)


def states() -> dict[str, TeachingView]:
    """Every state by its name, `step-state`."""
    done = {step: StepMark(done=True) for step in (Step.QUESTION, Step.CASES, Step.CHECK)}
    view = TeachingView(title="Pneumonia, our hospital", question=QUESTION, marks=done, lab_book=LAB_BOOK, train=TRAIN)
    classes = (ClassRow("normal", 1583, 1200), ClassRow("pneumonia", 4273, 2800))
    cases = CasesView("Kermany, first part", classes, "4,000 patients. All images of a patient stay on one side.")
    labels = (ClassRow("atelectasis", 60, 50, 170, 10), ClassRow("cardiomegaly", 41, 40, 199, 0))
    check = CheckView(
        "4,000 patients: even 84 of 84 shows at least 96 %.", FINDINGS, "For learning: 4,700 images.", can_seal=True
    )
    weights = StartChoice("Weights file: mobilenet_v2_imagenet.safetensors", "/weights/mobilenet_v2.safetensors")
    question = {"empty": TeachingView(question=QuestionView()), "case": replace(view, seen=picture(224))}
    question["large-case"] = replace(view, seen=picture(512), question=replace(QUESTION, image_size=512))
    question["several"] = replace(view, question=replace(QUESTION, together=True))
    on_cases = {
        "read": cases,
        "reading": replace(cases, reading=Progress(300, 5856, "Reading", 90)),
        "unreadable": replace(cases, unreadable=(("a.png", "The file is cut off."), ("b.png", "Not a picture."))),
        "table": replace(cases, classes=labels, folder="labels.csv", asks_uncertain=True, uncertain="unknown"),
        "refused": replace(cases, classes=(), problem='12 rows of "edema" hold −1 or ?.', asks_uncertain=True),
    }
    on_train = {
        "before": TRAIN,
        "unsealed": replace(TRAIN, can_train=False, problem="Seal the test set in step 3 first."),
        "weights": replace(TRAIN, start=weights),
        "scratch": replace(TRAIN, start=STARTS[2]),
        "running": RUNNING,
        "paused": replace(RUNNING, paused=True, phase="Paused", seconds_left=None, speed=""),
        "failed": replace(TRAIN, runs=TRAINED[1:2], can_go_on=True),
        "finished": replace(
            TRAIN, runs=TRAINED, curve=curve_of_passes(), phase="Training has ended.", more_cases=learning_curve()
        ),
    }
    few = report() | {"cases": {"patients_known": False}}
    on_sealed = {
        "before": sealed_view(report(), figures=None, report=None, openings=0),
        "opened": sealed_view(report()),
        "unknown-patients": sealed_view(few, patients_known=False, openings=2),
        "several": sealed_view(several_report(), prevalence=None),
        "untrained": SealedTestView(rule="Train a model in step 4 first."),
    }
    shown = {f"1-question-{name}": replace(one, step=Step.QUESTION) for name, one in question.items()}
    shown |= {f"2-cases-{name}": replace(view, step=Step.CASES, cases=one) for name, one in on_cases.items()}
    shown |= {"3-check-findings": replace(view, step=Step.CHECK, check=check)}
    shown |= {f"3-check-{name}": replace(view, step=Step.CHECK, check=one) for name, one in check_states().items()}
    shown |= {"3-check-empty": replace(view, step=Step.CHECK)}
    shown |= {f"4-train-{name}": replace(view, step=Step.TRAIN, train=one) for name, one in on_train.items()}
    shown |= {
        f"5-sealed-{name}": replace(view, step=Step.SEALED_TEST, sealed_test=one) for name, one in on_sealed.items()
    }
    use = UseView("Pneumonia, our hospital", can_activate=True, in_use="In use: Chest starter (children)")
    return shown | {"6-use-ready": replace(view, step=Step.USE, use=use)}
