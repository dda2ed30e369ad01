"""What the check needs to remember of a picture: small enough for sixty thousand, taken at the one reading of each.

Nothing here is meant to tell the classes apart. It is what a network could learn them from without looking at
the patient: the frame, the corners, the surroundings of the body, the grey levels, and the file itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.training.cases.file_facts import FileFacts
from medapp.training.cases.writing import characters

THUMBNAIL = 48
LEVELS = 64
FRAME_SHARE = 0.02
"""Width of the frame as a share of each side: enough for a scanner's border, too little for anatomy."""
PLACES = 8
"""Into how many places each side of the frame is divided."""
CORNER_SHARE = 0.125
SIDES = ("top", "right", "bottom", "left")
CORNERS = ("top left", "top right", "bottom right", "bottom left")
TEXTURES = ("noise", "sharpness", "blocks", "levels", "at brightest", "at darkest", "gaps", "fineness")
"""Median absolute Laplacian; mean absolute gradient; step across the borders of 8 × 8 blocks over the step inside;
share of the levels that occur; shares of the pixels at the brightest and at the darkest level; how much neighbouring
levels differ in number, as where contrast was changed; steps of one pixel over those of two, low where enlarged."""
_LARGEST_SIDE = 1024
Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sketch:
    """What is remembered of a picture.

    Attributes
    ----------
    thumbnail : ndarray of uint8, shape (48, 48)
        The whole picture by area averages, from its darkest to its brightest level, bright values bright.
    frame : ndarray of float32, shape (4, 8, 3)
        Of the outermost 2 % along each of `SIDES`, in eight places, clockwise: mean, standard deviation along it, and
        how much brighter the outermost line is. 0 to 1 is the range of what is inside.
    corners : ndarray of float32, shape (4, 4)
        Mean, deviation, maximum, and share of very bright pixels of each of `CORNERS`, an eighth of the side.
    surroundings : ndarray of float32, shape (7,)
        Bounding box of the body (top, left, bottom, right as shares), share outside it, mean and deviation outside.
    histogram : ndarray of float32, shape (64,)
        Shares of the pixels in equal steps of the range that the stored type has.
    levels : ndarray of float32, shape (9,)
        Percentiles 0, 1, 5, 25, 50, 75, 95, 99, 100 in that range, 0 to 1.
    texture : ndarray of float32, shape (8,)
        As `TEXTURES` names them.
    writing : ndarray of float32, shape (3,)
        Characters of burned-in text, and where its longest row lies: `writing.characters`.
    rows, columns, bits : int
        Size, and bits stored.
    file : FileFacts
        Kind, bytes, and quality of its compression.
    """

    thumbnail: NDArray[np.uint8]
    frame: Floats
    corners: Floats
    surroundings: Floats
    histogram: Floats
    levels: Floats
    texture: Floats
    writing: Floats
    rows: int
    columns: int
    bits: int
    file: FileFacts


def sketch_of(frame: Frame, file: FileFacts) -> Sketch:
    """Return what is remembered of a frame.

    Parameters
    ----------
    frame : Frame
        Decoded, grey or RGB (its luma counts).
    file : FileFacts
        What its file is.

    Returns
    -------
    Sketch
        Its features at a side of at most 1,024 pixels, which larger pictures are averaged to.
    """
    picture = _grey(frame)
    scale = _Scale.of(frame, picture)
    small = scale.apply(_no_larger(picture, _LARGEST_SIDE))
    stretched = _stretched(small)
    thumbnail = cv2.resize(stretched, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    levels = _Levels.of(scale.apply(_inside(_thinned(picture))))
    even = _even(small)
    return Sketch(
        np.rint(thumbnail * 255).astype(np.uint8),
        _frame(even),
        _corners(even),
        _surroundings(np.clip(even, 0, 1)),
        levels.histogram(),
        levels.percentiles(),
        _texture(_inside(even), _blocks(scale.apply(_some_rows(_inside(picture)))), levels),
        np.array(characters(stretched), np.float32),
        *frame.shape,
        frame.bits_stored,
        file,
    )


def resketched(sketch: Sketch, picture: Floats, inside: Floats) -> Sketch:
    """Return a sketch as it would be of another picture, of which no more than a thumbnail is known.

    Parameters
    ----------
    sketch : Sketch
        Of the picture as it is in the file.
    picture : ndarray of float32, shape (48, 48)
        What is seen instead, 0 to 1.
    inside : ndarray of float32, shape (rows, columns)
        The part of it whose grey levels count.

    Returns
    -------
    Sketch
        What is fine in it (noise, sharpness, blocks) and its file are those of `sketch`.
    """
    levels = _Levels.of(inside)
    texture = sketch.texture.copy()
    texture[_TRACES] = levels.traces()
    return replace(
        sketch,
        thumbnail=np.rint(picture * 255).astype(np.uint8),
        frame=_frame(picture),
        corners=_corners(picture),
        surroundings=_surroundings(picture),
        histogram=levels.histogram(),
        levels=levels.percentiles(),
        texture=texture,
    )


def _grey(frame: Frame) -> NDArray[Any]:
    """Return one channel of a type that OpenCV can average."""
    values = frame.stored
    if frame.is_colour:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(values), cv2.COLOR_RGB2GRAY))
    if values.dtype.kind == "f":
        return np.where(np.isfinite(values), values, 0).astype(np.float32)
    return values if values.dtype in _AVERAGED else values.astype(np.float32)


