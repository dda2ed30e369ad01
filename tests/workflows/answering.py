"""An engine without a process for tests of several models: each finds the bright square as well as it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package, read_package, write_package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from tests.trial_packages import contents, weights

CLASSES = ("healthy", "ill")
SALT = "a salt of tests"


class AnsweringEngine:
    """Says ``ill`` by the brightness of the picture; a model's noise makes it err, always on the same pictures."""

    def __init__(self) -> None:
        self.noise: dict[str, float] = {}
        self.refuses: dict[str, set[str]] = {}
        self.fails: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def predict_many(self, frames: Sequence[Frame], package: Path) -> list[Prediction]:
        model = read_package(package)
        if model.metadata.id in self.fails:
            raise MedappError("engine.died")
        self.asked += [(model.metadata.id, frame.identity) for frame in frames]
        return [self._told(frame, model) for frame in frames]

    def _told(self, frame: Frame, model: Package) -> Prediction:
        name, classes = model.metadata.id, model.metadata.classes
        key = ModelKey(name, model.metadata.version, model.manifest_hash)
        if frame.identity in self.refuses.get(name, set()):
            return Prediction(key, frame.identity, None, None, refused="ood.features")
        alarm = model.calibration.alarm_class or classes[-1]
        rng = np.random.default_rng(int(frame.identity[:8], 16) + len(name))
        score = (float(frame.stored.mean()) - 47.5) / 2 + self.noise.get(name, 0.0) * rng.standard_normal()
        p = float(1 / (1 + np.exp(-score)))
        rest = (1 - p) / (len(classes) - 1)
        shares = {c: p if c == alarm else rest for c in classes}
        label = max(shares, key=shares.__getitem__)
        return Prediction(key, frame.identity, shares, label, threshold=0.5, alarm_class=alarm, seconds=0.25)


def model(folder: Path, name: str, learned: Sequence[str] = (), **changes: Any) -> Package:
    """Write a model that tells healthy from ill and has learned from the patients `learned`."""
    made = contents(name)
    kept = TrainingSet(SALT, {TrainingSet(SALT).hashed(patient): "train" for patient in learned})
    number = sum(map(ord, name))
    created = f"2026-01-01T00:00:{number % 60:02}Z"  # each of a training of its own
    changed = {
        "metadata": replace(made.metadata, name=name.capitalize(), classes=CLASSES, created=created),
        "calibration": replace(made.calibration, alarm_class="ill"),
        "training_set": kept,
        "weights": weights(seed=number),
    }
    return write_package(folder / name, replace(made, **{**changed, **changes}))
