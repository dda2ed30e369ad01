"""Small model packages for tests, made without torch: random weights under the names of ``small_cnn``."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.contents import Calibration, Metadata, PackageContents, TrainingSet
from medapp.classify.package import Package, write_package
from medapp.classify.preprocess import PreprocessSpec
from medapp.classify.scope import Scope

CLASSES = ("NORMAL", "NODULE")


def weights(classes: int = 2, seed: int = 0) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(seed)
    tensors: dict[str, NDArray[Any]] = {}
    for number, (inputs, outputs) in enumerate(pairwise((3, 16, 32, 64, 128))):
        name = f"features.{number}"
        scale = np.sqrt(2 / (9 * inputs))
        tensors[f"{name}.0.weight"] = (scale * rng.standard_normal((outputs, inputs, 3, 3))).astype(np.float32)
        tensors[f"{name}.1.weight"] = np.ones(outputs, np.float32)
        tensors[f"{name}.1.bias"] = np.zeros(outputs, np.float32)
        tensors[f"{name}.1.running_mean"] = np.zeros(outputs, np.float32)
        tensors[f"{name}.1.running_var"] = np.ones(outputs, np.float32)
        tensors[f"{name}.1.num_batches_tracked"] = np.array(1, np.int64)
    tensors["classifier.weight"] = rng.standard_normal((classes, 128)).astype(np.float32) / 4
    tensors["classifier.bias"] = np.zeros(classes, np.float32)
    return tensors


def contents(model_id: str = "trial", version: str = "1.0", **changes: Any) -> PackageContents:
    metadata = Metadata(
        id=model_id,
        name="Trial",
        version=version,
        architecture="small_cnn",
        kind="classifier",
        classes=CLASSES,
        created="2026-01-01T00:00:00Z",
    )
    made = PackageContents(
        metadata=metadata,
        preprocess=PreprocessSpec(size=64, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
        weights=weights(),
        scope=Scope(modalities=("CR", "DX", "PICTURE")),
        calibration=Calibration(alarm_class="NODULE", threshold=0.5),
        training_set=TrainingSet(salt="a salt of tests"),
        report={"auc": 0.5},
        card="# Trial\n",
        licence_text="Apache-2.0\n",
    )
    return replace(made, **changes)


def backbone(model_id: str = "base") -> PackageContents:
    made = contents(model_id)
    metadata = replace(made.metadata, kind="backbone", classes=())
    return replace(made, metadata=metadata, calibration=Calibration(), report=None, training_set=None)


def package_at(folder: Path, **changes: Any) -> Package:
    return write_package(folder, contents(**changes))
