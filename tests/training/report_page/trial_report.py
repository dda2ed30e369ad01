"""Reports for the tests of the page: the real figures of made-up answers, and every optional key."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from medapp.classify.contents import STATEMENT
from medapp.training.cases.case import SetAside
from medapp.training.cases.truth import UNKNOWN
from medapp.training.figures.alarm_figures import Circumstance
from medapp.training.figures.champion import judge_challenger
from medapp.training.figures.evaluate import Answers, figures
from medapp.training.figures.label_figures import not_learned
from medapp.training.reporting.report_page.beside import Beside, CaseAnswer, Mistake

EVIL = '<script>alert("x")</script>\x00\u202e'


def two_answers(n: int = 240, seed: int = 1) -> Answers:
    """Answers about `n` cases of two classes, two images a patient; some are wrong, some refused."""
    rng = np.random.default_rng(seed)
    truth = (np.arange(n) % 3 == 0).astype(np.int64)
    p = 1 / (1 + np.exp(-(3 * (truth - 0.5) + rng.normal(0, 1.3, n))))
    refused = np.arange(n) % 41 == 0
    return Answers(("healthy", "ill"), np.stack([1 - p, p], 1), truth, np.arange(n) // 2, refused, "ill", 0.4)


def report(answers: Answers | None = None, **changes: Any) -> dict[str, Any]:
    """A whole report of a training with two classes."""
    answers = answers or two_answers()
    classes = list(answers.classes)
    counts = {name: int((answers.truth == k).sum()) for k, name in enumerate(classes)}
    whole = {
        "schema_version": 1,
        "research_use": STATEMENT,
        "created": "2026-05-04T03:02:01Z",
        "cases": {
            "images": 5 * len(answers.truth) + 7,
            "classes": {name: 5 * n + (7 if k == 0 else 0) for k, (name, n) in enumerate(counts.items())},
            "patients": 601,
            "patients_known": True,
            "patients_from": "names",
            "split": {
                "given": False,
                "fraction": 0.2,
                "sealed": counts,
                "development": {name: 4 * n for name, n in counts.items()},
                "left_out": {name: 7 if k == 0 else 0 for k, name in enumerate(classes)},
                "sealed_patients": 120,
                "development_patients": 480,
            },
            "proves": "Sealed for the test: 120 of 600 patients.",
            "unreadable": 3,
            "duplicates": 6,
            "findings": [
                {"code": "sizes_tell_classes", "severity": "serious", "text": "The size of the picture tells."},
                {"code": "duplicates", "severity": "caution", "text": "6 pictures are there more than once."},
            ],
        },
        "training": {
            "effort": "quick",
            "chosen": "average",
            "architecture": "mobilenet_v2",
            "device": "cpu",
            "base": {"id": "start", "version": "1", "manifest_hash": "ab" * 32},
            "seed": 17,
            "threads": 2,
            "steps": 777,
            "strength": 0.01,
            "half_difference": 0.001,
            "micro_batch": 16,
            "stopped": False,
            "config": {
                "batch": 16, "body_rate": 1e-4, "head_rate": 1e-3, "decay": 0.01, "rotation_degrees": 10.0,
                "shift": 0.1, "scale": 0.15, "sensitivity": 0.9, "folds": 5, "strengths": [0.01, 0.1],
                "a_setting_of_tomorrow": 5,
            },
            "versions": {"medapp": "0.1.0", "torch": "2.15.0"},
            "machine": {"system": "Linux", "processor": "x86_64", "cores": 2},
        },
        "alarm_class": answers.alarm_class,
        "threshold": answers.threshold,
        "sealed": figures(answers, Circumstance(0.05)),
        "development": {k: v for k, v in figures(two_answers(400, 2), Circumstance(0.05)).items() if k != "roc"},
        "against_instant": {
            "instant_auc": {"value": 0.91, "low": 0.88, "high": 0.94, "n": 240},
            "auc_difference": {"value": 0.021, "low": -0.004, "high": 0.046, "n": 240},
        },
        "curve": [
            {"number": k, "train_loss": 1 / k, "validation_loss": 1.1 / k, "auc": 0.9} for k in range(1, 6)
        ],
        "timing": {"frozen_pass_seconds": 10.0, "total_seconds": 305.0, "passes": 30.5},
        "learning_curve": {
            "figure": "auc",
            "points": [
                {"patients": 20 * k, "cases": 40 * k, "value": 0.8 + k / 40, "low": 0.7 + k / 40, "high": 0.9 + k / 40}
                for k in range(1, 5)
            ],
            "more": {"cases": 50, "gain": 0.004, "low": 0.001, "high": 0.009},
            "text_code": "more.some",
            "text": "50 more cases would help a little.",
        },
        "openings": 2,
    }  # fmt: skip
    return whole | changes


def full_report() -> dict[str, Any]:
    """A report with every key that `figures` may add, whatever it adds by now."""
    whole = report()
    whole["sealed"] |= {
        "calibration": {
            "slope": {"value": 0.93, "low": 0.71, "high": 1.18, "n": 234},
            "intercept": {"value": -0.12, "low": -0.41, "high": 0.17, "n": 234},
            "brier": {"value": 0.0832, "low": 0.0641, "high": 0.105, "n": 234},
            "smoothed": [[p / 20, 0.05 + 0.9 * p / 20, 0.8 * p / 20, min(1, 0.15 + p / 20)] for p in range(1, 20)],
            "ece": 0.034,
        },
        "average_precision": {"value": 0.87, "low": 0.81, "high": 0.92, "n": 234, "prevalence": 0.33},
        "sensitivity_at_specificity": [{"at": 0.9, "value": 0.81, "low": 0.7, "high": 0.88, "n": 78}],
        "specificity_at_sensitivity": [{"at": 0.95, "value": 0.62, "low": 0.5, "high": 0.73, "n": 156}],
        "decision_curve": [[t / 50, 0.3 - 0.4 * t / 50, 0.33 - 0.67 * (t / 50) / (1 - t / 50)] for t in range(1, 40)],
        "at_prevalence": {
            "prevalence": 0.05,
            "ppv": {"value": 0.31, "low": 0.2, "high": 0.45, "n": 234},
            "npv": {"value": 0.994, "low": 0.985, "high": 0.998, "n": 234},
            "alarms_per_100": {"value": 14.2, "low": 9.1, "high": 20.3, "n": 234},
            "meanings": [[0.1, 0.0117], [0.5, 0.0953], [0.9, 0.487]],
        },
        "groups": [
            {
                "by": "sex", "group": EVIL, "n": 120, "positive": 12,
                "auc": {"value": 0.9, "low": 0.8, "high": 0.95, "n": 120}, "sensitivity": None,
                "specificity": {"value": 0.8, "low": 0.7, "high": 0.9, "n": 108}, "warning": "Fewer than 20 cases.",
            },
        ],
        "detectable": 0.043,
        "told": "bands",
        "unclear": {
            "low": 0.2, "high": 0.6, "cases": 31, "share": {"value": 0.13, "low": 0.09, "high": 0.18, "n": 234},
            "missed": None, "false_alarms": {"value": 0.04, "low": 0.02, "high": 0.08, "n": 156},
        },
    }  # fmt: skip
    whole["validation"] = {"curve": [[t / 20, 1 - t / 25, t / 20] for t in range(1, 20)], "folds": [0.9, 0.92]}
    return whole


def case_answers(answers: Answers) -> tuple[CaseAnswer, ...]:
    """The same answers as the table beside a report tells them."""
    classes = answers.classes
    rows = zip(answers.truth, answers.given(), answers.refused, answers.probabilities, strict=True)
    return tuple(
        CaseAnswer(
            f"{classes[t]}/secret-name-{k}.png", classes[t], classes[g], bool(r), dict(zip(classes, p, strict=True))
        )
        for k, (t, g, r, p) in enumerate(rows)
    )


def png(value: int = 90) -> bytes:
    """A small grey picture."""
    return bytes(cv2.imencode(".png", np.full((8, 8), value, np.uint8))[1].tobytes())


def beside(**changes: Any) -> Beside:
    """All that may be known beside a report."""
    known: dict[str, Any] = {
        "model": {
            "id": "ill-or-not", "version": "2026.5.4", "name": "Ill or not", "licence": "CC0",
            "manifest_hash": "cd" * 32,
        },
        "preprocess": {"size": 224, "colour": "grey", "range": {"kind": "percentile", "low": 0.5}, "border_crop": 0},
        "scope": {"modalities": ["CR", "DX"], "text": "chest, frontal"},
        "question": {
            "pictures": "chest radiographs", "people": "children", "find": "ill", "other": "healthy",
            "find_at_least": 0.9, "prevalence": 0.05, "truth": "two readers in consensus",
        },
        "card": "# Ill or not\n\n**Research.**\n\n## Cases\n\n| class | n |\n|---|---|\n| ill | 4 |\n\n* <b>one</b>\n",
        "answers": case_answers(two_answers()),
        "mistakes": (Mistake("healthy", "ill", 0.97, png()), Mistake("ill", "healthy", 0.88, png(7))),
        "kept": {"sizes_tell_classes": "all come from one scanner"},
    }  # fmt: skip
    return Beside(**known | changes)


def labels_report() -> dict[str, Any]:
    """A report of three labels that may occur together, the last of which is rare, with blanks."""
    rng = np.random.default_rng(3)
    truth = np.stack([rng.random(150) < share for share in (0.5, 0.3, 0.05)], 1).astype(np.int64)
    probabilities = 1 / (1 + np.exp(-(2.5 * (truth - 0.5) + rng.normal(0, 1, truth.shape))))
    truth[rng.random(truth.shape) < 0.2] = UNKNOWN
    answers = Answers(
        ("nodule", "effusion", EVIL), probabilities, truth, np.arange(150) // 2, np.arange(150) % 50 == 7,
        thresholds=(0.4, 0.5, 0.2),
    )  # fmt: skip
    told = figures(answers)
    told["by_label"] += not_learned([SetAside("fracture", 1, 40)])
    whole = report() | {"alarm_class": None, "threshold": None, "sealed": told, "development": told}
    counts = dict.fromkeys(answers.classes, 30)
    whole["cases"] |= {
        "images": 760,
        "classes": counts,
        "labels": {name: {"positive": 30, "negative": 90, "unknown": 30} for name in counts},
        "unmatched": 2,
        "used": {"sealed": 150, "development": 601, "left_out": 9},
        "left_out_because": {"conflict": 4, "copy": 5, "patient_in_test": 0},
    }
    whole["cases"]["split"] |= dict.fromkeys(("sealed", "development", "left_out"), counts)
    thresholds = dict(zip(answers.classes, answers.thresholds, strict=True))
    return whole | {"thresholds": thresholds, "against_instant": None}


def comparison() -> dict[str, Any]:
    """What a comparison with the model in use said."""
    before, after = two_answers(), two_answers(seed=5)
    names = [f"secret-name-{k}" for k in range(len(before.truth))]
    models = {
        side: {"id": side, "version": "1", "name": f"The {side}", "manifest_hash": "ef" * 32}
        for side in ("champion", "challenger")
    }
    result = judge_challenger(before, after, names).to_json()
    return {"schema_version": 1, "models": models, "result": result, "warnings": ["A warning."]}
