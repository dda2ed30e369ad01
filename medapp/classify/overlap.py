"""Which of two models in use is asked about images that fit both scopes, in a form that can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from medapp.classify.package import Package
from medapp.classify.scope import PICTURE, Scope

Asked = Literal["always", "never", "sometimes"]
_ANY = "DX"
"""Stands for whatever modality, where neither scope names one."""


@dataclass(frozen=True, eq=False)
class Overlap:
    """Another model in use that fits some of the same images.

    Attributes
    ----------
    other : Package
        It.
    asked : str
        Whether the first model is asked about images that fit both: ``always``, ``never`` (the other one's scope names
        more of what such images say of themselves), or ``sometimes`` (each is asked where its scope names more).
    """

    other: Package
    asked: Asked


def overlaps(
    package: Package, in_use: Sequence[Package], shipped: Collection[str] = frozenset()
) -> tuple[Overlap, ...]:
    """Return the other models in use that `package`, in use as well, shares images with.

    Parameters
    ----------
    package : Package
    in_use : sequence of Package
        The latest first.
    shipped : collection of str
        Manifest hashes of those that the program ships, which give way to own ones that were activated later.
    """
    there = [p.manifest_hash for p in in_use]
    place = there.index(package.manifest_hash) if package.manifest_hash in there else 0
    found = []
    for number, other in enumerate(in_use):
        if other.manifest_hash == package.manifest_hash:
            continue
        first, (ours, theirs) = place <= number, (p.manifest_hash in shipped for p in (package, other))
        if ours != theirs and first == theirs:  # the one that is shipped was activated before the other
            wins = {theirs for _ in _images(package, other)}
        else:
            wins = {_wins(package.scope, other.scope, said, first=first) for said in _images(package, other)}
        if wins:
            asked: Asked = "sometimes" if len(wins) > 1 else "always" if wins == {True} else "never"
            found.append(Overlap(other, asked))
    return tuple(found)


def _wins(ours: Scope, theirs: Scope, said: tuple[str, str, str], *, first: bool) -> bool:
    """Tell whether our scope is chosen, as `Registry.active` does; of equals the first one is."""
    mine, yours = ours.specificity(*said), theirs.specificity(*said)
    return mine > yours or (mine == yours and first)


def _images(package: Package, other: Package) -> Iterator[tuple[str, str, str]]:
    """Yield what images that fit both may say of themselves: modality, body part and view, each named or not."""
    ours, theirs = package.scope, other.scope
    modalities = {*ours.modalities, *theirs.modalities} or {_ANY}
    for said in product(modalities, {"", *ours.body_parts, *theirs.body_parts}, {"", *ours.views, *theirs.views}):
        bare = said[0] != PICTURE or said[1:] == ("", "")  # a picture without a header says nothing of itself
        if bare and ours.fits(*said) and theirs.fits(*said):
            yield said
