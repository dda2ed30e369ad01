"""Is an image like the training data? Distances of its features at two depths, as a conformal p-value.

At each depth: standardised features, their principal components, and the Mahalanobis distance (shrunk variances)
together with what the components do not explain. Unlikeliness at either depth counts. Photographs and other
organs are far at both; turned, inverted or enlarged pictures mostly at the middle one.

References
----------
Lee et al., A simple unified framework for detecting out-of-distribution samples, NeurIPS 2018 (Mahalanobis at several
depths). Vovk, Gammerman, Shafer, Algorithmic learning in a random world, 2005 (conformal p-value).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError

COMPONENTS = 64
FEWEST_TRAINING, FEWEST_HELD_OUT = 8, 5
_MOST_ROWS = 4000
_BLOCK_ROWS = 1024
_DEPTHS = ("mid", "deep")
_LEAST_SPREAD = 0.02
_TRUSTED_RANKS = 5


def fit(
    mid: NDArray[np.floating],
    deep: NDArray[np.floating],
    held_out_mid: NDArray[np.floating],
    held_out_deep: NDArray[np.floating],
) -> dict[str, NDArray[Any]]:
    """Learn what the features of the training images look like.

    Parameters
    ----------
    mid, deep : ndarray, shapes (n, a) and (n, b)
        Pooled features of the training images at two depths (``Classifier.features_of``).
    held_out_mid, held_out_deep : ndarray, shapes (m, a) and (m, b)
        The same of images of other patients, which neither the network nor the first two have seen.

    Returns
    -------
    dict of str to ndarray
        Named arrays for ``configs/ood.safetensors``; about 0.2 MB for MobileNetV2.

    Raises
    ------
    MedappError
        ``novelty.few`` with fewer than 8 training or 5 held-out images.
    """
    if len(mid) < FEWEST_TRAINING or len(held_out_mid) < FEWEST_HELD_OUT:
        raise MedappError("novelty.few", training=len(mid), held_out=len(held_out_mid))
    tensors: dict[str, NDArray[Any]] = {}
    for depth, training, held_out in zip(_DEPTHS, (mid, deep), (held_out_mid, held_out_deep), strict=True):
        tensors |= _fit_depth(depth, training)
        logs = _log_distance(tensors, depth, held_out)
        spread = max(float(np.quantile(logs, 0.95) - np.median(logs)), _LEAST_SPREAD)
        tensors[f"{depth}.place"] = np.array([np.median(logs), spread], np.float32)
    tensors["reference"] = np.sort(unlikeliness(tensors, held_out_mid, held_out_deep)).astype(np.float32)
    return tensors


def p_value(
    tensors: Mapping[str, NDArray[Any]], mid: NDArray[np.floating], deep: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return how likely training data would look as strange as each image, 0 to 1.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        What `fit` returned.
    mid, deep : ndarray, shapes (n, a) and (n, b)
        Features of the images.

    Returns
    -------
    ndarray of float64, shape (n,)
        The conformal p-value against the held-out images: at most alpha of new images of the same kind have one below
        alpha. Beyond the fifth-strangest held-out image, where ranks are too few to be trusted, an exponential tail
        goes on, wide where the held-out images are few: ten of them do not refuse what is ordinary and still refuse a
        photograph.
    """
    lower: NDArray[np.float64] = p_values(tensors, mid, deep).min(axis=1)
    return lower


