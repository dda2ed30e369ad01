"""Pictures moved and changed a little, each on its own, so that the network learns what does not matter."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from medapp.training.learning.config import TrainConfig


def augmented(batch: Tensor, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Return a changed copy of a batch of network pictures.

    Parameters
    ----------
    batch : Tensor of uint8, shape (n, h, w) or (n, h, w, 3)
        Grey levels.
    config : TrainConfig
        How much.
    generator : torch.Generator
        On the CPU; the same state gives the same pictures.

    Returns
    -------
    Tensor of float32, the same shape
        Grey levels, 0 to 255.

    Notes
    -----
    Each picture has its own rotation, scale, shift, brightness, contrast and noise: one affine grid
    a picture, because torchvision's transforms draw one for the whole batch.
    """
    grey = batch.ndim == 3
    planes = (batch.unsqueeze(1) if grey else batch.permute(0, 3, 1, 2)).to(torch.float32)
    grid = F.affine_grid(
        _affine(len(batch), config, generator).to(batch.device), list(planes.shape), align_corners=False
    )
    moved = F.grid_sample(planes, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    def draw(most: float) -> Tensor:
        return _uniform(len(batch), most, generator).view(-1, 1, 1, 1).to(batch.device)

    middle = moved.mean(dim=(1, 2, 3), keepdim=True)
    changed = (moved - middle) * (1 + draw(config.contrast)) + middle + 255 * draw(config.brightness)
    noise = torch.randn(moved.shape, generator=generator).to(batch.device)
    changed = (changed + config.noise * noise).clamp_(0, 255)
    return changed.squeeze(1) if grey else changed.permute(0, 2, 3, 1)


def _affine(n: int, config: TrainConfig, generator: torch.Generator) -> Tensor:
    """Return one 2×3 matrix a picture, from output to input in the coordinates of `affine_grid` (−1 to 1)."""
    angle = _uniform(n, math.radians(config.rotation_degrees), generator)
    scale = 1 / (1 + _uniform(n, config.scale, generator))
    mirror = torch.ones(n)
    if config.mirror:
        mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    rows = [
        torch.stack([mirror * scale * angle.cos(), -scale * angle.sin(), 2 * _uniform(n, config.shift, generator)], 1),
        torch.stack([mirror * scale * angle.sin(), scale * angle.cos(), 2 * _uniform(n, config.shift, generator)], 1),
    ]
    return torch.stack(rows, 1)


def _uniform(n: int, most: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(n, generator=generator) - 1) * most
