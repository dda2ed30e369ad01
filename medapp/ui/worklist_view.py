"""What the window shows of stacks and worklists, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medapp.jobs import Progress

WAITING, ANSWERED, REFUSED, FAILED = range(4)
"""What became of an image of a stack."""


@dataclass(frozen=True, eq=False)
class StackView:
    """The answers for the images of a stack.

    Attributes
    ----------
    series : str
        Key of the series.
    scores : ndarray of float, shape (n,)
        0 to 1; NaN where there is none.
    states : ndarray of uint8, shape (n,)
        ``WAITING`` … ``FAILED``.
    limit : float or None
        The operating point.
    colour : str
        Of the class that the scores are about.
    text : str
        What the stack comes to, in words.
    """

    series: str
    scores: NDArray[np.float64]
    states: NDArray[np.uint8]
    limit: float | None = None
    colour: str = ""
    text: str = ""


@dataclass(frozen=True)
class RowView:
    """A row of the worklist as it is read.

    `colour` is that of the class that the score is about, `tone` a role of the style sheet; `hint` says more.
    """

    name: str
    state: str
    score: str = ""
    share: float | None = None
    colour: str = ""
    answer: str = ""
    opinion: str = ""
    tone: str = ""
    hint: str = ""


@dataclass(frozen=True)
class WorklistView:
    """The worklist but for its rows.

    Attributes
    ----------
    shown : bool
        Whether its panel is open.
    listing, running : bool
        Whether rows are being made, and answered.
    rows : int
    counts : dict of str to int
        Rows by stage.
    older : int
        Rows whose answer is an older model's.
    progress : Progress or None
        Of the run.
    unfinished : int
        Rows of a worklist that was not worked through to its end; it can be taken up.
    current : int
        The row of the image on screen, or -1.
    opinion : str
        What was said of it.
    judged : str
        Identity of the image whose answer stands there and can be judged; empty where there is none.
    """

    shown: bool = False
    listing: bool = False
    running: bool = False
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    older: int = 0
    progress: Progress | None = None
    unfinished: int = 0
    current: int = -1
    opinion: str = ""
    judged: str = ""

    @property
    def can_be_judged(self) -> bool:
        """Whether the row of the image on screen has an answer that something can be said of."""
        return bool(self.judged)

    @property
    def waiting(self) -> int:
        """Rows that a run would answer: those without an answer of the model in use."""
        return self.counts.get("waiting", 0) + self.counts.get("failed", 0) + self.older
