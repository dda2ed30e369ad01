"""Which device computes: the choice, its reason, and its name. Part of the processes that hold torch."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Choice:
    """A device and why it was chosen.

    Attributes
    ----------
    device : torch.device
        Where to compute.
    reason : str
        Message key.
    note : str or None
        Message key for people, where it is not what they asked for.
    """

    device: torch.device
    reason: str
    note: str | None = None


def choose(wanted: str) -> Choice:
    """Choose a device: ``cpu``, ``cuda``, ``mps``, or ``auto`` for the first of CUDA, MPS, CPU that is there."""
    offered = available()
    if wanted == "auto":
        return Choice(torch.device(offered[0]), f"engine.reason.auto_{offered[0]}")
    if wanted in offered:
        return Choice(torch.device(wanted), "engine.reason.asked")
    return Choice(torch.device("cpu"), "engine.reason.absent", note=f"engine.note.no_{wanted}")


def available() -> list[str]:
    """Return the kinds of device that this machine offers, the fastest first."""
    offered = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [name for name, there in offered.items() if there] + ["cpu"]


def describe(device: torch.device) -> str:
    """Return ``cpu``, ``mps``, or ``cuda:0 (name of the card)``."""
    if device.type != "cuda":
        return device.type
    index = device.index or 0
    return f"cuda:{index} ({torch.cuda.get_device_name(index)})"
