"""What anybody would write first: torchvision's MobileNetV2, ImageFolder, AdamW 1e-4, three epochs, no more."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.models import mobilenet_v2
from torchvision.transforms import v2

EPOCHS, RATE, BATCH = 3, 1e-4, 32
LOOK = v2.Compose(
    [
        v2.PILToTensor(),
        v2.Resize((224, 224), antialias=True),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize([0.5] * 3, [0.5] * 3),
    ]
)


def network(classes: int) -> nn.Module:
    """Return the network with an untrained last layer of so many classes."""
    model = mobilenet_v2()
    model.classifier[1] = nn.Linear(model.last_channel, classes)
    return model


def main(cases: Path, weights: Path, target: Path, seed: int) -> None:
    """Learn ``cases/train`` from the pretrained weights, and write the new ones."""
    torch.manual_seed(seed)
    folder = ImageFolder(str(cases / "train"), transform=LOOK)
    model = network(len(folder.classes))
    pretrained = {name: w for name, w in load_file(weights).items() if not name.startswith("classifier")}
    model.load_state_dict(pretrained, strict=False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE)
    for epoch in range(EPOCHS):
        model.train()
        for pictures, truth in DataLoader(folder, BATCH, shuffle=True):
            loss = nn.functional.cross_entropy(model(pictures), truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        print(f"epoch {epoch + 1}: last loss {loss.item():.4f}", flush=True)
    torch.save(model.state_dict(), target)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), int(sys.argv[4]))
