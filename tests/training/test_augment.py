"""Pictures are changed each on its own, a little, and repeatably."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from medapp.training.learning.augment import augmented
from medapp.training.learning.config import TrainConfig

pytestmark = pytest.mark.torch
STILL = TrainConfig(rotation_degrees=0, shift=0, scale=0, brightness=0, contrast=0, noise=0)


def batch(n: int = 8, colour: bool = False) -> torch.Tensor:
    shape = (n, 32, 32, 3) if colour else (n, 32, 32)
    one = torch.randint(0, 256, shape[1:], dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return one.expand(shape).clone()


def changed(pictures: torch.Tensor, config: TrainConfig, seed: int = 0) -> torch.Tensor:
    return augmented(pictures, config, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("colour", [False, True])
def test_without_any_change_the_pictures_stay(colour: bool) -> None:
    pictures = batch(2, colour)
    torch.testing.assert_close(changed(pictures, STILL), pictures.float(), atol=1e-2, rtol=0)


def test_each_picture_is_changed_on_its_own() -> None:
    result = changed(batch(), replace(STILL, rotation_degrees=10.0))
    assert all(not torch.allclose(result[0], other) for other in result[1:])


def test_the_same_generator_gives_the_same_pictures() -> None:
    torch.testing.assert_close(changed(batch(), TrainConfig()), changed(batch(), TrainConfig()))


def test_grey_levels_stay_in_range() -> None:
    result = changed(batch(), replace(TrainConfig(), brightness=0.9, contrast=0.9))
    assert result.min() >= 0
    assert result.max() <= 255


def test_pictures_are_mirrored_only_where_side_does_not_matter() -> None:
    pictures = batch(64)
    mirrored = changed(pictures, replace(STILL, mirror=True))
    flipped = [torch.allclose(m, p.float().flip(1), atol=0.01) for m, p in zip(mirrored, pictures, strict=True)]
    assert 10 < sum(flipped) < 54
    assert not any(
        torch.allclose(c, p.float().flip(1), atol=0.01) for c, p in zip(changed(pictures, STILL), pictures, strict=True)
    )
