"""A small drawing board for curves: axes, lines, bands and points as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from medapp.training.reporting.report_page.markup import Markup, element, joined

Point = tuple[float, float]
LEFT, RIGHT, TOP, BOTTOM = 60.0, 24.0, 12.0, 44.0


@dataclass(frozen=True)
class Plot:
    """Where values lie on the drawing.

    Attributes
    ----------
    across, up : tuple of float
        Least and greatest value along x and y.
    width, height : float
        Size of the whole drawing in its own units.
    """

    across: Point = (0.0, 1.0)
    up: Point = (0.0, 1.0)
    width: float = 420.0
    height: float = 330.0

    def x(self, value: float) -> float:
        """Return where `value` lies from the left; what is beyond the ends lies on them."""
        low, high = self.across
        return LEFT + _within((value - low) / (high - low)) * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return where `value` lies from the top."""
        low, high = self.up
        return self.height - BOTTOM - _within((value - low) / (high - low)) * (self.height - TOP - BOTTOM)

    def path(self, points: Iterable[Point]) -> str:
        """Return the points as SVG's path data."""
        return "M" + "L".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)

    def line(self, points: Sequence[Point], class_: str) -> Markup:
        """Return a line through the points; nothing for fewer than two."""
        return element("path", d=self.path(points), class_=f"line {class_}") if len(points) > 1 else Markup("")

    def band(self, lower: Sequence[Point], upper: Sequence[Point], class_: str = "band") -> Markup:
        """Return the area between two lines."""
        if len(lower) < 2:
            return Markup("")
        return element("path", d=self.path([*lower, *reversed(upper)]) + "Z", class_=class_)

    def dot(self, x: float, y: float, class_: str = "dot") -> Markup:
        """Return a point that stands out."""
        return element("circle", cx=self.x(x), cy=self.y(y), r=4.5, class_=class_)

    def bar(self, x: Point, y: Point, class_: str) -> Markup:
        """Return a filled rectangle between two values along x and two along y."""
        left, right = sorted(map(self.x, x))
        top, bottom = sorted(map(self.y, y))
        return element("rect", x=left, y=top, width=right - left, height=bottom - top, class_=class_)

    def whisker(self, x: Point, y: Point, class_: str = "whisker") -> Markup:
        """Return a straight stroke: an interval."""
        return element("path", d=self.path([(x[0], y[0]), (x[1], y[1])]), class_=class_)


def drawing(
    plot: Plot, told: str, across: str, up: str, *marks: Markup, write: Callable[[float], str] = "{:g}".format
) -> Markup:
    """Return a whole drawing with its axes.

    Parameters
    ----------
    plot : Plot
        The scales.
    told : str
        What it shows, in a sentence, for who cannot see it.
    across, up : str
        What the axes mean.
    *marks : Markup
        What is drawn.
    write : callable
        Turns a value of an axis into its label.
    """
    return framed(plot.width, plot.height, told, _axes(plot, across, up, write), *marks)


def framed(width: float, height: float, told: str, *marks: Markup) -> Markup:
    """Return an SVG that fits the page's width and tells what it shows."""
    box = f"0 0 {width:g} {height:g}"
    # the size keeps a printer from blowing it up; a narrow screen shrinks it
    return element(
        "svg", element("title", told), *marks, viewBox=box, width=width, height=height, role="img", aria_label=told
    )


def text(
    x: float, y: float, words: str, anchor: str = "start", class_: str | None = None, turned: bool = False
) -> Markup:
    """Return words on a drawing; `turned` ones run upwards."""
    turn = f"rotate(-90 {x:g} {y:g})" if turned else None
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_, transform=turn)


def legend(plot: Plot, names: Sequence[tuple[str, str]], top: float = TOP + 14, right: float | None = None) -> Markup:
    """Return the names of lines, each (class, name), in the upper right corner or below `top` and left of `right`."""
    edge = plot.width - 16 if right is None else right
    marks = []
    for row, (class_, name) in enumerate(names):
        y = top + 16 * row
        stroke = element("path", d=f"M{edge - 18:g},{y - 4:g}h18", class_=f"line {class_}")
        marks.append(joined(stroke, text(edge - 24, y, name, "end", "name")))
    return joined(*marks)


def _axes(plot: Plot, across: str, up: str, write: Callable[[float], str]) -> Markup:
    floor, ceiling = plot.height - BOTTOM, TOP
    marks = [element("path", d=f"M{LEFT:g},{ceiling:g}V{floor:g}H{plot.width - RIGHT:g}", class_="axis")]
    for value in ticks(*plot.across):
        marks.append(text(plot.x(value), floor + 16, write(value), "middle"))
        marks.append(element("path", d=f"M{plot.x(value):.1f},{floor:g}v4", class_="axis"))
    for value in ticks(*plot.up):
        marks.append(text(LEFT - 7, plot.y(value) + 4, write(value), "end"))
        marks.append(element("path", d=f"M{LEFT:g},{plot.y(value):.1f}H{plot.width - RIGHT:g}", class_="grid"))
    middle = (LEFT + plot.width - RIGHT) / 2
    marks.append(text(middle, plot.height - 8, across, "middle", "label"))
    marks.append(text(13, (ceiling + floor) / 2, up, "middle", "label", turned=True))
    return joined(*marks)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values between `low` and `high`, at most so many."""
    steps = [base * 10.0**power for power in range(-6, 7) for base in (1, 2, 2.5, 5)]
    step = next(step for step in steps if (high - low) / step <= most - 1 + 1e-9)
    first = int(-(-low // step))
    return [round(step * k, 9) for k in range(first, first + most + 1) if step * k <= high + 1e-9 * step]


def _within(position: float) -> float:
    return min(1.0, max(0.0, position))
