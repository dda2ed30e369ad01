"""What a score depends on: parts of the picture covered, and slopes along the way from a blurred picture."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from medapp.classify.network import Classifier

_BLUR = 1 / 16


def blurred(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture without what a network looks for, but as bright: what covers a part of it.

    A black or grey patch would be something new, with edges of its own (Fong and Vedaldi, ICCV 2017).

    Parameters
    ----------
    picture : ndarray of uint8, shape (size, size) or (size, size, 3)
        A network picture.

    Returns
    -------
    ndarray of float32, of the same shape
        Grey levels.
    """
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), max(1.0, picture.shape[0] * _BLUR))
    return np.asarray(soft, np.float32)


@torch.inference_mode()
def covered_scores(
    classifier: Classifier, picture: NDArray[np.uint8], masks: NDArray[np.bool_], target: int, *, exclusive: bool
) -> Tensor:
    """Return the score of a class with parts of the picture covered.

    Parameters
    ----------
    classifier : Classifier
        In evaluation mode.
    picture : ndarray of uint8, shape (size, size) or (size, size, 3)
        A network picture.
    masks : ndarray of bool, shape (n, rows, columns)
        Each covers the cells that are true.
    target : int
        The class.
    exclusive : bool
        Whether the classes exclude each other: then the score is the logit above the mean of all.

    Returns
    -------
    Tensor of float32, shape (n,)

    Notes
    -----
    Zeiler and Fergus, ECCV 2014 (occlusion).
    """
    device = classifier.mean.device
    sharp = torch.from_numpy(picture.astype(np.float32)).to(device)
    soft = torch.from_numpy(blurred(picture)).to(device)
    cells = torch.from_numpy(masks.astype(np.float32)).to(device)
    weights = F.interpolate(cells[:, None], size=picture.shape[:2], mode="nearest")[:, 0]
    weights = weights[..., None] if picture.ndim == 3 else weights
    return _score(classifier(sharp + weights * (soft - sharp)), target, exclusive=exclusive)


def slopes_along(
    classifier: Classifier, picture: NDArray[np.uint8], shares: NDArray[np.floating], target: int, *, exclusive: bool
) -> Tensor:
    """Return each pixel's part in a score, by the slopes along the way from the blurred picture.

    Parameters
    ----------
    classifier, picture, target, exclusive
        As in `covered_scores`.
    shares : ndarray of float, shape (k,)
        Points on the way, 0 (blurred) to 1 (the picture).

    Returns
    -------
    Tensor of float32, shape (size, size)
        Mean slope times the difference to the blurred picture; over enough points, the sum over all pixels is the
        difference of the two scores.

    Notes
    -----
    Sundararajan, Taly and Yan, Axiomatic attribution for deep networks, ICML 2017 (integrated gradients).
    """
    device = classifier.mean.device
    sharp = torch.from_numpy(picture.astype(np.float32)).to(device)
    soft = torch.from_numpy(blurred(picture)).to(device)
    points = torch.from_numpy(np.asarray(shares, np.float32)).to(device).view(-1, *[1] * picture.ndim)
    with torch.inference_mode(False), torch.enable_grad():
        batch = (soft + points * (sharp - soft)).clone().requires_grad_()
        (slopes,) = torch.autograd.grad(_score(classifier(batch), target, exclusive=exclusive).sum(), batch)
    parts = slopes.mean(dim=0) * (sharp - soft)
    return parts.sum(dim=-1) if picture.ndim == 3 else parts


def _score(logits: Tensor, target: int, *, exclusive: bool) -> Tensor:
    scores = logits.float()
    return (scores - scores.mean(dim=1, keepdim=True) if exclusive else scores)[:, target]
