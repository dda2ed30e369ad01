"""Cells that go along with the active one: where to, and how; and where its slice lies in the others."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache

from medapp.display.cross_reference import CrossLine, cross_reference, plane_of, share_space
from medapp.display.linked_view import linked_viewport
from medapp.display.stack_places import (
    Bond,
    StackPlaces,
    bond_between,
    index_at_same_offset,
    index_at_same_place,
    stack_places,
)
from medapp.display.viewport import Viewport
from medapp.imaging.study import Geometry, Scan, Series
from medapp.ui.cell_changes import CellChanges, on_screen
from medapp.ui.cell_state import Cell, Picture, Place, VoiChoice
from medapp.ui.state import State, find_series

KNOWN_STACKS = 64


class KnownPlaces:
    """Where the images of the stacks on screen lie, found out once for each."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[Series, StackPlaces | None]] = OrderedDict()

    def of(self, series: Series) -> StackPlaces | None:
        """Return the places of a series."""
        known = self._known.get(id(series))
        if known is None:
            known = self._known[id(series)] = series, stack_places(series)
            while len(self._known) > KNOWN_STACKS:
                self._known.popitem(last=False)
        return known[1]


_places = KnownPlaces()


def bond_of(state: State, cell: Cell) -> Bond | None:
    """Return how another cell goes along when the active one is scrolled; None where it does not."""
    mine, its = state.located, _series(state, cell)
    if not state.link.scroll or mine is None or its is None or min(mine[1].frames, its.frames) < 2:
        return None
    return bond_between(_places.of(mine[1]), _places.of(its))


def _series(state: State, cell: Cell) -> Series | None:
    located = find_series(state.scan, cell.place.series) if cell.place is not None else None
    return located[1] if located is not None else None


class Links:
    """Knows where linked cells were beside each other, so that they keep their offset beyond the end of a stack."""

    def __init__(self) -> None:
        self._anchors: dict[int, Place] = {}
        self._scan: Scan | None = None

    def partners(self, state: State, place: Place) -> dict[int, Place]:
        """Return where linked cells go when the active one goes to `place`, an image of the series that it shows."""
        self._anchor(state)
        before = state.place
        if before is None or before.series != place.series or before.index == place.index:
            return {}
        found = ((n, self._partner(state, n, place)) for n in self._anchors if n != state.active)
        return {number: partner for number, partner in found if partner is not None}

    def _anchor(self, state: State) -> None:
        """Take what is on screen as beside each other, where a cell was linked or shows another series."""
        if not state.link.scroll:
            self._anchors = {}
            return
        now = {n: place for n in on_screen(state) if (place := state.cell(n).place) is not None}
        is_known = {n: p.series for n, p in now.items()} == {n: p.series for n, p in self._anchors.items()}
        if not is_known or state.scan is not self._scan:
            self._anchors, self._scan = now, state.scan

    def _partner(self, state: State, number: int, place: Place) -> Place | None:
        cell = state.cell(number)
        bond, mine, its = bond_of(state, cell), state.series, _series(state, cell)
        if bond is None or mine is None or its is None or place.index >= mine.frames:
            return None
        now = cell.place or self._anchors[number]
        one, other = _places.of(mine), _places.of(its)
        if bond == "position" and one is not None and other is not None:
            return Place(now.series, index_at_same_place(one, place.index, other, now.index))
        anchors = self._anchors[state.active].index, self._anchors[number].index
        return Place(now.series, index_at_same_offset(one, place.index, other, anchors, its.frames))


def link_viewport(state: State, viewport: Viewport, changes: CellChanges) -> None:
    """Let the linked cells show the same part as the active one, which is shown through `viewport`."""
    if state.link.zoom and state.picture is not None:
        for number, picture in _others(state):
            before = state.cell(number).viewport
            linked = linked_viewport(viewport, state.picture.shown, picture.shown, before)
            changes.put(number, viewport=linked)


def link_window(state: State, choice: VoiChoice, changes: CellChanges) -> None:
    """Give the linked cells of the same modality and unit the window that the active one is given."""
    mine = state.picture
    if not state.link.window or mine is None:
        return
    for number, picture in _others(state):
        if picture.frame.is_colour or _scale_of(picture) != _scale_of(mine):
            continue
        own = VoiChoice("automatic", window=picture.automatic) if choice.kind == "automatic" else choice
        changes.put(number, voi={**state.cell(number).voi, picture.place.series: own})


def _scale_of(picture: Picture) -> tuple[str, str]:
    return picture.frame.modality, picture.frame.unit


def _others(state: State) -> list[tuple[int, Picture]]:
    shown = [(number, state.cell(number).picture) for number in on_screen(state) if number != state.active]
    return [(number, picture) for number, picture in shown if picture is not None]


def cross_line(state: State, picture: Picture | None) -> CrossLine | None:
    """Return where the active cell's slice cuts the picture of another cell, where lines are wanted."""
    mine = state.picture
    if not state.cross_lines or mine is None or picture is None or state.labelling is not None:
        return None
    here, there = mine.frame, picture.frame
    return _line(here.geometry, here.shape, there.geometry, there.shape)


@lru_cache(maxsize=KNOWN_STACKS)
def _line(here: Geometry, size: tuple[int, int], there: Geometry, other_size: tuple[int, int]) -> CrossLine | None:
    """Return the line of two images; asked for again with every change of the window."""
    if not share_space(here, there):
        return None
    one, other = plane_of(here, *size), plane_of(there, *other_size)
    return None if one is None or other is None else cross_reference(one, other)
