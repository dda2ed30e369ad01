"""Which measurement, and which part of it, a hand is at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF

from medapp.display.measuring.outlines import distance_to
from medapp.display.measuring.shapes import Kind
from medapp.ui.widgets.measure_drawing import Sketch

HANDLE_REACH_PX, LINE_REACH_PX = 8.0, 5.0
WHOLE, LABEL = -1, -2


@dataclass(frozen=True)
class Hit:
    """A part of a measurement: the number of a handle, `WHOLE`, or `LABEL`."""

    id: str
    part: int


def hit_at(sketches: Sequence[Sketch], at: QPointF, *, drawing: bool = False) -> Hit | None:
    """Return what lies at a point of the widget: handles before labels and lines, what was drawn last first.

    While `drawing`, labels are not in the way of what is to be drawn.
    """
    point = at.x(), at.y()
    for sketch in reversed(sketches):
        reached = [math.dist(handle, point) for handle in sketch.handles]
        if reached and min(reached) <= HANDLE_REACH_PX:
            number = reached.index(min(reached))
            return Hit(sketch.id, WHOLE if len(sketch.handles) == 1 else number)
    for sketch in reversed(sketches):
        if not drawing and sketch.label.contains(at):
            return Hit(sketch.id, WHOLE if sketch.shape.kind is Kind.TEXT else LABEL)
        if distance_to(sketch.lines, point) <= LINE_REACH_PX:
            return Hit(sketch.id, WHOLE)
    return None
