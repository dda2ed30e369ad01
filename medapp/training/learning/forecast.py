"""How long a training takes: before it begins, and what is still to come while it goes on. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medapp.training.cases.case import CaseFolder
from medapp.training.cases.patients import choose_rule, patient_key
from medapp.training.learning.config import TrainConfig
from medapp.training.runs.request import EFFORTS, Effort

PHASES = ("starting", "reading", "features", "head", "learning", "finishing", "more_cases", "writing")
STARTING_SECONDS, WRITING_SECONDS = 6.0, 3.0
FIT_SECONDS, FITS = 5e-4, 21
"""Of all fits of the head, a case for learning; and how many fits those are."""
LIKENESS_FITS, CURVE_FITS = 42, 42
"""As long as so many fits takes what the training data look like, where nothing else is measured, and the curve."""
SEALED_SHARE, JUDGED_NETWORKS, PRECISION_PICTURES = 0.2, 2, 256
WITHIN = 1.5
"""The truth lies within this factor, where the machine does nothing else."""


@dataclass(frozen=True)
class Rates:
    """What a picture costs on a machine.

    Attributes
    ----------
    reading, looking, learning : float
        Seconds a picture: to read it, to pass it through the frozen network, and to learn from it once.
    fitting : float
        Seconds a case for learning of all fits of the head.
    """

    reading: float
    looking: float
    learning: float
    fitting: float = FIT_SECONDS


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes
    ----------
    effort : {"instant", "quick", "thorough"}
        How much.
    cases, patients : int
        All that there are; where patients are unknown, each case is its own.
    config : TrainConfig
        Every number.
    steps : int
        Steps that were asked for; 0: as many as the effort makes.
    """

    effort: Effort
    cases: int
    patients: int
    config: TrainConfig = field(default_factory=TrainConfig)
    steps: int = 0

    @property
    def learned_from(self) -> int:
        """Cases that are not sealed."""
        return round((1 - SEALED_SHARE) * self.cases)

    @property
    def is_divided(self) -> bool:
        """Whether some patients choose among the weights; else there is a round for each fold and one for all."""
        return (1 - SEALED_SHARE) * self.patients >= self.config.cross_fit_below


def work_of(listing: CaseFolder, effort: Effort, config: TrainConfig, *, pattern: str = "", steps: int = 0) -> Work:
    """Return what is to be done with cases that nobody has read yet; patients as far as names and tables tell."""
    names, told = [case.name for case in listing.cases], [case.patient for case in listing.cases]
    rule = choose_rule(names, [""] * len(names), pattern or None, told)
    patients = {patient_key(rule, name, "", name, of_table) for name, of_table in zip(names, told, strict=True)}
    return Work(effort, len(names), len(patients), config, steps)


def seconds_of_phases(work: Work, rates: Rates) -> dict[str, float]:
    """Return the seconds of each of `PHASES`."""
    phases = {
        "starting": STARTING_SECONDS,
        "reading": work.cases * rates.reading,
        "features": work.cases * rates.looking,
        "head": work.learned_from * rates.fitting,
    }
    learning = 0.0 if work.effort == "instant" else _learning_seconds(work, rates, sum(phases.values()))
    likeness, curve = (phases["head"] * fits / FITS for fits in (LIKENESS_FITS, CURVE_FITS))
    finishing = likeness if work.effort == "instant" else _measured_pictures(work) * rates.looking
    after = {"finishing": finishing, "more_cases": curve, "writing": WRITING_SECONDS}
    return {**phases, "learning": learning, **after}


def seconds_after(phase: str, work: Work, rates: Rates) -> float:
    """Return the seconds of all that comes after `phase`."""
    seconds = seconds_of_phases(work, rates)
    return sum(seconds[later] for later in PHASES[PHASES.index(phase) + 1 :])


def _learning_seconds(work: Work, rates: Rates, before: float) -> float:
    config = work.config
    rounds = 1 if work.is_divided else config.folds + 1
    learning = (1 - config.stop_share - config.calibration_share if work.is_divided else 1) * work.learned_from
    a_pass = max(1, int(learning) // config.batch)
    judged = config.stop_share * work.learned_from * JUDGED_NETWORKS * rates.looking if work.is_divided else 0.0
    counted = rounds * _steps(work, a_pass) * (config.batch * rates.learning + judged / a_pass)
    if work.steps or config.epochs or work.effort == "thorough":
        return counted
    frozen = work.cases * rates.looking
    budget = max(config.passes_budget * frozen, config.shortest_seconds) - before - frozen
    return max(0.0, min(counted, budget))


def _steps(work: Work, a_pass: int) -> int:
    config = work.config
    if config.epochs:
        return config.epochs * a_pass
    if work.steps:
        return work.steps
    passes = config.most_passes * a_pass
    if work.effort == "thorough":
        return min(config.most_steps, max(config.thorough_least, passes))
    return min(passes, config.most_steps)


def _measured_pictures(work: Work) -> float:
    sealed, learned = work.cases - work.learned_from, work.learned_from
    held = work.config.calibration_share if work.is_divided else work.config.novelty_share
    return sealed + held * learned + min(work.config.novelty_most, (1 - held) * learned) + PRECISION_PICTURES


def forecasts(work: Work, rates: Rates, basis: str) -> dict[str, Any]:
    """Return what ``medapp train --estimate --json`` answers: the seconds of each effort, and what they rest on.

    Parameters
    ----------
    work : Work
        Its effort does not matter.
    rates : Rates
        Of this machine, for the network.
    basis : {"earlier", "probe", "assumed"}
        Whether the rates are those of earlier runs, of a short trial, or of machines of this size.
    """

    def told(effort: Effort) -> Mapping[str, float]:
        asked = Work(effort, work.cases, work.patients, work.config, work.steps)
        seconds = sum(seconds_of_phases(asked, rates).values())
        return {"seconds": round(seconds, 1), "low": round(seconds / WITHIN, 1), "high": round(seconds * WITHIN, 1)}

    efforts = {effort: told(effort) for effort in EFFORTS}
    return {"schema_version": 1, "cases": work.cases, "patients": work.patients, "basis": basis, "efforts": efforts}
