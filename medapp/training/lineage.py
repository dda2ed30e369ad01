"""What a model's ancestors have seen: the salt and the sides that a training inherits, and passes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.training.cases.split import Side, salt_from_seed, salted
from medapp.training.checking.check import Checked

_SIDES: dict[str, Side] = {"train": "development", "test": "sealed"}
_NAMES: dict[Side, str] = {"development": "train", "sealed": "test"}


@dataclass(frozen=True)
class Lineage:
    """Salt and recorded sides.

    Attributes
    ----------
    salt : str
        Key of all hashes.
    patients, images : mapping of str to str
        Side by salted hash.
    """

    salt: str
    patients: Mapping[str, Side] = field(default_factory=dict)
    images: Mapping[str, Side] = field(default_factory=dict)

    @property
    def sides(self) -> dict[str, Side]:
        """Recorded sides of patients and pictures together; their hashes do not meet."""
        return {**self.images, **self.patients}

    def has_learned(self, patient: str, content: str = "") -> bool:
        """Tell whether a patient, or a picture by its hash, was learned from."""
        known = self.patients.get(salted(self.salt, patient)), self.images.get(salted(self.salt, content))
        return "development" in known


def built_in_model(registry: Registry) -> Package | None:
    """Return the model that the program ships, which trainings start from; None where it ships none."""
    return next((entry.package for entry in registry.list().entries if entry.builtin), None)


def lineage_of(base: Package | None, seed: int) -> Lineage:
    """Return what a training from `base` inherits; without a base, or one that kept nothing, the salt of `seed`."""
    kept = base.training_set() if base is not None else None
    if kept is None:
        return Lineage(salt_from_seed(seed))
    return Lineage(
        kept.salt,
        {hashed: _SIDES[name] for hashed, name in kept.patients.items()},
        {hashed: _SIDES[name] for hashed, name in kept.images.items()},
    )


def refuse_seen_pictures(checked: Checked, lineage: Lineage) -> None:
    """Raise ``train.base_has_seen`` where the base was trained on a picture of the sealed test."""
    seen = sum(
        lineage.images.get(salted(lineage.salt, one.content)) == "development"
        for one, use in zip(checked.survey.seen, checked.uses, strict=True)
        if use == "sealed"
    )
    if seen:
        raise MedappError("train.base_has_seen", n=seen)


def training_set(checked: Checked, lineage: Lineage) -> TrainingSet:
    """Return what the new package remembers: its own patients and pictures, and those of its ancestors.

    What any ancestor has learned from stays "train", whatever side it is on now.
    """
    patients, images = dict(lineage.patients), dict(lineage.images)
    for seen, use in zip(checked.survey.seen, checked.uses, strict=True):
        if use == "left_out":
            continue
        for known, key in ((patients, seen.case.patient), (images, seen.content)):
            hashed = salted(lineage.salt, key)
            if known.get(hashed) != "development":
                known[hashed] = use
    return TrainingSet(
        lineage.salt,
        {hashed: _NAMES[side] for hashed, side in patients.items()},
        {hashed: _NAMES[side] for hashed, side in images.items()},
    )
