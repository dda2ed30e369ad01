"""The two sides of the cases: sealed test and development. A patient is always on the same side."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from medapp.classify.contents import TrainingSet
from medapp.training.cases.holding_out import HeldOut, Origin, hold_out

Side: TypeAlias = Literal["sealed", "development"]
Use: TypeAlias = Literal["sealed", "development", "left_out"]

SEALED_FRACTION = 0.2
FEWEST, MOST = 0.1, 0.5
"""Shares of a class' patients that may be sealed; only small sets ever touch these bounds."""


@dataclass(frozen=True)
class Member:
    """What the split needs to know of a case: patient, class, picture, the given side, where and when it was taken.

    `shows` is the same for pictures that are nearly the same; their patients are not parted.
    """

    patient: str
    label: str
    content: str
    given: Side | None = None
    site: str = ""
    date: str = ""
    shows: str = ""


@dataclass(frozen=True)
class Split:
    """The side of every patient, by salted hash.

    Attributes
    ----------
    salt : str
        Key of the hashes, hexadecimal. It travels with the model, so that a retraining keeps sides.
    sides : mapping of str to str
        Side by salted patient hash.
    given : bool
        Whether the folder names decided.
    held : HeldOut or None
        Where whole sites or later dates are sealed: which.
    """

    salt: str
    sides: Mapping[str, Side] = field(default_factory=dict)
    given: bool = False
    held: HeldOut | None = None

    @property
    def by(self) -> Literal["given", "site", "date", "random"]:
        """What decided about the sides."""
        if self.given:
            return "given"
        return self.held.by if self.held else "random"

    def side_of(self, patient: str) -> Side:
        """Return the side of a patient key."""
        return self.sides[salted(self.salt, patient)]


def salt_from_seed(seed: int) -> str:
    """Return the salt that `seed` stands for: the same seed seals the same patients."""
    return hashlib.sha256(f"medapp split {seed}".encode()).hexdigest()[:32]


def salted(salt: str, value: str) -> str:
    """Return the salted hash of a patient key or a picture's hash, as packages keep it."""
    return TrainingSet(salt).hashed(value)


def position(hashed: str) -> float:
    """Return the place of a salted hash on the line from 0 to 1; below `SEALED_FRACTION` is sealed."""
    return int(hashed[:13], 16) / 16**13


def split_cases(members: Sequence[Member], salt: str, recorded: Mapping[str, Side] | None = None) -> Split:
    """Put every patient on a side: as given; else whole sites apart; else the later ones; else at random.

    Parameters
    ----------
    members : sequence of Member
        The cases. Where any has a given side, all given sides are kept and nothing is drawn.
    salt : str
        Key of the hashes.
    recorded : mapping of str to str, optional
        Sides by salted hash, of patients and of pictures, that the base model's training recorded; they are kept.

    Returns
    -------
    Split
        The side of each patient.

    Notes
    -----
    Sites and dates as `hold_out` has them, for a model is used elsewhere and later than where it was taught.
    Else a patient is sealed where the hash falls below `SEALED_FRACTION`, whoever else is in the folder:
    adding or removing patients moves nobody. Patients who share a picture go together, at the lowest of their
    places. Only where a class would have fewer than a tenth of its patients sealed (at least one),
    or more than half, the patients next to the threshold are moved: small sets alone are touched.
    A patient whom the base has trained on is never sealed.
    """
    if any(member.given for member in members):
        return _given_split(members, salt)
    places = _linked_places(members, salt)
    recorded = recorded or {}
    marks: dict[str, set[str]] = defaultdict(set)
    by_class: dict[str, set[str]] = defaultdict(set)
    for member in members:
        hashed = salted(salt, member.patient)
        marks[places[hashed]] |= {hashed, salted(salt, member.content)}
        by_class[member.label].add(places[hashed])
    fixed = {root: side for root, hashes in marks.items() if (side := _recorded_side(hashes, recorded))}
    if held := hold_out(_origins(members, places, salt), by_class, fixed):
        kept: dict[str, Side] = {h: "sealed" if root in held.sealed else "development" for h, root in places.items()}
        return Split(salt, kept, held=held)
    sides: dict[str, Side] = {
        root: fixed.get(root, "sealed" if position(root) < SEALED_FRACTION else "development") for root in marks
    }
    for label in sorted(by_class):
        _keep_within_bounds(sides, sorted(by_class[label]), fixed)
    return Split(salt, {hashed: sides[root] for hashed, root in places.items()})


def _given_split(members: Iterable[Member], salt: str) -> Split:
    """Take the given sides. A patient on both is sealed: then the training leaves the other pictures out."""
    sides: dict[str, Side] = {}
    for member in members:
        hashed = salted(salt, member.patient)
        if sides.get(hashed) != "sealed":
            sides[hashed] = member.given or "development"
    return Split(salt, sides, given=True)


def _origins(members: Iterable[Member], places: Mapping[str, str], salt: str) -> dict[str, Origin]:
    """Return where and when the pictures of each patient were taken; linked patients count as one."""
    sites: dict[str, set[str]] = defaultdict(set)
    dates: dict[str, set[str]] = defaultdict(set)
    for member in members:
        root = places[salted(salt, member.patient)]
        sites[root] |= {member.site} - {""}
        dates[root] |= {member.date} - {""}
    return {root: Origin(frozenset(sites[root]), frozenset(dates[root])) for root in sites}


def _linked_places(members: Sequence[Member], salt: str) -> dict[str, str]:
    """Return, for each patient hash, the lowest hash among the patients linked to it by a shared picture."""
    parent: dict[str, str] = {}

    def root(hashed: str) -> str:
        while parent[hashed] != hashed:
            parent[hashed] = parent[parent[hashed]]
            hashed = parent[hashed]
        return hashed

    first_with: dict[str, str] = {}
    for member in members:
        hashed = salted(salt, member.patient)
        parent.setdefault(hashed, hashed)
        for picture in {member.content, member.shows or member.content}:
            low, high = sorted((root(hashed), root(first_with.setdefault(picture, hashed))))
            parent[high] = low
    return {hashed: root(hashed) for hashed in parent}


def _recorded_side(hashes: Iterable[str], recorded: Mapping[str, Side]) -> Side | None:
    sides = {recorded[hashed] for hashed in hashes if hashed in recorded}
    if "development" in sides:
        return "development"
    return "sealed" if sides else None


def _keep_within_bounds(sides: dict[str, Side], roots: Sequence[str], fixed: Mapping[str, Side]) -> None:
    """Move free patients of one class, nearest to the threshold first, until enough and not too many are sealed."""
    if len(roots) < 2:
        return
    fewest, most = math.ceil(FEWEST * len(roots)), math.floor(MOST * len(roots))
    sealed = [root for root in roots if sides[root] == "sealed"]
    free = [root for root in roots if root not in fixed]
    for root in [r for r in free if sides[r] == "development"][: max(0, fewest - len(sealed))]:
        sides[root] = "sealed"
    surplus = max(0, len(sealed) - most)
    for root in [r for r in reversed(free) if sides[r] == "sealed"][:surplus]:
        sides[root] = "development"
