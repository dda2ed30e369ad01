"""What of a series is scrolled together: splits it into display sets, so that each scroll goes through one volume.

The rules are data: what differs (`Rule.value`), within which tolerance, and when it counts. First come rules that
always count (size, orientation, kernel, echo, b-value, phase …), then, where images still share their places, what
may tell volumes apart (`_VOLUMES`), and at last the order in which the images of each place were taken.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from medapp.imaging.slices import Slice, dot, levels, normal_of, places
from medapp.imaging.study import Note

Value: TypeAlias = Hashable | float | tuple[float, ...] | None
_ROTATION = math.cos(math.radians(50))


@dataclass(frozen=True, slots=True)
class Group:
    """Slices that are one display set, what tells them from the others, and what was noticed on the way."""

    slices: tuple[Slice, ...]
    split: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One reason to split: `code` names it in the notes ``split_<code>`` and ``split_without_<code>``."""

    code: str
    value: Callable[[Slice], Value]
    tolerance: float = 0.0
    of_time: bool = False


_ALWAYS = (
    Rule("kind", lambda s: s.kind),
    Rule("size", lambda s: s.size),
    Rule("image_type", lambda s: s.traits.image_type),
    Rule("component", lambda s: s.traits.component),
    Rule("orientation", lambda s: s.geometry.orientation, 0.01),
    Rule("kernel", lambda s: s.traits.kernel),
    Rule("energy", lambda s: s.traits.energy, 0.5),
    Rule("stack", lambda s: s.traits.stack),
    Rule("echo", lambda s: s.traits.echo, 0.1),
    Rule("b_value", lambda s: s.traits.b_value, 5.0, of_time=True),
    Rule("temporal", lambda s: s.traits.temporal, 1e-3, of_time=True),
    Rule("phase", lambda s: s.traits.phase, 0.1, of_time=True),
)
_VOLUMES = (
    Rule("direction", lambda s: s.traits.direction or None, 0.01),
    Rule("trigger", lambda s: s.traits.trigger, 0.1),
    Rule("inversion", lambda s: s.traits.inversion, 0.1),
    Rule("flip", lambda s: s.traits.flip, 0.1),
    Rule("acquisition", lambda s: s.traits.acquisition),
    Rule("reference", lambda s: s.traits.reference, 0.1),
    Rule("time", lambda s: s.acquired or None),
)
RULES = (*_ALWAYS, *_VOLUMES)


def split(slices: Sequence[Slice]) -> list[Group]:
    """Return the display sets of one series, the same for any order of `slices`.

    Parameters
    ----------
    slices : sequence of Slice
        The images of a series, or the frames of an instance. Not empty.

    Returns
    -------
    list of Group
        Every slice is in exactly one. The slices of a group are in the order of their numbers.

    Notes
    -----
    A rule does not count where it would leave nearly every image alone: a projection that rotates about the patient
    has a new orientation in each image, and a cine of one slice a new time.
    """
    groups = [Group(tuple(sorted(slices, key=_by_number)))]
    for rule in _ALWAYS:
        groups = [part for group in groups for part in _apply(rule, group)]
    return [part for group in groups for part in _volumes(group, _VOLUMES)]


def _by_number(one: Slice) -> tuple[float, str, str, int]:
    return one.number, one.acquired, one.name, one.key


def _apply(rule: Rule, group: Group) -> list[Group]:
    if len(group.slices) == 1:
        return [group]
    parts = _parts(rule, group.slices)
    if len(parts) == 1 or not _is_worth(rule, parts, len(group.slices)):
        return [group]
    return _divided(group, rule, parts)


def _divided(group: Group, rule: Rule, parts: list[tuple[Value, list[Slice]]]) -> list[Group]:
    count = len(parts)
    return [
        replace(group, slices=tuple(part), split=(*group.split, _told(rule, value, n, count)))
        for n, (value, part) in enumerate(parts, start=1)
    ]


def _is_worth(rule: Rule, parts: list[tuple[Value, list[Slice]]], count: int) -> bool:
    """Whether splitting leaves stacks: not where nearly each image would be alone."""
    if rule.code == "orientation":
        return len(parts) * 3 <= count or not _rotates([part[0] for _, part in parts])
    return len(parts) * 2 <= count or (len(parts) <= 3 and not rule.of_time)


def _rotates(slices: list[Slice]) -> bool:
    """Whether at least four orientations follow each other in steps: a rotating projection, a radial acquisition."""
    normals = [normal for one in slices if (normal := normal_of(one.geometry)) is not None]
    if len(normals) < 4 or len(normals) < len(slices):
        return False
    return all(max(abs(dot(n, o)) for o in normals if o is not n) > _ROTATION for n in normals)


def _parts(rule: Rule, slices: Sequence[Slice]) -> list[tuple[Value, list[Slice]]]:
    """Return the slices by the value of a rule; values in their order, or that of the images where they have none."""
    known = _merged({rule.value(one) for one in slices}, rule.tolerance)
    parts: dict[Value, list[Slice]] = defaultdict(list)
    for one in slices:
        parts[known[rule.value(one)]].append(one)
    ordered = list(parts.items())
    if all(value is None or isinstance(value, int | float) for value in parts):
        ordered.sort(key=lambda pair: -math.inf if pair[0] is None else float(str(pair[0])))
    return ordered


