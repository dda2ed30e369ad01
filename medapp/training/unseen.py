"""Which of some cases two models can be compared on: patients that neither has learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package
from medapp.errors import MedappError
from medapp.training.cases.survey import Seen, Survey
from medapp.training.checking.check import judge
from medapp.training.lineage import lineage_of


def sealed_for(surveyed: Survey, champion: Package, challenger: Package) -> NDArray[np.bool_]:
    """Choose the sealed cases, and refuse where one of the two has learned from any of their patients or pictures.

    Parameters
    ----------
    surveyed : Survey
        The cases, read.
    champion, challenger : Package
        Each keeps salted hashes of the patients and pictures that it has learned from.

    Returns
    -------
    ndarray of bool, shape (len(surveyed.seen),)
        A given test part; else, where one has learned from some of the cases, what its split has sealed (the
        challenger's first); else all cases, for then they are new to both. Copies and conflicts are left out.

    Raises
    ------
    MedappError
        ``champion.no_sealed`` where nothing is left, ``champion.has_learned`` where it is not unseen.
    """
    deciding = next((p for p in (challenger, champion) if learned_from(p, surveyed).any()), None)
    lineage = lineage_of(deciding or challenger, seed=0)
    checked = judge(surveyed, lineage.salt, lineage.sides)
    everything = deciding is None and not checked.split.given
    chosen = np.array([use != "left_out" if everything else use == "sealed" for use in checked.uses], np.bool_)
    if not chosen.any():
        raise MedappError("champion.no_sealed")
    for package in (champion, challenger):
        _refuse_learned(package, surveyed, chosen)
    return chosen


def learned_from(package: Package, surveyed: Survey) -> NDArray[np.bool_]:
    """Tell, for each case, whether a model or one before it has learned from its patient or from its picture."""
    kept = package.training_set()
    known = kept is not None and "train" in {*kept.patients.values(), *kept.images.values()}
    if kept is None or not known:
        return np.zeros(len(surveyed.seen), np.bool_)
    return np.array([_is_learned(kept, one) for one in surveyed.seen], np.bool_)


def keeps_no_record(package: Package) -> bool:
    """Tell whether a package says nothing of what it has learned from, so that nothing can be ruled out."""
    kept = package.training_set()
    return kept is None or not (kept.patients or kept.images)


def _is_learned(kept: TrainingSet, one: Seen) -> bool:
    patient, picture = kept.hashed(one.case.patient), kept.hashed(one.content)
    return "train" in {kept.patients.get(patient), kept.images.get(picture)}


def _refuse_learned(package: Package, surveyed: Survey, chosen: NDArray[np.bool_]) -> None:
    learned = learned_from(package, surveyed) & chosen
    if learned.any():
        patients = {one.case.patient for one, seen in zip(surveyed.seen, learned, strict=True) if seen}
        everybody = {one.case.patient for one, kept in zip(surveyed.seen, chosen, strict=True) if kept}
        raise MedappError("champion.has_learned", name=package.metadata.name, n=len(patients), total=len(everybody))
