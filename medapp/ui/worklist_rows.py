"""The rows of the worklist in the order that they are read in. Sixty thousand are counted and sorted at a glance."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.classify.reasons import score_text
from medapp.i18n import tr
from medapp.storage.opinions import Opinion
from medapp.ui import theme
from medapp.ui.worklist_view import RowView
from medapp.workflows.batches import Wanted
from medapp.workflows.worklist import WAITING, Entry, Key, Stage, Standing

BY_NAME, BY_STATE, BY_SCORE = range(3)
STAGES = tuple(Stage)
TONES = {
    Stage.WAITING: "dim",
    Stage.REFUSED: "attention",
    Stage.UNCLEAR: "attention",
    Stage.NO_MODEL: "dim",
    Stage.FAILED: "danger",
}


class WorklistRows:
    """Entries with their standings and opinions, sorted."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self._standings: dict[Key, Standing] = {}
        self._opinions: dict[tuple[str, str], Opinion] = {}
        self._number_of: dict[Key, int] = {}
        self._starts: dict[str, list[tuple[int, int]]] = {}
        self._sorted = (BY_NAME, False)
        self.replace(())

    def __len__(self) -> int:
        return len(self.entries)

    def replace(self, entries: tuple[Entry, ...]) -> None:
        """Take other entries; what is known of those that stay is kept."""
        self.entries = entries
        self._number_of = {entry.key: number for number, entry in enumerate(entries)}
        self._starts = _starts_of(entries)
        self._standings = {key: one for key, one in self._standings.items() if key in self._number_of}
        self._stages = np.zeros(len(entries), np.uint8)
        self._scores = np.full(len(entries), np.nan)
        self._older = np.zeros(len(entries), bool)
        for key, standing in self._standings.items():
            self._note(self._number_of[key], standing)
        self._sort()

    def take(self, changes: Mapping[Key, Standing]) -> None:
        """Take what became of rows."""
        for key, standing in changes.items():
            number = self._number_of.get(key)
            if number is not None:
                self._standings[key] = standing
                self._note(number, standing)

    def copied(self) -> WorklistRows:
        """Return the rows as they are now, for a worker."""
        made = copy(self)
        made._standings, made._opinions = dict(self._standings), dict(self._opinions)
        return made

    def forget(self) -> None:
        """Forget what became of rows; they wait until it is told again."""
        self._standings = {}
        self.replace(self.entries)

    def take_opinions(self, opinions: Mapping[tuple[str, str], Opinion]) -> None:
        """Take what was said of answers, by identity and manifest hash."""
        self._opinions |= opinions

    def _note(self, number: int, standing: Standing) -> None:
        self._stages[number] = STAGES.index(standing.stage)
        self._scores[number] = np.nan if standing.score is None else standing.score
        self._older[number] = not standing.is_current

    def sort(self, column: int, *, descending: bool) -> None:
        """Sort by a column; rows without a score come last."""
        self._sorted = column, descending
        self._sort()

    def sort_again(self) -> None:
        """Sort by what has become known since."""
        self._sort()

    def _sort(self) -> None:
        column, descending = self._sorted
        numbers = np.arange(len(self.entries))
        key: NDArray[np.floating | np.integer] = (numbers, self._stages.astype(np.int16), self._scores)[column]
        self._order = np.argsort(-key if descending else key, kind="stable")
        self._place_of = np.empty_like(self._order)
        self._place_of[self._order] = numbers

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each stage."""
        found = np.bincount(self._stages, minlength=len(STAGES))
        return {str(stage): int(n) for stage, n in zip(STAGES, found, strict=True) if n}

    @property
    def older(self) -> int:
        """Rows whose answer is an older model's."""
        return int(np.count_nonzero(self._older))

    def entry(self, place: int) -> Entry:
        """Return the entry at a place on screen."""
        return self.entries[int(self._order[place])]

    def standing(self, entry: Entry) -> Standing:
        """Return what is known of an entry."""
        return self._standings.get(entry.key, WAITING)

    def opinion(self, standing: Standing) -> Opinion | None:
        """Return what was said of a row's answer."""
        model = standing.model
        return None if model is None else self._opinions.get((standing.identity, model.manifest_hash))

    def place_of(self, series: str, index: int, image: Wanted) -> int:
        """Return where the row of an image is on screen, the one at `index` of a series; -1 where it has none (yet)."""
        starts = self._starts.get(series, [])
        found = bisect_right(starts, index, key=lambda start: start[0]) - 1
        if found < 0 or image not in self.entries[starts[found][1]].images:
            return -1
        return int(self._place_of[starts[found][1]])

    def view(self, place: int) -> RowView:
        """Return a row as it is read."""
        entry = self.entry(place)
        standing = self.standing(entry)
        opinion = self.opinion(standing)
        many = len(entry.images)
        shown = RowView(
            entry.name if many == 1 else tr("worklist.stack_name", name=entry.name, images=many),
            _state_text(standing, many),
            share=standing.score,
            score=_score_text(standing),
            colour=theme.class_colour(standing.place),
            answer=standing.label,
            opinion=tr(f"worklist.said.{opinion.said}") if opinion else "",
            tone=TONES.get(standing.stage, ""),
            hint=standing.reason,
        )
        return shown if standing.is_current else _as_older(shown, standing)


def _starts_of(entries: tuple[Entry, ...]) -> dict[str, list[tuple[int, int]]]:
    """Return of each series from which of its images on which row goes: pictures may have pages, so rows differ."""
    starts: dict[str, list[tuple[int, int]]] = {}
    for number, entry in enumerate(entries):
        starts.setdefault(entry.series, []).append((entry.first, number))
    return starts


def _score_text(standing: Standing) -> str:
    """Return the score with the class that it is about, and of a stack by which rule it was put together."""
    if standing.score is None:
        return ""
    how = f".{standing.how}" if standing.how else ""
    return tr(f"worklist.score{how}", label=standing.about, score=score_text(standing.score, standing.how)).strip()


def _state_text(standing: Standing, images: int) -> str:
    told = standing.answered + standing.refused + standing.failed
    if standing.stage is Stage.WAITING and told:
        return tr("worklist.part", done=told, images=images)
    text = tr(f"worklist.stage.{standing.stage}")
    aside = standing.refused + standing.failed
    return tr("worklist.but", state=text, aside=aside) if images > 1 and standing.answered and aside else text


def _as_older(shown: RowView, standing: Standing) -> RowView:
    version = standing.model.version if standing.model else ""
    hint = tr("worklist.older_hint", version=version)
    return replace(shown, state=tr("worklist.older", state=shown.state), tone="dim", hint=hint)
