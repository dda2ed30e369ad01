"""What a person asks for by drawing on an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from medapp.display.measuring.shapes import Point, Shape


@dataclass(frozen=True)
class Drawn:
    """Keep a new shape."""

    shape: Shape


@dataclass(frozen=True)
class Reshaped:
    """Give a measurement another shape; steps of keys that follow each other (`nudged`) are taken back together."""

    id: str
    shape: Shape
    nudged: bool = False


@dataclass(frozen=True)
class Relabelled:
    """Put the label of a measurement elsewhere (source pixels); None: where there is room."""

    id: str
    at: Point | None


@dataclass(frozen=True)
class Selected:
    """Let keys move and delete this measurement; without a name, none."""

    id: str = ""


@dataclass(frozen=True)
class CalibrationDrawn:
    """Ask how long a line truly is."""

    start: Point
    end: Point


Wish: TypeAlias = Drawn | Reshaped | Relabelled | Selected | CalibrationDrawn