_AVERAGED = (np.uint8, np.uint16, np.int16)


@dataclass(frozen=True)
class _Scale:
    """From stored values to 0 to 1 in the range of the stored type, bright values bright."""

    low: float
    range: float
    inverted: bool

    @classmethod
    def of(cls, frame: Frame, picture: NDArray[Any]) -> _Scale:
        """Floating point has the range that its values have."""
        kind = frame.stored.dtype.kind
        if kind == "f":
            low, high = float(picture.min()), float(picture.max())
            return cls(low, max(high - low, 1e-12), frame.inverted)
        bits = 8 if frame.is_colour else frame.bits_stored
        return cls(float(-(1 << (bits - 1)) if kind == "i" else 0), float((1 << bits) - 1), frame.inverted)

    def apply(self, values: NDArray[Any]) -> Floats:
        scaled = values.astype(np.float32)
        scaled -= np.float32(self.low)
        scaled *= np.float32(1 / self.range)
        np.clip(scaled, 0, 1, out=scaled)
        return 1 - scaled if self.inverted else scaled


def _no_larger(picture: NDArray[Any], side: int) -> NDArray[Any]:
    share = side / max(picture.shape)
    if share >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _thinned(picture: NDArray[Any]) -> NDArray[Any]:
    """Take every n-th row and column, so that some 500 are left."""
    rows, columns = (max(1, side // 512) for side in picture.shape)
    return picture[::rows, ::columns]


def _some_rows(picture: NDArray[Any]) -> NDArray[Any]:
    return picture[:: max(1, len(picture) // 256)]


def _stretched(picture: Floats) -> Floats:
    low, high = float(picture.min()), float(picture.max())
    return (picture - np.float32(low)) * np.float32(1 / max(high - low, 1e-6))


def _even(picture: Floats) -> Floats:
    """Bring what is inside from 0 to 1, so that a bright mark at the edge changes nothing elsewhere."""
    low, high = (float(end) for end in np.percentile(_inside(_no_larger(picture, _CORNERS_SEEN)), (1, 99)))
    even = (picture - np.float32(low)) * np.float32(1 / max(high - low, 1e-3))
    return np.clip(even, -1, 3, out=even)


def _frame(picture: Floats) -> Floats:
    rows, columns = picture.shape
    high, wide = max(1, round(FRAME_SHARE * rows)), max(1, round(FRAME_SHARE * columns))
    # clockwise, each strip with its length as the second axis
    return np.array([_along(strip) for strip in _strips(picture, high, wide)], np.float32)


def _strips(picture: Floats, high: int, wide: int) -> tuple[Floats, ...]:
    return picture[:high], picture[:, : -wide - 1 : -1].T, picture[: -high - 1 : -1, ::-1], picture[::-1, :wide].T


def _along(strip: Floats) -> Floats:
    """Return what `Sketch.frame` says of a strip, its outermost line first.

    Of averages over its width and a few pixels along it, so that neither noise nor sharpness shows. A place without a
    pixel has its neighbour's.
    """
    profile, outermost = strip.mean(axis=0), strip[0]
    smooth = profile if len(profile) < 4 * PLACES else cv2.blur(profile[None], (4, 1))[0]
    starts = (np.arange(PLACES) * len(profile)) // PLACES
    counts = np.maximum(np.diff([*starts, len(profile)]), 1)
    means, edge = (np.add.reduceat(line, starts) / counts for line in (profile, outermost))
    squares = np.add.reduceat(smooth * smooth, starts) / counts
    middle = np.add.reduceat(smooth, starts) / counts
    spread = np.sqrt(np.maximum(squares - middle * middle, 0))
    return np.stack([means, spread, edge - means], axis=1).astype(np.float32)


def _corners(picture: Floats) -> Floats:
    picture = _no_larger(picture, _CORNERS_SEEN)  # averaged, so that noise does not count
    high, wide = (max(1, round(CORNER_SHARE * side)) for side in picture.shape)
    squares = (picture[:high, :wide], picture[:high, -wide:], picture[-high:, -wide:], picture[-high:, :wide])
    return np.array([[s.mean(), s.std(), s.max(), (s > 0.9).mean()] for s in squares], np.float32)


def _surroundings(picture: Floats) -> Floats:
    """Take the largest region above Otsu's threshold for the body (Otsu, IEEE Trans SMC 1979)."""
    grey = np.rint(_no_larger(picture, _BODY_SIDE) * 255).astype(np.uint8)
    _, bright = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, regions, facts, _ = cv2.connectedComponentsWithStats(bright, connectivity=4)
    if count < 2:
        return np.array([0, 0, 1, 1, 0, 0, 0], np.float32)
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    left, top, wide, high = facts[largest, :4]
    rows, columns = grey.shape
    outside = regions != largest
    outside[top : top + high, left : left + wide] = False
    mean, spread = _mean_and_spread(grey[outside] / np.float32(255))
    box = (top / rows, left / columns, (top + high) / rows, (left + wide) / columns)
    return np.array([*box, outside.mean(), mean, spread], np.float32)


def _mean_and_spread(part: Floats) -> tuple[float, float]:
    return (float(part.mean()), float(part.std())) if part.size else (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class _Levels:
    """How many pixels have each of 4,096 levels."""

    counts: NDArray[np.int64]

    @classmethod
    def of(cls, picture: Floats) -> _Levels:
        return cls(np.bincount(np.rint(picture * (_FINE - 1)).astype(np.int16).ravel(), minlength=_FINE))

    def histogram(self) -> Floats:
        shares = self.counts.reshape(LEVELS, -1).sum(axis=1) / self.counts.sum()
        return np.asarray(shares, np.float32)

    def percentiles(self) -> Floats:
        reached = np.cumsum(self.counts)
        wanted = np.array(_PERCENTS) / 100 * (reached[-1] - 1) + 1
        return np.asarray(np.searchsorted(reached, wanted, "left") / (_FINE - 1), np.float32)

    def traces(self) -> tuple[float, float, float, float]:
        """Return the share of levels that occur, at the brightest, at the darkest, and the gaps between levels."""
        occur = np.flatnonzero(self.counts)
        total = self.counts.sum()
        eighths = self.counts.reshape(256, -1).sum(axis=1) / total
        gaps = float(np.abs(np.diff(eighths, 2)).sum()) / 4
        return (
            len(occur) / _FINE,
            float(self.counts[occur[-1]] / total),
            float(self.counts[occur[0]] / total),
            gaps,
        )


_TRACES = slice(3, 7)
_FINE = 4096
_PERCENTS = (0, 1, 5, 25, 50, 75, 95, 99, 100)
_BODY_SIDE = 128
_CORNERS_SEEN = 96


def _inside(picture: NDArray[Any]) -> NDArray[Any]:
    """Leave out the outermost tenth in whole blocks of 8: what stands at the border has probes of its own."""
    down, across = (max(8, side // 80 * 8) if side >= 32 else 0 for side in picture.shape)
    return picture[down : picture.shape[0] - down, across : picture.shape[1] - across]


def _texture(picture: Floats, blocks: float, levels: _Levels) -> Floats:
    sharpness = _steps(picture, 1)
    fineness = sharpness / max(_steps(picture, 2), 1e-6)
    return np.array([_noise(picture), sharpness, blocks, *levels.traces(), fineness], np.float32)


def _noise(picture: Floats) -> float:
    """Return the median of the Laplacian, to a four thousandth part of the range."""
    steps = np.abs(cv2.Laplacian(picture, cv2.CV_32F))
    counts = np.cumsum(np.bincount(np.minimum(steps * 4000, 4000).astype(np.int16).ravel()))
    return float(np.searchsorted(counts, counts[-1] / 2)) / 4000


def _steps(picture: Floats, apart: int) -> float:
    """Return the mean difference of pixels so far apart; 0 where there are none."""
    if min(picture.shape) <= apart:
        return 0.0
    across = cv2.absdiff(picture[:, apart:], picture[:, :-apart])
    down = cv2.absdiff(picture[apart:], picture[:-apart])
    return float(cv2.mean(across)[0] + cv2.mean(down)[0])


def _blocks(picture: Floats) -> float:
    """Return the mean step across the borders of 8 × 8 blocks over the mean step elsewhere: 1 without compression."""
    steps = np.abs(np.diff(picture, axis=1)).mean(axis=0)
    borders = np.arange(len(steps)) % 8 == 7
    if not borders.any() or borders.all():
        return 1.0
    return float((steps[borders].mean() + 1e-6) / (steps[~borders].mean() + 1e-6))
