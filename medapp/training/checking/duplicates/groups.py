"""Cases that show the same picture, in groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from medapp.jobs import Job
from medapp.training.cases.split import Side
from medapp.training.cases.survey import Seen
from medapp.training.checking.duplicates.contrast import Bytes, normalised
from medapp.training.checking.duplicates.neighbours import Pairs
from medapp.training.checking.duplicates.search import look_alikes

Kind: TypeAlias = Literal["exact", "near"]
Group: TypeAlias = tuple[int, ...]

_SMALL, _DENSE = 5, 0.3
"""Up to so many, or with so large a share of their pairs alike, pictures that are linked are one group."""
_LEAST_CONTRAST = 0.1


@dataclass(frozen=True)
class Duplicate:
    """Files that hold the same picture.

    Attributes
    ----------
    members : tuple of Seen
        At least two.
    across_split : bool
        Whether they lie on both sides of the split.
    kind : {"exact", "near"}
        Whether all have the same pixels, or some are saved again, resized, brightened or cropped.
    """

    members: tuple[Seen, ...]
    across_split: bool = False
    kind: Kind = "exact"

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes that the picture was given, in alphabetical order."""
        return tuple(sorted({seen.case.label for seen in self.members}))


def same_pictures(seen: Sequence[Seen]) -> Job[tuple[Group, ...]]:
    """Find the cases that show the same picture.

    Parameters
    ----------
    seen : sequence of Seen
        With the same pixels, or the same file; and where there are sketches, also with nearly the same picture.

    Yields
    ------
    Progress
        While they are compared.

    Returns
    -------
    tuple of tuple of int
        Positions in `seen`, in groups of two and more, each position in one group at most.
    """
    exact = _exact(seen)
    shown = [group for group in exact if _has_content(seen[group[0]])]
    pairs = yield from look_alikes([_thumbnail(seen[group[0]]) for group in shown])
    near = grouped(pairs)
    joined = [tuple(sorted(i for member in group for i in shown[member])) for group in near]
    taken = {i for group in joined for i in group}
    alone = [group for group in exact if len(group) > 1 and group[0] not in taken]
    return tuple(sorted(joined + alone))


def duplicates_of(seen: Sequence[Seen], groups: Iterable[Group], sides: Sequence[Side]) -> tuple[Duplicate, ...]:
    """Return the groups with their cases, and whether they lie on both sides."""
    return tuple(_duplicate([seen[i] for i in group], len({sides[i] for i in group}) > 1) for group in groups)


def _duplicate(members: Sequence[Seen], across: bool) -> Duplicate:
    same = len({one.content for one in members}) == 1 or len({one.file_hash for one in members}) == 1
    return Duplicate(tuple(members), across, "exact" if same else "near")


def _exact(seen: Sequence[Seen]) -> list[Group]:
    groups: dict[str, list[int]] = defaultdict(list)
    by_file: dict[str, str] = {}
    for position, one in enumerate(seen):
        groups[by_file.setdefault(one.file_hash, one.content)].append(position)
    return [tuple(group) for group in groups.values()]


def _thumbnail(one: Seen) -> Bytes:
    assert one.sketch is not None
    return one.sketch.thumbnail


def _has_content(one: Seen) -> bool:
    """Tell whether there is a picture to compare: empty ones all look the same."""
    return one.sketch is not None and float(np.std(normalised(one.sketch.thumbnail))) > _LEAST_CONTRAST


def grouped(pairs: Pairs) -> list[Group]:
    """Put pairs of nodes together to groups.

    Nodes that are linked are a group where they are few or mostly alike; a long chain (neighbouring slices, each like
    the next) falls into stars around those that are like most others.
    """
    linked: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs.tolist():
        linked[first].add(second)
        linked[second].add(first)
    groups: list[Group] = []
    for component in _components(linked):
        edges = sum(len(linked[node]) for node in component) / 2
        possible = len(component) * (len(component) - 1) / 2
        whole = len(component) <= _SMALL or edges >= _DENSE * possible
        groups += [tuple(component)] if whole else _stars(component, linked)
    return groups


def _components(linked: dict[int, set[int]]) -> list[list[int]]:
    found, met = [], set[int]()
    for start in sorted(linked):
        if start in met:
            continue
        component, waiting = [], [start]
        met.add(start)
        while waiting:
            node = waiting.pop()
            component.append(node)
            fresh = linked[node] - met
            met |= fresh
            waiting += fresh
        found.append(sorted(component))
    return found


def _stars(component: Sequence[int], linked: dict[int, set[int]]) -> list[Group]:
    groups, left = [], set(component)
    for centre in sorted(component, key=lambda node: (-len(linked[node]), node)):
        if centre in left and (around := linked[centre] & left):
            groups.append(tuple(sorted({centre, *around})))
            left -= {centre, *around}
    return groups
