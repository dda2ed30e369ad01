"""The probes: what each sees of the cases, from their sketches and headers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

import numpy as np

from medapp.training.cases.case_traits import CaseTraits
from medapp.training.cases.header_facts import HeaderFacts
from medapp.training.cases.sketch import CORNER_SHARE, CORNERS, SIDES, TEXTURES, THUMBNAIL, Sketch
from medapp.training.cases.survey import Seen
from medapp.training.checking.probes.sight import Floats, Sight

GRID = 8
_EDGE = 6
MOST_VALUES = 12
"""Different values of an attribute, the most frequent ones, that a probe sees."""
FEWEST_OF_VALUE = 3
PEOPLE = ("sex", "age", "view", "body_part", "laterality")
"""What a patient or an examination is, told by the header: it may belong to the question itself."""
_SOURCES = ("site", "date", "modality")


@dataclass(frozen=True, eq=False)
class Sketches:
    """Sketches as arrays, the first axis the cases."""

    each: Sequence[Sketch]

    @cached_property
    def thumbnails(self) -> Floats:
        """Shape (n, 48, 48); 0 to 1 is the range of the middle: a mark at the edge changes nothing elsewhere."""
        whole = np.stack([one.thumbnail for one in self.each]).astype(np.float32)
        middle = whole[:, _EDGE:-_EDGE, _EDGE:-_EDGE].reshape(len(whole), -1)
        low, high = np.percentile(middle, (2, 98), axis=1).astype(np.float32)[:, :, None, None]
        return np.asarray((whole - low) / np.maximum(high - low, 4), np.float32)

    def stacked(self, name: str) -> Floats:
        """Return an attribute of all."""
        return np.stack([np.asarray(getattr(one, name), np.float32) for one in self.each])

    def texture(self, *names: str) -> Floats:
        """Return textures as columns."""
        return self.stacked("texture")[:, [TEXTURES.index(name) for name in names]]


def all_sights(seen: Sequence[Seen]) -> Iterator[Sight]:
    """Yield what each probe sees of cases that have a sketch; a probe that sees nothing is left out."""
    sketches = Sketches([one.sketch for one in seen if one.sketch is not None])
    for made in (_frame, _corners, _file, _window, _outside, _histogram, _thumbnail):
        yield made(sketches)
    yield from header_sights(seen)


def _frame(sketches: Sketches) -> Sight:
    strips = sketches.stacked("frame")
    return Sight.of("frame", [(side, strips[:, place]) for place, side in enumerate(SIDES)])


def _corners(sketches: Sketches) -> Sight:
    numbers, cells = sketches.stacked("corners"), round(CORNER_SHARE * THUMBNAIL)
    small = sketches.thumbnails
    high, low = small[:, :cells], small[:, -cells:]
    patches = (high[..., :cells], high[..., -cells:], low[..., -cells:], low[..., :cells])
    parts = []
    for place, (corner, patch) in enumerate(zip(CORNERS, patches, strict=True)):
        parts += [(corner, numbers[:, place]), (corner, patch)]
    return Sight.of("corners", parts)


def _outside(sketches: Sketches) -> Sight:
    return Sight.of("outside", [("outside", sketches.stacked("surroundings")[:, 5:])])


def _window(sketches: Sketches) -> Sight:
    levels = sketches.stacked("levels")
    ends = levels[:, [1, 2, -3, -2]]
    return Sight.of(
        "window",
        [
            ("range", ends),
            ("range", levels[:, -2] - levels[:, 1]),
            ("clipping", sketches.texture("at brightest", "at darkest")),
            ("gaps", sketches.texture("gaps", "levels")),
        ],
    )


def _histogram(sketches: Sketches) -> Sight:
    levels = sketches.stacked("levels")
    span = np.maximum(levels[:, -1:] - levels[:, :1], 1e-3)
    coarse = sketches.stacked("histogram").reshape(len(levels), 16, -1).sum(axis=2)
    return Sight.of("histogram", [("grey_levels", (levels[:, 2:-2] - levels[:, :1]) / span), ("grey_levels", coarse)])


def _thumbnail(sketches: Sketches) -> Sight:
    cells = sketches.thumbnails.reshape(-1, GRID, THUMBNAIL // GRID, GRID, THUMBNAIL // GRID).mean(axis=(2, 4))
    return Sight.of("thumbnail", [("thumbnail", cells)])


def _file(sketches: Sketches) -> Sight:
    rows, columns = np.log(sketches.stacked("rows")), np.log(sketches.stacked("columns"))
    files = [one.file for one in sketches.each]
    size = np.log([max(1, file.size) for file in files])
    return Sight.of(
        "file",
        [
            ("aspect", columns - rows),
            ("size", np.stack([rows, columns], axis=1)),
            ("bits", sketches.stacked("bits")),
            ("kind", _one_hot([file.kind for file in files])),
            ("quality", np.array([file.quality for file in files], np.float32)),
            ("noise", sketches.texture("noise")),
            ("sharpness", sketches.texture("sharpness", "fineness")),
            ("blocks", sketches.texture("blocks")),
            ("bytes", np.stack([size, size - rows - columns], axis=1)),
        ],
    )


def header_sights(seen: Sequence[Seen]) -> Iterator[Sight]:
    """Yield how the pictures were made, and of whom, as far as headers and table tell."""
    columns = attributes(seen)
    for code, names in (("headers", [n for n in columns if n not in PEOPLE]), ("people", PEOPLE)):
        parts = [(name, _numbers(columns[name])) for name in names]
        yield Sight.of(code, parts)


def attributes(seen: Sequence[Seen]) -> dict[str, list[str | float | None]]:
    """Return what header and table say of the cases, an attribute an entry."""
    told = {one.name: [getattr(s.header, one.name) for s in seen] for one in fields(HeaderFacts)}
    beside = {name: [_trait(s.traits, name) for s in seen] for name in ("sex", "age", "view", *_SOURCES)}
    return {**told, **beside}


def _trait(traits: CaseTraits, name: str) -> str | float | None:
    value: str = getattr(traits, name)
    if name != "date":
        return value
    try:
        return float(date(int(value[:4]), int(value[4:6]), int(value[6:])).toordinal())
    except ValueError:
        return None


def _numbers(values: Sequence[str | float | None]) -> Floats:
    """Return a column for each frequent text, or numbers with a column that says where there are none."""
    if any(isinstance(value, str) for value in values):
        return _one_hot([str(value or "") for value in values])
    there = np.array([value is not None for value in values], np.float32)
    known = [value for value in values if isinstance(value, float | int)]
    middle = float(np.median(known)) if known else 0.0
    numbers = np.array([middle if value is None else float(value) for value in values], np.float64)
    return np.stack([numbers - middle, there], axis=1).astype(np.float32)


def _one_hot(values: Sequence[str]) -> Floats:
    counts = Counter(values)
    frequent = [value for value, n in counts.most_common(MOST_VALUES) if n >= FEWEST_OF_VALUE]
    if not frequent:
        return np.zeros((len(values), 1), np.float32)
    return np.array([[value == one for one in frequent] for value in values], np.float32)
