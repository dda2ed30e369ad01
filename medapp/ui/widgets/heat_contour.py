"""Draws the outline of the hot part of a heat map over the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

COLOUR, RIM = "#ffd60a", "#000000"
WIDTH_PX, RIM_PX = 1.6, 3.6


def draw_contours(
    painter: QPainter, lines: Sequence[NDArray[np.float64]], to_screen: NDArray[np.float64], ratio: float
) -> None:
    """Draw closed lines, given in pixels of the image, with a dark rim that stands out on bright bone."""
    placed = [_polygon((line @ to_screen[:, :2].T + to_screen[:, 2]) / ratio) for line in lines]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((RIM, RIM_PX), (COLOUR, WIDTH_PX)):
        painter.setPen(QPen(QColor(colour), width))
        for polygon in placed:
            painter.drawPolygon(polygon)
    painter.restore()


def _polygon(points: NDArray[np.float64]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points.tolist()])
