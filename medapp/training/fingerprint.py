"""What decides the course of a training, in one hash: only what has the same can be gone on with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from medapp.classify.package import WEIGHTS
from medapp.training.checking.check import Checked
from medapp.training.figures.evaluate import patient_numbers
from medapp.training.plan import Plan


def fingerprint_of(plan: Plan, checked: Checked) -> str:
    """Return the SHA-256 of cases, sides, starting model, preprocessing, seed and every number.

    Patients count by their order alone, so that the hash gives nothing away about their names.
    """
    patients = patient_numbers([seen.case.patient for seen in checked.survey.seen])
    cases = [
        (seen.content, seen.case.label, int(patient), use)
        for seen, patient, use in zip(checked.survey.seen, patients, checked.uses, strict=True)
    ]
    course = {
        "cases": cases,
        "classes": checked.survey.folder.classes,
        # not its manifest: a weights file is made a package anew each time, with another date
        "base": plan.base.hashes[WEIGHTS] if plan.base else None,
        "architecture": plan.architecture,
        "preprocess": plan.spec.to_json(),
        "effort": plan.request.effort,
        "seed": plan.request.seed,
        "steps": plan.request.steps,
        "device": plan.device.type,
        "config": asdict(plan.config),
    }
    return hashlib.sha256(json.dumps(course, sort_keys=True).encode()).hexdigest()
