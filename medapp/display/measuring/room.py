"""Where the labels of measurements find room in a widget: off their own line, and off what else is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.display.measuring.outlines import Lines

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
APART = 3.0
CELL = 8.0
OWN_LINE, OTHER_LINE = 100.0, 9.0
"""How bad it is to cover a place of a line, in square pixels of another label."""


class Room:
    """The free room of a widget; each label that is placed takes some of it.

    Parameters
    ----------
    width, height : float
        Of the widget.
    lines : iterable of ndarray, shape (n, 2)
        All that is drawn in it: labels keep off it where they can.
    """

    def __init__(self, width: float, height: float, lines: Iterable[NDArray[np.float64]] = ()) -> None:
        self._width, self._height = width, height
        self._taken = np.empty((0, 4))
        self._summed = _summed(width, height, places_along(lines))

    def place(self, lines: Lines, size: tuple[float, float], gap: float) -> Box:
        """Return a place for a label of `size` beside `lines` that covers neither them nor another label, and take it.

        Where there is no such place in the widget, the label stands where it covers least, its own line last.
        """
        boxes = [self._within(box) for box in _candidates(np.vstack(lines), size, gap)]
        own = places_along(lines)
        chosen = min(boxes, key=lambda box: self._covers(box, own))
        self.take(chosen)
        return chosen

    def take(self, box: Box) -> None:
        """Keep other labels off a place."""
        self._taken = np.vstack([self._taken, box])

    def _within(self, box: Box) -> Box:
        x = min(max(box[0], 0.0), max(0.0, self._width - box[2]))
        return x, min(max(box[1], 0.0), max(0.0, self._height - box[3])), box[2], box[3]

    def _covers(self, box: Box, own: NDArray[np.float64]) -> float:
        """Return how much a label would cover; the first that covers least is taken."""
        x, y = own.T
        on_own = (x >= box[0]) & (x <= box[0] + box[2]) & (y >= box[1]) & (y <= box[1] + box[3])
        return self._overlap(box) + OWN_LINE * int(np.count_nonzero(on_own)) + OTHER_LINE * self._drawn_in(box)

    def _overlap(self, box: Box) -> float:
        left, top, width, height = self._taken.T
        across = np.minimum(left + width, box[0] + box[2]) - np.maximum(left, box[0])
        down = np.minimum(top + height, box[1] + box[3]) - np.maximum(top, box[1])
        return float((np.maximum(across, 0) * np.maximum(down, 0)).sum())

    def _drawn_in(self, box: Box) -> int:
        """Return how many places of lines lie in a box, to the nearest cells."""
        rows, columns = self._summed.shape
        left, right = (min(max(round(v / CELL), 0), columns - 1) for v in (box[0], box[0] + box[2]))
        top, bottom = (min(max(round(v / CELL), 0), rows - 1) for v in (box[1], box[1] + box[3]))
        summed = self._summed
        return int(summed[bottom, right] - summed[top, right] - summed[bottom, left] + summed[top, left])


def _candidates(every: NDArray[np.float64], size: tuple[float, float], gap: float) -> Sequence[Box]:
    """Return places beside a shape in the order in which they are liked."""
    (left, top), (right, bottom) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    last_x, last_y = every[-1].tolist()
    width, height = size
    middle_x, middle_y = (left + right - width) / 2, (top + bottom - height) / 2
    corners = (
        (right + gap, last_y - height / 2), (right + gap, last_y - height - gap), (right + gap, last_y + gap),
        (last_x - width / 2, bottom + gap), (right + gap, middle_y), (middle_x, bottom + gap),
        (middle_x, top - gap - height), (left - gap - width, middle_y), (right + gap, bottom + gap),
        (right + gap, top - gap - height), (left - gap - width, bottom + gap), (left - gap - width, top - gap - height),
    )  # fmt: skip
    return [(x, y, width, height) for x, y in corners]


def places_along(lines: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return places along lines that are `APART` from each other, shape (n, 2)."""
    parts = [np.empty((0, 2))]
    for line in lines:
        far = np.concatenate([[0.0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
        at = np.linspace(0, far[-1], int(far[-1] / APART) + 2)
        parts.append(np.column_stack([np.interp(at, far, line[:, 0]), np.interp(at, far, line[:, 1])]))
    return np.vstack(parts)


def _summed(width: float, height: float, places: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many places lie above and left of each corner of the cells of a widget."""
    rows, columns = int(height / CELL) + 1, int(width / CELL) + 1
    counts = np.zeros((rows + 1, columns + 1), np.int64)
    x, y = (places / CELL).astype(np.int64).T
    within = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    np.add.at(counts, (y[within] + 1, x[within] + 1), 1)
    return np.asarray(counts.cumsum(axis=0).cumsum(axis=1))
