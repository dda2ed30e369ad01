"""One thing that ``medapp doctor`` has looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    topic : str
        What it is about.
    well : bool
        Whether nothing needs to be done.
    text : str
        What was found, in words.
    details : dict
        The same for programs.
    advice : str
        What it means and what to do, or empty.
    """

    topic: str
    well: bool
    text: str
    details: dict[str, Any] = field(default_factory=dict)
    advice: str = ""
