"""Timing two things in turn, so that a machine whose speed drifts is unfair to neither."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage


@dataclass(frozen=True)
class Ratio:
    """One row of the table: what was measured against what, medians in seconds, and the median of the pairs' ratios."""

    name: str
    reference: str
    ours: float
    theirs: float
    ratio: float
    pairs: int


def compare(
    name: str, ours: Callable[[], object], reference: str, theirs: Callable[[], object], pairs: int = 7
) -> Ratio:
    """Run both once unmeasured, then `pairs` times in turn."""
    ours(), theirs()
    times = [(seconds_of(ours), seconds_of(theirs)) for _ in range(pairs)]
    return Ratio(
        name,
        reference,
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(a / b for a, b in times),
        pairs,
    )


def seconds_of(work: Callable[[], object]) -> float:
    """Return the wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def as_image(picture: np.ndarray) -> QImage:  # type: ignore[type-arg]
    """Wrap grey levels in a QImage that owns its bytes."""
    return QImage(
        picture.data, picture.shape[1], picture.shape[0], picture.shape[1], QImage.Format.Format_Grayscale8
    ).copy()


def table(rows: list[Ratio]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| what | seconds | reference | seconds | ratio (median of pairs) | pairs |", "|---|---|---|---|---|---|"]
    lines += [f"| {r.name} | {r.ours:.4g} | {r.reference} | {r.theirs:.4g} | {r.ratio:.2f} | {r.pairs} |" for r in rows]
    return "\n".join(lines)
