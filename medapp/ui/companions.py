"""What other objects of a study say about an image: presentation states and segmentations, read when it is shown."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from medapp.display.presentation import Presented, presented
from medapp.display.segments import SegmentLayers, segments_of
from medapp.errors import MedappError, Problem
from medapp.imaging.frame import Frame
from medapp.imaging.frames import Key
from medapp.imaging.presentation import PresentationState
from medapp.imaging.readers import Readers
from medapp.imaging.segmentation import Segmentation
from medapp.imaging.sop_classes import SEGMENTATIONS
from medapp.imaging.study import Instance, PresentationRef, Scan, StructureRef, Study

STATES_KEPT, SEGMENTATIONS_KEPT = 64, 4
LAYER_BYTES = 96 * 2**20
T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """How images with presentation states are shown.

    Attributes
    ----------
    as_stored : bool
        Whether no state is applied.
    source : str
        The state that a person chose; empty, or where it is not about an image: the newest.
    """

    as_stored: bool = False
    source: str = ""


@dataclass(frozen=True, eq=False)
class Companion:
    """What belongs to one frame.

    Attributes
    ----------
    states : tuple of PresentationRef
        The presentation states that are about it, the newest first.
    applied : PresentationRef or None
        The one that is applied.
    presented : Presented or None
        The frame as that one wants it to be seen.
    segments : tuple of SegmentLayers
        Of each segmentation of the study that lies on it.
    problems : tuple of Problem
        Objects that could not be read.
    """

    states: tuple[PresentationRef, ...] = ()
    applied: PresentationRef | None = None
    presented: Presented | None = None
    segments: tuple[SegmentLayers, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def size_bytes(self) -> int:
        """What it takes in memory beside the frame."""
        return sum(3 * layers.index.nbytes for layers in self.segments)


@dataclass(frozen=True)
class _About:
    """The objects that may say something about an image; not read yet."""

    instance: Instance
    states: tuple[PresentationRef, ...] = ()
    segmentations: tuple[str, ...] = ()


class _Kept(Generic[T]):
    """The objects read last, each read once; one that cannot be read is not tried again."""

    def __init__(self, read: Callable[[str], T], most: int) -> None:
        self._read, self._most = read, most
        self._known: OrderedDict[str, T | Problem] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, source: str) -> T | Problem:
        with self._lock:  # two threads that want the same object read it once
            if source not in self._known:
                try:
                    self._known[source] = self._read(source)
                except MedappError as error:
                    self._known[source] = Problem.from_error(source, error)
            self._known.move_to_end(source)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return self._known[source]


class Companions:
    """Finds, reads and applies what belongs to frames. `of` blocks: for worker threads; the rest is the window's."""

    def __init__(self, readers: Readers) -> None:
        self._states: _Kept[PresentationState] = _Kept(readers.presentation, STATES_KEPT)
        self._segmentations: _Kept[Segmentation] = _Kept(readers.segmentation, SEGMENTATIONS_KEPT)
        self._scan: Scan | None = None
        self._about: Mapping[str, _About] = {}
        self._choice = Choice()
        self._made: OrderedDict[Key, tuple[object, Companion]] = OrderedDict()
        self._lock = threading.Lock()

    def follow(self, scan: Scan, choice: Choice) -> bool:
        """Take what is open and what is chosen; tell whether images may look different now."""
        if scan is self._scan and choice == self._choice:
            return False
        about = self._about if scan is self._scan else _index(scan)
        changed = choice != self._choice or about != self._about
        self._scan, self._choice = scan, choice
        if changed:
            self._about = about
        return changed and bool(about or self._made)

    def is_ready(self, key: Key) -> bool:
        """Tell whether `peek` knows all there is to know."""
        about = self._about.get(key[0])
        known = self._made.get(key)
        return about is None or (known is not None and known[0] == (about, self._choice))

    def peek(self, key: Key) -> Companion | None:
        """Return what belongs to a frame, None where nothing does or it is not known yet. Never blocks."""
        known = self._made.get(key)
        return known[1] if known is not None and key[0] in self._about else None

    def prepare(self, key: Key, frame: Frame) -> Companion | None:
        """Find out what belongs to a frame; None where nothing does. Blocks."""
        about, choice = self._about.get(key[0]), self._choice
        if about is None:
            return None
        if self.is_ready(key):
            return self.peek(key)
        companion = self._make(about, choice, frame)
        with self._lock:
            self._made[key] = (about, choice), companion
            self._made.move_to_end(key)
            room = LAYER_BYTES - sum(c.size_bytes for _, c in self._made.values())
            while room < 0 and len(self._made) > 1:
                room += self._made.popitem(last=False)[1][1].size_bytes
        return companion

    def _make(self, about: _About, choice: Choice, frame: Frame) -> Companion:
        companion = Companion(states=about.states)
        for source in about.segmentations:
            read = self._segmentations.get(source)
            if isinstance(read, Problem):
                companion = replace(companion, problems=(*companion.problems, read))
            elif not (layers := segments_of(read, about.instance, frame)).is_empty:
                companion = replace(companion, segments=(*companion.segments, layers))
        return companion if choice.as_stored else self._with_state(companion, about, choice, frame)

    def _with_state(self, companion: Companion, about: _About, choice: Choice, frame: Frame) -> Companion:
        """Apply the chosen state, or the newest that is about the frame and can be read."""
        problems = list(companion.problems)
        fitting: list[PresentationRef] = []
        applied: tuple[PresentationRef, Presented] | None = None
        for ref in sorted(about.states, key=lambda ref: ref.source != choice.source):
            state = self._states.get(ref.source)
            if isinstance(state, Problem):
                problems.append(state)
            elif (shown := presented(frame, state, about.instance.sop_instance_uid)) is not None:
                fitting.append(ref)
                applied = applied or (ref, shown)
        states = tuple(ref for ref in about.states if ref in fitting)
        companion = replace(companion, states=states, problems=tuple(problems))
        return replace(companion, applied=applied[0], presented=applied[1]) if applied else companion


