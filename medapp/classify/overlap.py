"""Which of several models in use is asked about an image, and of two that share images, in a form that can be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from medapp.classify.package import Package
from medapp.classify.scope import PICTURE
from medapp.imaging.frame import Says

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


def chosen(in_use: Sequence[Package], shipped: Collection[str], said: Says) -> Package | None:
    """Return which of some packages is asked about an image, or None: no model for this.

    Parameters
    ----------
    in_use : sequence of Package
        The one activated last first.
    shipped : collection of str
        Manifest hashes of those that the program ships: they give way to every own one that was activated later.
    said : tuple
        What the image says of itself: modality, body part, view, age in years and maker.

    Returns
    -------
    Package or None
        Of those whose scope fits, the one whose scope names the most of what is said; of equals, the first one.
    """
    fitting = [package for package in in_use if package.scope.fits(*said)]
    own = [n for n, package in enumerate(fitting) if package.manifest_hash not in shipped]
    asked = fitting[: own[0]] + [fitting[n] for n in own] if own else fitting
    return max(asked, key=lambda package: package.scope.specificity(*said), default=None)


def overlaps(
    package: Package, in_use: Sequence[Package], shipped: Collection[str] = frozenset()
) -> tuple[Overlap, ...]:
    """Return the other models in use that `package`, in use as well, shares images with; `in_use`, `shipped` as above.

    A `package` that is not in use is taken for the one that is activated next.
    """
    there = [p.manifest_hash for p in in_use]
    place = there.index(package.manifest_hash) if package.manifest_hash in there else 0
    found = []
    for number, other in enumerate(in_use):
        if other.manifest_hash == package.manifest_hash:
            continue
        pair = (package, other) if place <= number else (other, package)
        wins = {chosen(pair, shipped, said) is package for said in _images(package, other)}
        if wins:
            asked: Asked = "sometimes" if len(wins) > 1 else "always" if wins == {True} else "never"
            found.append(Overlap(other, asked))
    return tuple(found)


def _images(package: Package, other: Package) -> Iterator[Says]:
    """Yield what images that fit both may say of themselves, each thing named or not."""
    ours, theirs = package.scope, other.scope
    ages = {None, ours.age_from, ours.age_to, theirs.age_from, theirs.age_to}
    who = tuple(product(ages, {"", *ours.makers, *theirs.makers}))
    modalities = {*ours.modalities, *theirs.modalities} or {_ANY}
    parts, views = {"", *ours.body_parts, *theirs.body_parts}, {"", *ours.views, *theirs.views}
    for (modality, part, view), (age, maker) in product(product(modalities, parts, views), who):
        said: Says = (modality, part, view, age, maker)
        bare = modality != PICTURE or said[1:] == ("", "", None, "")  # a picture without a header says nothing
        if bare and ours.fits(*said) and theirs.fits(*said):
            yield said
