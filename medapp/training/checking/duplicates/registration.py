"""Whether two thumbnails are the same picture, when one may be shifted and stretched a little against the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.training.cases.sketch import THUMBNAIL
from medapp.training.checking.duplicates.contrast import Floats

STEPS = 8
_MOST_STRETCH, _MOST_SHIFT = 0.15, 5.0
_MARGIN = 1
_DAMPING = 1e-2
_HOPELESS = 0.6
"""Below this after two steps a pair is given up: copies are far above it."""
_STILL = 0.02
_CENTRE = (THUMBNAIL - 1) / 2
_AXIS = (np.arange(THUMBNAIL, dtype=np.float32) - np.float32(_CENTRE))[_MARGIN:-_MARGIN]


def correlations(first: Floats, second: Floats) -> Floats:
    """Return how alike pairs of pictures are once they lie on each other.

    Parameters
    ----------
    first, second : ndarray of float32, shape (n, 48, 48)
        Normalised thumbnails.

    Returns
    -------
    ndarray of float32, shape (n,)
        The highest correlation, over the part that both show, on the way of at most eight steps of Gauss and Newton
        for stretch and shift along both axes; at most 15 % and 5 pixels.
    """
    placed = np.tile(np.array([1, 0, 1, 0], np.float64), (len(first), 1))
    best = np.full(len(first), -1, np.float32)
    active = np.arange(len(first))
    for step in range(STEPS + 1):
        value, change = _step(first[active], second[active], placed[active])
        best[active] = np.maximum(best[active], value)
        placed[active] += change
        stretch, shift = np.abs(placed[active][:, ::2] - 1).max(axis=1), np.abs(placed[active][:, 1::2]).max(axis=1)
        moving = (np.abs(change[:, 1::2]).max(axis=1) > _STILL) | (np.abs(change[:, ::2]).max(axis=1) > _STILL / 20)
        hopeful = (value > _HOPELESS) | (step < 2)
        active = active[moving & hopeful & (stretch < _MOST_STRETCH) & (shift < _MOST_SHIFT)]
        if not len(active):
            break
    return best


def _step(first: Floats, second: Floats, placed: NDArray[np.float64]) -> tuple[Floats, NDArray[np.float64]]:
    """Return the correlation where the second pictures lie now, and how to move them: shape (n, 4)."""
    moved = np.stack([_moved(one, place) for one, place in zip(second, placed, strict=True)])
    inside = np.isfinite(moved)
    inside[:, 1:-1, 1:-1] &= inside[:, 2:, 1:-1] & inside[:, :-2, 1:-1] & inside[:, 1:-1, 2:] & inside[:, 1:-1, :-2]
    moved = np.nan_to_num(moved)
    core = (slice(None), slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    weights = inside[core].astype(np.float32)
    there, here = _centred(moved[core], weights), _centred(first[core], weights)
    across = (there * here).sum(axis=(1, 2))
    power = (there * there).sum(axis=(1, 2)) + 1e-9
    value = across / np.sqrt(power * ((here * here).sum(axis=(1, 2)) + 1e-9))
    gain = (across / power)[:, None, None]
    right = (moved[:, 1:-1, 2:] - moved[:, 1:-1, :-2]) / 2 * weights * gain
    down = (moved[:, 2:, 1:-1] - moved[:, :-2, 1:-1]) / 2 * weights * gain
    slopes = np.stack([right * _AXIS, right, down * _AXIS[:, None], down, there, weights], axis=1)
    flat = slopes.reshape(len(first), 6, -1)
    left = (here - gain * there).reshape(len(first), -1, 1)
    normal = flat @ flat.transpose(0, 2, 1) + _DAMPING * np.eye(6, dtype=np.float32)
    change = np.linalg.solve(normal.astype(np.float64), (flat @ left).astype(np.float64))[:, :4, 0]
    return value.astype(np.float32), change


def _centred(pictures: Floats, weights: Floats) -> Floats:
    mean = (pictures * weights).sum(axis=(1, 2)) / np.maximum(weights.sum(axis=(1, 2)), 1)
    return np.asarray((pictures - mean[:, None, None]) * weights, np.float32)


def _moved(picture: Floats, placed: NDArray[np.float64]) -> Floats:
    wide, right, high, down = placed
    shift = (right + _CENTRE * (1 - wide), down + _CENTRE * (1 - high))
    matrix = np.array([[wide, 0, shift[0]], [0, high, shift[1]]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            picture,
            matrix,
            (THUMBNAIL, THUMBNAIL),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(float("nan"), 0.0, 0.0, 0.0),
        ),
        np.float32,
    )
