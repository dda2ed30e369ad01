"""How often the intervals hold the truth, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from medapp.training.figures.agreement import slope_and_intercept
from medapp.training.figures.intervals import Estimate, mean_of, proportion
from medapp.training.figures.predictive import predictive_values
from medapp.training.figures.ranking import auc
from tests.evidence.draws import ASKED_PREVALENCE, Cell, Draw, draws, true_probabilities

FIGURES = ("auc", "sensitivity", "specificity", "balanced_accuracy", "ppv")
OFFSET = 0.5
"""The told logits are so much too low: the intercept to be recovered, beside a slope of 1."""


def figures_at(draw: Draw, threshold: float) -> dict[str, Estimate | None]:
    """Return what the report would say of a test with its alarm from `threshold` on."""
    alarm, ill = draw.scores >= threshold, draw.positive
    found = proportion(alarm[ill], draw.patients[ill])
    spared = proportion(~alarm[~ill], draw.patients[~ill])
    assert found is not None
    assert spared is not None
    ppv = Estimate(**predictive_values(found, spared, ASKED_PREVALENCE)["ppv"])
    area = auc(draw.scores, ill, draw.patients)
    return dict(zip(FIGURES, (area, found, spared, mean_of([found, spared]), ppv), strict=True))


def held(estimate: Estimate | None, truth: float) -> bool:
    """Tell whether an interval holds the truth."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return False
    return estimate.low - 1e-9 <= truth <= estimate.high + 1e-9


def _figures(cell: Cell, draw: Draw) -> dict[str, Estimate | None]:
    return figures_at(draw, cell.distance / 2)


def _calibration(cell: Cell, draw: Draw) -> dict[str, Estimate | None]:
    """Return slope and intercept of a model that says too little."""
    chances = true_probabilities(cell, draw)
    told = _expit(np.log(chances / (1 - chances)) - OFFSET)
    slope, intercept = slope_and_intercept(told, draw.positive, draw.patients)
    return {"slope": slope, "intercept": intercept}


def _expit(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-logit))
    return chances


def coverage(cell: Cell, count: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Return share of draws whose interval holds the truth, mean width, and mean estimate, of each figure."""
    truth = dict.fromkeys(FIGURES, cell.share) | {"auc": cell.area, "ppv": cell.ppv}
    return _counted(cell, draws(cell, count, seed), _figures, truth)


def calibration_coverage(cell: Cell, count: int, seed: int = 0) -> dict[str, dict[str, float]]:
    """Return the same of calibration slope and intercept, and the share of draws that tell none."""
    truth = {"slope": 1.0, "intercept": OFFSET}
    return _counted(cell, draws(cell, count, seed, free=True), _calibration, truth)


def _counted(
    cell: Cell,
    tests: Iterable[Draw],
    told: Callable[[Cell, Draw], dict[str, Estimate | None]],
    truth: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    rows: dict[str, list[Estimate]] = {name: [] for name in truth}
    count = 0
    for draw in tests:
        count += 1
        if draw.positive.all() or not draw.positive.any():
            continue
        for name, estimate in told(cell, draw).items():
            if estimate is not None:
                rows[name].append(estimate)
    return {name: _row(rows[name], value, count) for name, value in truth.items()}


def _row(estimates: list[Estimate], truth: float, count: int) -> dict[str, float]:
    ends = np.array([(one.value, one.low, one.high) for one in estimates], np.float64).reshape(-1, 3)
    holds = (ends[:, 1] - 1e-9 <= truth) & (truth <= ends[:, 2] + 1e-9)
    return {
        "truth": round(truth, 4),
        "coverage": round(float(holds.mean()), 4),
        "below": round(float((truth < ends[:, 1] - 1e-9).mean()), 4),
        "width": round(float((ends[:, 2] - ends[:, 1]).mean()), 4),
        "mean": round(float(ends[:, 0].mean()), 4),
        "median": round(float(np.median(ends[:, 0])), 4),
        "told": round(len(estimates) / count, 4),
    }
