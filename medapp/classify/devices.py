"""Which device computes: the choice, its reason, and its name. Part of the processes that hold torch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

MOST_ON_CPU, MOST_ON_GPU = 32, 256
BYTES_PER_PIXEL = 1000
"""Three times what the networks were measured to need for a pixel (270 to 343 bytes): heat maps need more."""
SHARE, SUPPOSED_FREE = 0.5, 2 * 2**30


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


def describe(device: torch.device, *, half: bool = False) -> str:
    """Return ``cpu``, ``mps``, or ``cuda:0 (name of the card)``; with `half`, that it computes with 16 bits."""
    if device.type != "cuda":
        return f"{device.type} (16 bits)" if half else device.type
    index = device.index or 0
    name = torch.cuda.get_device_name(index)
    return f"cuda:{index} ({name}, 16 bits)" if half else f"cuda:{index} ({name})"


def pictures_at_once(device: torch.device, size: int) -> int:
    """Return how many pictures of `size` rows and columns go through a network at once, by the memory that is free.

    Parameters
    ----------
    device : torch.device
        Where they are computed.
    size : int
        Rows and columns of the network picture.

    Returns
    -------
    int
        From 1 to `MOST_ON_CPU` or `MOST_ON_GPU`.
    """
    most = MOST_ON_GPU if device.type == "cuda" else MOST_ON_CPU
    return max(1, min(most, int(free_memory(device) * SHARE / (BYTES_PER_PIXEL * size * size))))


def free_memory(device: torch.device) -> int:
    """Return the bytes of memory that are free on a device; a careful guess where the system does not say."""
    if device.type == "cuda" and torch.cuda.is_available():
        return int(torch.cuda.mem_get_info(device)[0])
    with suppress(OSError, StopIteration):  # Linux; a share of the guess is little enough elsewhere
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return SUPPOSED_FREE


def machine() -> dict[str, Any]:
    """Return what torch was built for and finds: ``cuda``, ``mps_built``, ``gpus`` with names and bytes of memory."""
    return {
        "cuda": torch.version.cuda,
        "mps_built": torch.backends.mps.is_built(),
        "gpus": [_gpu(index) for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else [],
    }


def _gpu(index: int) -> dict[str, Any]:
    free, whole = torch.cuda.mem_get_info(index)
    return {"name": torch.cuda.get_device_name(index), "free": free, "memory": whole}
