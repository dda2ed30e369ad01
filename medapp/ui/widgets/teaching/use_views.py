"""What the sixth step shows beside the model's name, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ScopeView:
    """What the model may be asked about, as a person writes it: lists with commas, ages in years."""

    modalities: str = ""
    body_parts: str = ""
    views: str = ""
    age_from: str = ""
    age_to: str = ""
    makers: str = ""


@dataclass(frozen=True)
class ContestView:
    """The comparison with the model in use: whom it would be with, how far it is, what it said."""

    champion: str = ""
    running: bool = False
    phase: str = ""
    done: int = 0
    total: int = 0
    verdict: str = ""
    lines: tuple[str, ...] = ()
    flips: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class WatchView:
    """The silent watch: whether it goes on, how far it is, and its summary."""

    watching: bool = False
    complete: bool = False
    done: int = 0
    wanted: int = 0
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class UsingView:
    """Everything of the sixth step but the name and what is in use; `outdated`: another model would be put in use."""

    ready: bool = False
    outdated: bool = False
    scope: ScopeView = field(default_factory=ScopeView)
    scope_problem: str = ""
    scope_changed: bool = False
    contest: ContestView = field(default_factory=ContestView)
    watch: WatchView = field(default_factory=WatchView)
    removable: bool = False
