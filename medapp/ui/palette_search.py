"""Finds commands by parts of their names, in any language of the program. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RUN, BEGINNING, PER_LETTER = 4.0, 3.0, 1.0
RECENT = 0.5
GAP = 0.05
ENOUGH = 0.5


@dataclass(frozen=True)
class Entry:
    """What can be chosen: what it is called and where it stands, its keys, and all that it may be found by."""

    id: str
    title: str
    place: str = ""
    keys: str = ""
    searched: tuple[str, ...] = ()


def found(query: str, entries: Iterable[Entry], recent: Sequence[str] = ()) -> list[Entry]:
    """Return the entries that hold every word of `query`, the best first.

    A word is held where its letters follow each other in a name, with gaps or without; letters in a row and beginnings
    of words count more, and what is found much worse than the best is left out. Without a query those chosen last come
    first, then all in their order.
    """
    words = query.casefold().split()
    ranked: list[tuple[float, int, int, Entry]] = []
    for place, entry in enumerate(entries):
        score = _score_of_all(words, entry)
        if score is not None:
            late = recent.index(entry.id) if entry.id in recent else len(recent)
            bonus = RECENT if words and entry.id in recent else 0.0
            ranked.append((-(score + bonus), late, place, entry))
    ranked.sort(key=lambda r: r[:3])
    enough = ENOUGH * -ranked[0][0] if ranked and words else 0.0
    return [entry for score, *_, entry in ranked if not words or -score >= enough]


def _score_of_all(words: Sequence[str], entry: Entry) -> float | None:
    total = 0.0
    for word in words:
        scores = [s for name in (entry.title, *entry.searched) if (s := score(word, name)) is not None]
        if not scores:
            return None
        total += max(scores)
    return total


def score(word: str, name: str) -> float | None:
    """Return how well `word` is found in `name`, or None.

    Examples
    --------
    >>> score("inv", "Invert") > score("ivt", "Invert") > 0
    True
    >>> score("xyz", "Invert") is None
    True
    """
    text = name.casefold()
    at = text.find(word)
    if at >= 0:
        starts = at == 0 or not text[at - 1].isalnum()
        return PER_LETTER * len(word) + RUN + (BEGINNING if starts else 0.0) - GAP * at
    return _scattered(word, text)


def _scattered(word: str, text: str) -> float | None:
    """Return the score of letters that follow each other with gaps: each at a word's beginning counts more."""
    at, total = -1, 0.0
    for letter in word:
        following = text.find(letter, at + 1)
        if following < 0:
            return None
        starts = following == 0 or not text[following - 1].isalnum()
        total += PER_LETTER if starts or following == at + 1 else PER_LETTER / 4
        total -= GAP * (following - at - 1)
        at = following
    return total
