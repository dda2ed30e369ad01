"""The table of the experiment: areas, balanced accuracies, paired differences, with intervals by patient."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures import ranking
from medapp.training.figures.intervals import Estimate, mean_of, proportion
from tests.evidence.grounds import patient_of

POSITIVE = "PNEUMONIA"


def summarise(work: Path) -> dict[str, Any]:
    """Return what the scores in `work` say, and write it to ``table.json`` there."""
    summary = {place.name: _of_ground(place) for place in sorted(work.iterdir()) if (place / "cases").is_dir()}
    (work / "table.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return summary


def _of_ground(place: Path) -> dict[str, Any]:
    paths = sorted((place / "cases" / "test").glob("*/*"))
    positive = np.array([path.parent.name == POSITIVE for path in paths])
    _, patients = np.unique([f"{path.parent.name} {patient_of(path)}" for path in paths], return_inverse=True)
    patients = patients.astype(np.int64)
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for file in sorted(place.glob("*/scores-*.npy")):
        found.setdefault(file.stem.removeprefix("scores-"), {})[file.parent.name] = np.load(file)
    return {
        side: {
            "figures": {kind: _figures(s, positive, patients) for kind, s in scores.items()},
            "differences": {
                f"{one} − {other}": _plain(ranking.auc_difference(scores[one], scores[other], positive, patients))
                for one, other in combinations(sorted(scores, key=ORDER.index), 2)
            },
        }
        for side, scores in found.items()
    } | {"seconds": _seconds(place), "train": len(list((place / "cases" / "train").glob("*/*"))), "test": len(paths)}


ORDER = ["thorough", "quick", "script", "instant"]
"""Later ones are taken off earlier ones."""


def _figures(scores: NDArray[np.float64], positive: NDArray[np.bool_], patients: NDArray[np.int64]) -> dict[str, Any]:
    alarm = scores > 0
    parts = [proportion(alarm[positive], patients[positive]), proportion(~alarm[~positive], patients[~positive])]
    balanced = mean_of([part for part in parts if part is not None])
    return {
        "auc": _plain(ranking.auc(scores, positive, patients)),
        "sensitivity": _plain(parts[0]),
        "specificity": _plain(parts[1]),
        "balanced_accuracy": _plain(balanced),
    }


def _plain(estimate: Estimate | None) -> dict[str, float | int | None] | None:
    return None if estimate is None else estimate.to_json()


def _seconds(place: Path) -> dict[str, float]:
    files = sorted(place.glob("*/finished.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8"))["seconds"] for file in files}
