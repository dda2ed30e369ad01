"""What must be known about a picture beside what its corners say: marks, the state that is applied, doubts."""

from __future__ import annotations

from collections.abc import Iterable

from medapp.display.marks import marks
from medapp.i18n import clauses, tell, tr
from medapp.imaging.study import Note
from medapp.ui.cell_state import Picture

WARNING = "\u26a0 "


def must_be_seen(picture: Picture) -> list[str]:
    """Return what is told also where a person has hidden the other texts: marks, and an applied state."""
    return [*_presentation(picture), *marks(picture.instance, picture.shown, all_of_them=False)]


def about_picture(picture: Picture) -> list[str]:
    """Return what is told about a picture beside its marks, doubts first."""
    return [*_doubts(picture), *_presentation(picture)]


def note_texts(notes: Iterable[Note]) -> list[str]:
    """Return notes as sentences."""
    return [tr(f"note.{note.code}", **dict(note.params)) for note in notes]


def _doubts(picture: Picture) -> list[str]:
    problems = picture.companion.problems if picture.companion is not None else ()
    notes = (*picture.frame.notes, *picture.series.notes)
    return [WARNING + text for text in (*note_texts(notes), *map(tell, problems))]


def _presentation(picture: Picture) -> list[str]:
    """Return which presentation state is applied, and what of it is not; or that one could be."""
    companion = picture.companion
    if companion is None or not companion.states:
        return []
    if companion.applied is None or companion.presented is None:
        return [tr("viewer.as_stored", count=len(companion.states))]
    ref = companion.applied
    name = ref.description or ref.label or tr("viewer.state_nameless")
    number = companion.states.index(ref) + 1
    shown = tr("viewer.as_presented", name=name) if len(companion.states) == 1 else None
    lines = [shown or tr("viewer.as_presented_of", name=name, number=number, count=len(companion.states))]
    left_out = [tr(f"presentation.not_applied.{key}") for key in companion.presented.not_applied]
    return [*lines, *([tr("viewer.not_applied", what=clauses(left_out))] if left_out else [])]
