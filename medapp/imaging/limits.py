"""What one file may cost: the limits that a reader keeps to, whatever a file asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadLimits:
    """Limits of one reader process.

    Attributes
    ----------
    memory_bytes : int
        Address space of a reader, where the system can limit it; 0 for none.
    frame_bytes : int
        Size of one decoded frame.
    inflated_bytes : int
        Size of a deflated data set, a gzip file or a member of an archive once inflated.
    inflate_ratio : int
        How many times larger than stored an archive's member may become.
    frames : int
        Number of Frames that is believed.
    elements : int
        Elements of a data set, without those in sequences.
    """

    memory_bytes: int = 2 * 2**30
    frame_bytes: int = 512 * 2**20
    inflated_bytes: int = 512 * 2**20
    inflate_ratio: int = 1100
    frames: int = 200_000
    elements: int = 100_000
