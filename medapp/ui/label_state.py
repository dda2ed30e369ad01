"""What label mode shows."""

from __future__ import annotations

from dataclasses import dataclass

from medapp.ui.cell_state import Place

LEFT_OUT = "x"


REASONS = ("quality", "view", "no_patient", "other_question", "other")
"""Why a case is left out, on the keys 1 to 5; text: ``label.reason_<reason>``."""


@dataclass(frozen=True)
class LabelView:
    """Label mode: what the strip shows of the project, of the case on screen, and of what was said last.

    Attributes
    ----------
    title, reader : str
        The label project, and who labels.
    classes, counts : tuple
        The classes on the keys 1 to 9, and how many cases have each.
    unsure, excluded, done, total : int
        Cases of which nobody is sure, that are left out, that have an answer, and all.
    answer : str
        What was said about the case on screen: a class, ``?``, ``x`` for left out, or nothing.
    told : str
        A sentence about what was just said, or about what is left.
    asking : bool
        Whether the reason for leaving the case out is asked for: digits choose it.
    advance : bool
        Whether the next case comes by itself.
    can_undo, settling, kept : bool
        Whether there is something to take back; whether disagreements are settled; whether the case on screen
        belongs to the sealed test.
    upcoming : tuple of Place
        What may be shown next.
    """

    title: str
    reader: str
    classes: tuple[str, ...]
    counts: tuple[int, ...] = ()
    unsure: int = 0
    excluded: int = 0
    done: int = 0
    total: int = 0
    answer: str = ""
    told: str = ""
    asking: bool = False
    advance: bool = True
    can_undo: bool = False
    settling: bool = False
    kept: bool = False
    upcoming: tuple[Place, ...] = ()
