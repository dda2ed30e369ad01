"""The flow diagram: from the files that were found to the cases for learning and the sealed test (STARD, TRIPOD)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medapp.i18n import clauses, headed, listed, tr
from medapp.training.reporting.report_page.markup import Markup, element, joined
from medapp.training.reporting.report_page.plot import framed, text

WIDTH, LINE, PAD, GAP = 640.0, 18.0, 10.0, 34.0
LONGEST = 40
MOST_CLASSES = 12


@dataclass(frozen=True)
class Box:
    """A box of the diagram: where it stands, and its lines, the first of which is its title."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """So high that all lines fit."""
        return 2 * PAD + LINE * len(self.lines)

    @property
    def below(self) -> float:
        """Where it ends."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """Its middle from the left."""
        return self.x + self.width / 2

    def drawn(self) -> Markup:
        """Return the box."""
        first, *rest = self.lines
        top = self.y + PAD + 13
        words = [text(self.x + PAD, top, first, class_="strong")]
        words += [text(self.x + PAD, top + LINE * row, line) for row, line in enumerate(rest, 1)]
        return joined(element("rect", x=self.x, y=self.y, width=self.width, height=self.height, class_="box"), *words)


def flow(cases: Mapping[str, Any], sealed: Mapping[str, Any] | None) -> Markup:
    """Draw where the cases went.

    Parameters
    ----------
    cases : mapping
        ``cases`` of the report.
    sealed : mapping or None
        ``sealed`` of the report, for the refused cases.
    """
    split = cases["split"]
    found = Box(0, 0, 300, _found(cases))
    out = Box(340, found.below + GAP / 2, 300, _left_out(cases))
    used = Box(0, out.below + GAP / 2, 300, _used(cases))
    forks = used.below + GAP
    learning = _side(0, forks, "development", split, cases)
    tested = _side(340, forks, "sealed", split, cases)
    boxes = [found, out, used, learning, tested]
    arrows = [
        _arrow(found.middle, found.below, used.y),
        _turn(found.middle, out.y + out.height / 2, out.x),
        _arrow(used.middle, used.below, learning.y),
        _fork(used.middle, (used.below + forks) / 2, tested.middle, tested.y),
    ]
    if sealed and sealed.get("answered") is not None:
        answered = Box(340, tested.below + GAP, 300, _answered(sealed))
        arrows.append(_arrow(tested.middle, tested.below, answered.y))
        boxes.append(answered)
    height = max(box.below for box in boxes) + 2
    told = clauses(headed(box.lines[0], listed(box.lines[1:])) for box in boxes)
    return framed(WIDTH + 2, height, tr("report.flow.told", boxes=told), *arrows, *(box.drawn() for box in boxes))


def _found(cases: Mapping[str, Any]) -> tuple[str, ...]:
    readable, unreadable = cases["images"], cases.get("unreadable", 0)
    return (tr("report.flow.found", n=readable + unreadable), tr("report.flow.readable", n=readable))


def _left_out(cases: Mapping[str, Any]) -> tuple[str, ...]:
    left, unreadable = images_of(cases, "left_out"), cases.get("unreadable", 0)
    lines = [tr("report.flow.left_out", n=left + unreadable), tr("report.flow.unreadable", n=unreadable)]
    reasons = cases.get("left_out_because")
    if reasons is not None:
        lines += [tr(f"report.flow.because.{name}", n=n) for name, n in reasons.items() if n]
    elif left:
        lines += [tr("report.flow.excluded", n=left), tr("report.flow.excluded_why")]
    if cases.get("excluded"):
        lines.append(tr("report.flow.by_decision", n=cases["excluded"]))
    if cases.get("unmatched"):
        lines.append(tr("report.flow.unmatched", n=cases["unmatched"]))
    return (*lines, tr("report.flow.groups", n=cases.get("duplicates", 0)))


def images_of(cases: Mapping[str, Any], use: str) -> int:
    """Return the images that are for `use`; counts by label would count an image with two labels twice."""
    used = cases.get("used")
    return int(used[use] if used else sum(cases["split"][use].values()))


def _used(cases: Mapping[str, Any]) -> tuple[str, ...]:
    split = cases["split"]
    images = images_of(cases, "sealed") + images_of(cases, "development")
    patients = split["sealed_patients"] + split["development_patients"]
    return (tr("report.flow.used", n=images), _patients(patients, cases))


def _side(x: float, y: float, side: str, split: Mapping[str, Any], cases: Mapping[str, Any]) -> Box:
    counts = split[side]
    title = tr(f"report.flow.{side}", n=images_of(cases, side))
    return Box(x, y, 300, (title, _patients(split[f"{side}_patients"], cases), *_classes(counts)))


def _answered(sealed: Mapping[str, Any]) -> tuple[str, ...]:
    refused = (sealed.get("refused") or {}).get("cases", 0)
    lines = (tr("report.flow.answered", n=sealed["answered"]), tr("report.flow.refused", n=refused))
    return (*lines, *_classes(sealed.get("classes") or {}))


def _patients(n: int, cases: Mapping[str, Any]) -> str:
    return tr("report.flow.patients", n=n) if cases["patients_known"] else tr("report.flow.patients_unknown")


def _classes(counts: Mapping[str, int]) -> Sequence[str]:
    lines = [headed(_short(name), n) for name, n in counts.items()]
    if len(lines) <= MOST_CLASSES:
        return lines
    return [*lines[: MOST_CLASSES - 1], tr("report.flow.more_classes", n=len(lines) - MOST_CLASSES + 1)]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _arrow(x: float, top: float, bottom: float) -> Markup:
    return element("path", d=f"M{x:g},{top:g}V{bottom:g}m-4,-7l4,7l4,-7", class_="arrow")


def _turn(x: float, y: float, right: float) -> Markup:
    """Return an arrow to the right."""
    return element("path", d=f"M{x:g},{y:g}H{right:g}m-7,-4l7,4l-7,4", class_="arrow")


def _fork(x: float, y: float, to: float, bottom: float) -> Markup:
    """Return an arrow that leaves a vertical one to the right, and then goes down."""
    return element("path", d=f"M{x:g},{y:g}H{to:g}V{bottom:g}m-4,-7l4,7l4,-7", class_="arrow")
