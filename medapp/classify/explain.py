"""Where in the picture a score came from: at the network's own grid."""

from __future__ import annotations

import torch
from torch import Tensor

from medapp.classify.network import Classifier


def heat_maps(classifier: Classifier, deep: Tensor, classes: Tensor, *, exclusive: bool = True) -> Tensor:
    """Return one map per image for its class.

    Parameters
    ----------
    classifier : Classifier
        In evaluation mode.
    deep : Tensor, shape (n, channels, h, w) or (n, tokens, channels)
        What `Classifier.maps_of` gave at the last depth.
    classes : Tensor of int, shape (n,)
        The class to explain, per image.
    exclusive : bool, default True
        Whether the classes exclude each other: then the score is the logit above the mean of all logits, because
        softmax does not change when the same amount is added to every class, and neither must the map.

    Returns
    -------
    Tensor of float32, shape (n, h, w)
        0 to 1; the largest value of a map is 1, or all are 0 where nothing speaks for the class.

    Notes
    -----
    Draelos and Carin, HiResCAM, 2020: the gradient of the score times the feature, summed over the channels, then
    ReLU. Behind average pooling and one linear layer that is Grad-CAM (Selvaraju et al., ICCV 2017); behind layers
    that weigh places differently (two linear layers, attention) it still adds up to what each place contributes.
    """
    # autograd keeps no tensors of the inference mode: both are copied outside it
    with torch.inference_mode(False), torch.enable_grad():
        state, wanted = deep.detach().clone().requires_grad_(), classes.clone()
        logits = classifier.scores_of(state).float()
        scores = logits - logits.mean(dim=1, keepdim=True) if exclusive else logits
        (slopes,) = torch.autograd.grad(scores.gather(1, wanted[:, None]).sum(), state)
    maps = torch.relu(classifier.grid_of((slopes * state.detach()).float()).sum(dim=1))
    highest = maps.amax(dim=(1, 2), keepdim=True)
    return torch.where(highest > 0, maps / highest.clamp_min(1e-20), torch.zeros_like(maps))
