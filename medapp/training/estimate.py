"""The answer of ``medapp train --estimate``: how long each effort takes with these cases on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.training.cases.dataset import list_cases
from medapp.training.learning.forecast import forecasts, work_of
from medapp.training.runs.request import RunRequest
from medapp.training.starting_model import check_wanted, starting_model


def estimate(request: RunRequest) -> dict[str, Any]:
    """Return the seconds of each effort; makes a short trial where no earlier run tells (``schemas/estimate.json``).

    Raises
    ------
    MedappError
        Those of cases, starting model and network.
    """
    listing = list_cases(Path(request.cases), request.uncertain)
    folders = user_folders()
    registry = Registry(folders)
    check_wanted(request.base, request.architecture, registry)
    # with torch, which takes seconds to load: after the names have been looked at
    from medapp.training.plan import make_plan
    from medapp.training.probe import rates_for

    if request.architecture and not request.base:
        plan = make_plan(request, None)
    else:
        folders.cache.mkdir(parents=True, exist_ok=True)
        with starting_model(request.base, registry, folders.cache) as base:
            plan = make_plan(request, base)
    rates, basis = rates_for(plan)
    work = work_of(listing, request.effort, plan.config, pattern=request.pattern, steps=request.steps)
    return forecasts(work, rates, basis)


def in_words(told: dict[str, Any]) -> str:
    """Return a line an effort."""
    lines = [tr("train.estimate.cases", cases=told["cases"])]
    for effort, about in told["efforts"].items():
        times = {name: _time(about[name]) for name in ("seconds", "low", "high")}
        lines.append(tr("train.estimate.effort", effort=effort, **times))
    return "\n".join(lines)


def _time(seconds: float) -> str:
    if seconds < 90:
        return tr("train.estimate.seconds", n=round(seconds))
    return tr("train.estimate.minutes", n=round(seconds / 60))
