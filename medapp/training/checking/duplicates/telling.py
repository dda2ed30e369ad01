"""What the check says about pictures that are there more than once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from medapp.training.cases.survey import Seen
from medapp.training.checking.duplicates.groups import Duplicate
from medapp.training.checking.findings import CASES_SHOWN, PATHS_SHOWN, Finding, Remedy, Severity


def duplicate_findings(duplicates: Sequence[Duplicate], left_out: Collection[str]) -> Iterator[Finding]:
    """Tell of labels that contradict each other, of copies on both sides of a given split, and of other copies.

    Parameters
    ----------
    duplicates : sequence of Duplicate
        Groups of the same picture.
    left_out : collection of str
        Sources of the cases that are not used.
    """
    if conflicts := [group for group in duplicates if len(group.labels) > 1]:
        every = tuple(name for group in conflicts for name in _names(group.members))
        yield _finding("label_conflict", "serious", conflicts, {}, (Remedy("exclude", {"cases": every}),))
    if leaks := [group for group in duplicates if group.across_split]:
        yield _finding("duplicate_across_split", "serious", leaks, {}, (_keep_one(leaks),))
    if same := [group for group in duplicates if len(group.labels) == 1]:
        extra = sum(one.case.source in left_out for group in same for one in group.members)
        yield _finding("duplicates", "caution", same, {"extra": extra}, (_keep_one(same),))


def _finding(
    code: str, severity: Severity, groups: Sequence[Duplicate], params: dict[str, int], remedies: tuple[Remedy, ...]
) -> Finding:
    near = sum(group.kind == "near" for group in groups)
    names = tuple(name for group in groups for name in _names(group.members))
    shown = tuple(name for group in groups for name in _names(group.members)[:2])
    return Finding(
        code,
        severity,
        {"n": len(groups), "near": near, **params},
        names[:PATHS_SHOWN],
        cases=shown[:CASES_SHOWN],
        remedies=(*remedies, Remedy("keep")),
    )


def _keep_one(groups: Sequence[Duplicate]) -> Remedy:
    """Return the remedy that leaves one of each group: the first, where one is sealed a sealed one."""
    return Remedy("keep_one", {"groups": tuple(_names(group.members) for group in groups)})


def _names(members: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(one.case.name for one in members)
