"""The time left of a whole training: what the phase at hand still takes, and what comes after it."""

from __future__ import annotations

from dataclasses import replace

from medapp.training.learning.forecast import FITS, PHASES, Rates, Work, seconds_after
from medapp.training.learning.rates import remember

_WITH_LOOKING = ("learning", "fitting")


class Outlook:
    """Says what comes after a phase, better with each rate that is measured.

    Parameters
    ----------
    work : Work
        What is to be done.
    rates : Rates
        What a picture costs, as far as is known.
    key : str
        Under which the rates are remembered; empty: nowhere.
    """

    def __init__(self, work: Work, rates: Rates, key: str = "") -> None:
        self._work, self._rates, self._key = work, rates, key
        self._told: set[str] = set()

    def after(self, phase: str) -> float | None:
        """Return the seconds of all that comes after `phase`; None for one that is not known."""
        return seconds_after(phase, self._work, self._rates) if phase in PHASES else None

    def of_whole(self, phase: str, left: float | None, steps: int) -> float | None:
        """Return the seconds left of the run, where `left` are those of `phase` for so many steps."""
        if phase == "features" and left and steps:
            self.measured(looking=left / steps)
        if phase == "head" and left and steps:
            self.measured(fitting=left / steps * FITS / max(1, self._work.learned_from))
        after = self.after(phase)
        return None if left is None or after is None else left + after

    def measured(self, **seconds: float) -> None:
        """Take rates that were measured: ``reading``, ``looking``, ``learning`` or ``fitting``, seconds a picture.

        What was not measured yet changes with ``looking``: the machine is busier, or idler, than it is remembered.
        """
        known = {name: value for name, value in seconds.items() if value > 0}
        self._told |= known.keys()
        if "looking" in known:
            slower = known["looking"] / self._rates.looking
            known |= {name: slower * getattr(self._rates, name) for name in _WITH_LOOKING if name not in self._told}
        self._rates = replace(self._rates, **known)

    def counted(self, cases: int, patients: int) -> None:
        """Take the cases and patients that were found."""
        self._work = replace(self._work, cases=cases, patients=patients)

    def keep(self) -> None:
        """Remember the rates for the next training."""
        if self._key:
            remember(self._key, self._rates)