def p_values(
    tensors: Mapping[str, NDArray[Any]], mid: NDArray[np.floating], deep: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the p-value of each image by either depth alone, shape (n, 2): the middle one, then the last.

    Both are ranked among the larger distances of the held-out images, so that `p_value` is the smaller of them.
    """
    return _ranked(np.asarray(tensors["reference"], np.float64), _scores(tensors, mid, deep))


def _ranked(reference: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    at_least = len(reference) - np.searchsorted(reference, score, side="left")
    anchor = reference[-min(_TRUSTED_RANKS, len(reference) // 4 + 1)]
    beyond = np.maximum(0.0, score - anchor)
    at_least = np.where(beyond > 0, np.sum(reference >= anchor), at_least)
    ranked: NDArray[np.float64] = (
        (1 + at_least) / (1 + len(reference)) * np.exp(-beyond / _tail_scale(reference, anchor))
    )
    return ranked


def unlikeliness(
    tensors: Mapping[str, NDArray[Any]], mid: NDArray[np.floating], deep: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the larger of the two depths' log distances, in spreads above the held-out images' median; shape (n,)."""
    larger: NDArray[np.float64] = _scores(tensors, mid, deep).max(axis=1)
    return larger


def _scores(
    tensors: Mapping[str, NDArray[Any]], mid: NDArray[np.floating], deep: NDArray[np.floating]
) -> NDArray[np.float64]:
    scores = []
    for depth, features in zip(_DEPTHS, (mid, deep), strict=True):
        median, spread = np.asarray(tensors[f"{depth}.place"], np.float64)
        scores.append((_log_distance(tensors, depth, features) - median) / spread)
    return np.stack(scores, axis=1)


def _fit_depth(depth: str, features: NDArray[np.floating]) -> dict[str, NDArray[Any]]:
    step = -(-len(features) // _MOST_ROWS)
    rows = np.asarray(features[::step], np.float64)
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    deviation = deviation + 1e-3 * rows.std() + 1e-9  # a feature that never moved must not decide alone
    standard = (rows - mean) / deviation
    count = max(2, min(COMPONENTS, len(rows) // 4, rows.shape[1] - 1))
    axes = _principal_axes(standard, count).astype(np.float16).astype(np.float64)
    projected = standard @ axes
    variances = projected.var(axis=0)
    shrinkage = count / (count + len(rows))
    left_over = ((standard - projected @ axes.T) ** 2).sum(axis=1).mean()
    return {
        f"{depth}.mean": mean.astype(np.float32),
        f"{depth}.deviation": deviation.astype(np.float32),
        f"{depth}.axes": axes.astype(np.float16),
        f"{depth}.variances": ((1 - shrinkage) * variances + shrinkage * variances.mean() + 1e-9).astype(np.float32),
        f"{depth}.left_over": np.array([left_over + 1e-9], np.float32),
    }


def _principal_axes(standard: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the first principal axes as columns, from the smaller of the two Gram matrices."""
    if len(standard) >= standard.shape[1]:
        _, vectors = np.linalg.eigh(standard.T @ standard)
        return vectors[:, ::-1][:, :count]
    _, vectors = np.linalg.eigh(standard @ standard.T)
    axes = standard.T @ vectors[:, ::-1][:, :count]
    unit: NDArray[np.float64] = axes / np.maximum(np.linalg.norm(axes, axis=0), 1e-12)
    return unit


def _log_distance(
    tensors: Mapping[str, NDArray[Any]], depth: str, features: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the log of the mean squared distance along the axes, and off them, in units of the training data."""
    blocks = (features[start : start + _BLOCK_ROWS] for start in range(0, max(1, len(features)), _BLOCK_ROWS))
    return np.concatenate([_block_log_distance(tensors, depth, block) for block in blocks])


def _block_log_distance(
    tensors: Mapping[str, NDArray[Any]], depth: str, features: NDArray[np.floating]
) -> NDArray[np.float64]:
    part = {name: np.asarray(tensors[f"{depth}.{name}"], np.float64) for name in ("mean", "deviation", "axes")}
    standard = (np.asarray(features, np.float64) - part["mean"]) / part["deviation"]
    projected = standard @ part["axes"]
    along = (projected**2 / np.asarray(tensors[f"{depth}.variances"], np.float64)).mean(axis=1)
    off = ((standard - projected @ part["axes"].T) ** 2).sum(axis=1) / float(tensors[f"{depth}.left_over"][0])
    logs: NDArray[np.float64] = 0.5 * np.log(along + off + 1e-12)
    return logs


def _tail_scale(reference: NDArray[np.float64], anchor: float) -> float:
    """Return the tail's scale: the median excess over `anchor` says one, and few held-out images ask for more."""
    excesses = reference[reference > anchor] - anchor
    seen = float(np.median(excesses)) / np.log(2) if len(excesses) else 0.0
    return float(max(seen, 0.4 + 1.5 / np.sqrt(len(reference))))