def _merged(found: set[Value], tolerance: float) -> dict[Value, Value]:
    """Map each value to the one that stands for all within the tolerance of it."""
    if not tolerance:
        return {value: value for value in found}
    merged: dict[Value, Value] = {}
    leaders: list[tuple[Value, tuple[float, ...]]] = []
    for numbers, value in sorted((_numbers(value), value) for value in found if value is not None):
        leader = _leader(leaders, numbers, tolerance)
        if leader is None:
            leaders.append((value, numbers))
        merged[value] = value if leader is None else leader
    return {**merged, None: None}


def _leader(
    leaders: list[tuple[Value, tuple[float, ...]]], numbers: tuple[float, ...], tolerance: float
) -> Value | None:
    """Return the last of the sorted `leaders` that is near; those further back are too small from some point on."""
    for value, leading in reversed(leaders):
        if numbers[0] - leading[0] > tolerance:
            return None
        if _are_near(leading, numbers, tolerance):
            return value
    return None


def _numbers(value: Value) -> tuple[float, ...]:
    return tuple(value) if isinstance(value, tuple) else (float(str(value)),)


def _are_near(a: tuple[float, ...], b: tuple[float, ...], tolerance: float) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= tolerance for x, y in zip(a, b, strict=True))


def _told(rule: Rule, value: Value, nth: int, count: int) -> Note:
    """Return the note that says what the images of the `nth` of `count` parts have in common."""
    if value is None or value in {(), ""}:
        return Note.of(f"split_without_{rule.code}")
    match rule.code:
        case "kind":
            return Note.of("split_kind")
        case "orientation":
            return Note.of(f"split_plane_{_plane(value)}")
        case "direction" | "time" | "reference":
            return Note.of(f"split_{rule.code}", value=nth, of=count)
    if isinstance(value, tuple):
        return Note.of(f"split_{rule.code}", value=("×" if rule.code == "size" else " ").join(map(str, value)))
    return Note.of(f"split_{rule.code}", value=f"{value:g}" if isinstance(value, float) else str(value))


def _plane(orientation: Value) -> str:
    """Return the name of the plane that an orientation is nearest to."""
    rx, ry, rz, cx, cy, cz = _numbers(orientation)
    normal = (abs(ry * cz - rz * cy), abs(rz * cx - rx * cz), abs(rx * cy - ry * cx))
    name = ("sagittal", "coronal", "axial")[normal.index(max(normal))]
    return name if max(normal) > math.cos(math.radians(10)) else f"{name}_oblique"


def _volumes(group: Group, rules: Sequence[Rule]) -> list[Group]:
    """Split a group whose images share their places into volumes."""
    found = places(group.slices)
    if found is None:
        return [group]
    level = levels(found)
    at = [level[place] for place in found]
    if len(set(at)) < 2 or len(set(at)) == len(at):
        return [group]
    place_of = {one.key: where for one, where in zip(group.slices, at, strict=True)}
    for index, rule in enumerate(rules):
        parts = _parts(rule, group.slices)
        if len(parts) > 1 and _are_volumes([part for _, part in parts], place_of, len(set(at))):
            return [part for one in _divided(group, rule, parts) for part in _volumes(one, rules[index + 1 :])]
    return _by_order(group, place_of)


def _are_volumes(parts: list[list[Slice]], place_of: dict[int, int], count: int) -> bool:
    """Whether each part goes through most of the places, so that what differs is a volume and not a slice."""
    covered = [len({place_of[one.key] for one in part}) for part in parts]
    return sum(n * 2 > count for n in covered) * 2 > len(covered) and sum(covered) > count


def _by_order(group: Group, place_of: dict[int, int]) -> list[Group]:
    """Split where every place has equally many images, by the order in which they were taken at each place."""
    counts = Counter(place_of.values())
    volumes = max(counts.values())
    if min(counts.values()) < max(2, volumes - 1) or sum(counts.values()) < volumes * (len(counts) - 1):
        return [group]
    parts: list[list[Slice]] = [[] for _ in range(volumes)]
    nth: Counter[int] = Counter()
    for one in sorted(group.slices, key=_by_time):
        place = place_of[one.key]
        parts[nth[place]].append(one)
        nth[place] += 1
    note = _why_repeated(parts)
    return [
        replace(
            group,
            slices=tuple(sorted(part, key=_by_number)),
            split=(*group.split, Note.of("split_order", value=n, of=volumes)),
            notes=(*group.notes, note),
        )
        for n, part in enumerate(parts, start=1)
    ]


def _why_repeated(parts: Sequence[Sequence[Slice]]) -> Note:
    """Return the note on volumes in the same places: the same images again, or nobody knows."""
    uids = {frozenset(one.uid for one in part) for part in parts}
    if len(uids) == 1 and "" not in next(iter(uids)):
        return Note.of("duplicate_uids", count=sum(len(part) for part in parts[1:]))
    return Note.of("volumes_by_order", volumes=len(parts))


def _by_time(one: Slice) -> tuple[float, float, float, tuple[float, str, str, int]]:
    traits = one.traits
    times = (traits.trigger, traits.reference, traits.acquisition)
    a, b, c = (math.inf if time is None else float(time) for time in times)
    return a, b, c, _by_number(one)
