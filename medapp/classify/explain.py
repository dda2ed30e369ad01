"""Where in the picture a score came from: Grad-CAM at the network's own grid."""

from __future__ import annotations

import torch
from torch import Tensor


def heat_maps(feature_maps: Tensor, head_weight: Tensor, classes: Tensor) -> Tensor:
    """Return one Grad-CAM map per image for its class.

    Parameters
    ----------
    feature_maps : Tensor, shape (n, channels, h, w)
        Maps of the last convolution.
    head_weight : Tensor, shape (classes, channels)
        Weights of the linear head behind global average pooling.
    classes : Tensor of int, shape (n,)
        The class to explain, per image.

    Returns
    -------
    Tensor of float32, shape (n, h, w)
        0 to 1; the largest value of a map is 1, or all are 0 where nothing speaks for the class.

    Notes
    -----
    Selvaraju et al., Grad-CAM, ICCV 2017: maps weighted by the averaged gradient of the class's score, then ReLU.
    Behind average pooling and one linear layer that gradient is the layer's row of weights over h · w, so no backward
    pass is needed. The score is the logit above the mean of all logits: softmax does not change when the same amount
    is added to every class, and neither must the map.
    """
    weights = (head_weight - head_weight.mean(dim=0, keepdim=True))[classes]
    maps = torch.relu(torch.einsum("nchw,nc->nhw", feature_maps.float(), weights.float()))
    highest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(highest > 0, maps / highest.clamp_min(1e-12), torch.zeros_like(maps))
