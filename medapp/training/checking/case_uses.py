"""What the split needs to know of each case, and what each case is for once it is split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medapp.training.cases.split import Member, Side, Split, Use
from medapp.training.cases.survey import Seen
from medapp.training.checking.duplicates.groups import Duplicate, Group


def members_of(seen: Sequence[Seen], groups: Sequence[Group]) -> list[Member]:
    """Give each case its side by the part it lies in: test is sealed; without a test part, val is."""
    parts = {one.case.part for one in seen}
    held_out = "test" if "test" in parts else "val" if "val" in parts else None

    def side(one: Seen) -> Side | None:
        if held_out is None:
            return None
        return "sealed" if one.case.part == held_out else "development"

    picture = {i: seen[group[0]].content for group in groups for i in group}
    return [
        Member(
            one.case.patient,
            one.case.label,
            one.content,
            side(one),
            one.traits.site,
            one.traits.date,
            picture.get(i, one.content),
        )
        for i, one in enumerate(seen)
    ]


def by_label(seen: Sequence[Seen], members: Sequence[Member]) -> list[Member]:
    """Return a member for all that is known of each case, so that both sides get of each label, with and without."""
    return [
        replace(member, label=f"{name}={there}")
        for one, member in zip(seen, members, strict=True)
        for there, names in ((1, one.case.shows), (0, one.case.lacks))
        for name in names
    ]


def uses_of(
    seen: Sequence[Seen], sides: Sequence[Side], split: Split, duplicates: Sequence[Duplicate]
) -> tuple[Use, ...]:
    """Decide what each case is for; of the copies of a picture the first on the sealed side stays, else the first."""
    surplus: set[str] = set()
    side_of = {one.case.source: side for one, side in zip(seen, sides, strict=True)}
    for group in duplicates:
        ordered = sorted(group.members, key=lambda one: side_of[one.case.source] != "sealed")
        kept = _kept(ordered) if len(group.labels) == 1 or _of_one_patient(group) else []
        surplus.update({one.case.source for one in ordered} - {one.case.source for one in kept})

    def use(one: Seen, side: Side) -> Use:
        leaks = side == "development" and split.side_of(one.case.patient) == "sealed"
        return "left_out" if leaks or one.case.source in surplus else side

    return tuple(use(one, side) for one, side in zip(seen, sides, strict=True))


def _kept(ordered: Sequence[Seen]) -> list[Seen]:
    """Return which of a group of the same picture stay: the first, and what is not quite the same of its patient."""
    kept: list[Seen] = []
    for one in ordered:
        is_copy = any(one.content == other.content or one.file_hash == other.file_hash for other in kept)
        if not kept or (one.case.patient == kept[0].case.patient and not is_copy):
            kept.append(one)
    return kept


def _of_one_patient(group: Duplicate) -> bool:
    """Tell whether a group is of different pictures of one patient: neighbouring slices may differ in their class."""
    contents = {one.content for one in group.members}
    return len({one.case.patient for one in group.members}) == 1 and len(contents) == len(group.members)