def _index(scan: Scan) -> dict[str, _About]:
    """Return, by source, the images that something else in their study may be about."""
    found: dict[str, _About] = {}
    for study in scan.studies:
        segmentations = [i for i in _instances(study) if i.sop_class_uid in SEGMENTATIONS]
        if study.presentations or study.structures or segmentations:
            found |= _index_of(study, segmentations)
    return found


def _instances(study: Study) -> Iterable[Instance]:
    return (instance for series in study.series for instance in series.instances)


def _index_of(study: Study, segmentations: list[Instance]) -> dict[str, _About]:
    by_image: dict[str, list[PresentationRef]] = {}
    for ref in sorted(study.presentations, key=lambda ref: (ref.created, ref.source), reverse=True):
        for uid in ref.refers_to:
            by_image.setdefault(uid, []).append(ref)
    found: dict[str, _About] = {}
    for instance in _instances(study):
        states = tuple(by_image.get(instance.sop_instance_uid, ()))
        over = tuple(s.source for s in segmentations if s is instance or _may_lie_on(s, instance))
        over += tuple(s.source for s in study.structures if _are_over(s, instance))
        if states or over:
            found[instance.source] = _About(instance, states, over)
    return found


def _are_over(structures: StructureRef, image: Instance) -> bool:
    """Tell whether contours may lie on an image: it is named, or lies in their frame of reference."""
    if image.sop_class_uid in SEGMENTATIONS:
        return False
    return image.sop_instance_uid in structures.refers_to or image.geometry.frame_of_reference in structures.spaces


def _may_lie_on(segmentation: Instance, image: Instance) -> bool:
    """Tell whether a segmentation names an image, or lies in its frame of reference."""
    if image.sop_class_uid in SEGMENTATIONS:
        return False
    space = image.geometry.frame_of_reference
    return image.sop_instance_uid in segmentation.refers_to or (
        bool(space) and space == segmentation.geometry.frame_of_reference
    )
