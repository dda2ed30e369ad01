"""Which effort pays for so many cases: what our trials on radiographs say (``docs/where-fine-tuning-pays.md``)."""

from __future__ import annotations

from medapp.i18n import tr

FEW = 60
"""Patients of the rarest class to learn from: with 25 fine-tuning was not shown to gain anything, with 100 it was."""


def which_effort(name: str, n: int, *, patients_known: bool) -> str:
    """Return in words which effort to begin with, and when the next one pays.

    Parameters
    ----------
    name : str
        The class with the fewest to learn from.
    n : int
        How many patients of it there are; images, where patients are not known.
    patients_known : bool
        Else images are counted.

    Returns
    -------
    str
        Empty where there is nothing to learn from.
    """
    if not n:
        return ""
    amount = "few" if n < FEW else "many"
    return tr(f"check.effort.{amount}.{'patients' if patients_known else 'images'}", name=name, n=n)
