"""What the check needs to remember of a picture: small enough for sixty thousand, taken at the one reading of each.

Nothing here is meant to tell the classes apart. It is what a network could learn them from without looking at
the patient: the frame, the corners, the surroundings of the body, the grey levels, and the file itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.training.file_facts import FileFacts

THUMBNAIL = 48
LEVELS = 64
FRAME_SHARE = 0.02
"""Width of the frame as a share of each side: enough for a scanner's border, too little for anatomy."""
PLACES = 8
"""Into how many places each side of the frame is divided."""
CORNER_SHARE = 0.125
SIDES = ("top", "right", "bottom", "left")
CORNERS = ("top left", "top right", "bottom right", "bottom left")
_LARGEST_SIDE = 1024
Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sketch:
    """What is remembered of a picture.

    Attributes
    ----------
    thumbnail : ndarray of uint8, shape (48, 48)
        The whole picture by area averages, from its darkest to its brightest level, bright values bright.
    frame : ndarray of float32, shape (4, 8, 2)
        Mean and standard deviation, 0 to 1, of the outermost 2 % along each of `SIDES`, in eight places, clockwise.
    corners : ndarray of float32, shape (4, 4)
        Mean, deviation, maximum, and share of very bright pixels of each of `CORNERS`, an eighth of the side.
    surroundings : ndarray of float32, shape (7,)
        Bounding box of the body (top, left, bottom, right as shares), share outside it, mean and deviation outside.
    histogram : ndarray of float32, shape (64,)
        Shares of the pixels in equal steps of the range that the stored type has.
    levels : ndarray of float32, shape (9,)
        Percentiles 0, 1, 5, 25, 50, 75, 95, 99, 100 in that range, 0 to 1.
    texture : ndarray of float32, shape (5,)
        Noise (median absolute Laplacian), sharpness (mean absolute gradient), blocks of 8 (step across their
        borders over the step inside), share of the levels that occur, share of pixels at the brightest level.
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
        All features at a side of at most 1,024 pixels, which larger pictures are averaged to.
    """
    picture = _bright_is_bright(frame)
    rows, columns = picture.shape
    small = _no_larger(picture, _LARGEST_SIDE)
    stretched = _stretched(small)
    thumbnail = cv2.resize(stretched, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    return Sketch(
        np.rint(thumbnail * 255).astype(np.uint8),
        _frame(stretched),
        _corners(stretched),
        _surroundings(stretched),
        _histogram(small),
        np.percentile(_thinned(small), (0, 1, 5, 25, 50, 75, 95, 99, 100)).astype(np.float32),
        _texture(stretched, picture),
        rows,
        columns,
        frame.bits_stored,
        file,
    )


def _bright_is_bright(frame: Frame) -> Floats:
    """Return one channel, 0 to 1 in the range of the stored type; floating point in its own range."""
    values = frame.stored
    if frame.is_colour:
        values = np.asarray(cv2.cvtColor(np.ascontiguousarray(values), cv2.COLOR_RGB2GRAY))
    kind = values.dtype.kind
    if kind == "f":
        finite = np.where(np.isfinite(values), values, 0)
        low, high = float(finite.min()), float(finite.max())
        scaled = ((finite - low) / max(high - low, 1e-12)).astype(np.float32)
    else:
        bits = 8 if frame.is_colour else frame.bits_stored
        low = -(1 << (bits - 1)) if kind == "i" else 0
        scaled = (values.astype(np.float32) - np.float32(low)) * np.float32(1 / ((1 << bits) - 1))
    clipped: Floats = np.asarray(np.clip(scaled, 0, 1), np.float32)
    return 1 - clipped if frame.inverted else clipped


def _no_larger(picture: Floats, side: int) -> Floats:
    share = side / max(picture.shape)
    if share >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _thinned(picture: Floats) -> Floats:
    """Take every n-th row and column, so that some 500 are left."""
    rows, columns = (max(1, side // 512) for side in picture.shape)
    return picture[::rows, ::columns]


def _stretched(picture: Floats) -> Floats:
    low, high = float(picture.min()), float(picture.max())
    return (picture - np.float32(low)) / np.float32(max(high - low, 1e-6))


def _frame(picture: Floats) -> Floats:
    rows, columns = picture.shape
    high, wide = max(1, round(FRAME_SHARE * rows)), max(1, round(FRAME_SHARE * columns))
    # clockwise, each strip with its length as the second axis
    strips = (picture[:high], picture[:, -wide:].T, picture[-high:, ::-1], picture[::-1, :wide].T)
    return np.array(
        [[_mean_and_spread(part) for part in np.array_split(s, PLACES, axis=1)] for s in strips], np.float32
    )


def _mean_and_spread(part: Floats) -> tuple[float, float]:
    return (float(part.mean()), float(part.std())) if part.size else (0.0, 0.0)


def _corners(picture: Floats) -> Floats:
    high, wide = (max(1, round(CORNER_SHARE * side)) for side in picture.shape)
    squares = (picture[:high, :wide], picture[:high, -wide:], picture[-high:, -wide:], picture[-high:, :wide])
    return np.array([[s.mean(), s.std(), s.max(), (s > 0.9).mean()] for s in squares], np.float32)


def _surroundings(picture: Floats) -> Floats:
    """Take the largest region above Otsu's threshold for the body (Otsu, IEEE Trans SMC 1979)."""
    grey = np.rint(_no_larger(picture, 256) * 255).astype(np.uint8)
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


def _histogram(picture: Floats) -> Floats:
    counts = np.bincount(np.minimum((picture * LEVELS).astype(np.int64), LEVELS - 1).ravel(), minlength=LEVELS)
    return (counts / picture.size).astype(np.float32)


def _texture(stretched: Floats, picture: Floats) -> Floats:
    laplacian = cv2.Laplacian(stretched, cv2.CV_32F)
    across, down = np.abs(np.diff(stretched, axis=1)), np.abs(np.diff(stretched, axis=0))
    some = np.rint(_thinned(picture) * 4095).astype(np.int64)
    levels = np.count_nonzero(np.bincount(some.ravel(), minlength=4096))
    return np.array(
        [
            float(np.median(np.abs(laplacian))),
            float(across.mean() + down.mean()) if across.size and down.size else 0.0,
            _blocks(picture),
            levels / 4096,
            float((some == some.max()).mean()),
        ],
        np.float32,
    )


def _blocks(picture: Floats) -> float:
    """Return the mean step across the borders of 8 × 8 blocks over the mean step elsewhere: 1 without compression."""
    steps = np.abs(np.diff(picture[:: max(1, len(picture) // 256)], axis=1)).mean(axis=0)
    borders = np.arange(len(steps)) % 8 == 7
    if not borders.any() or borders.all():
        return 1.0
    return float((steps[borders].mean() + 1e-6) / (steps[~borders].mean() + 1e-6))
