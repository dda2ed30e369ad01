"""What the teaching page is made from: the project as it was read, and what is going on now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medapp.errors import Problem
from medapp.jobs import Progress
from medapp.training.cases.table_cases import Uncertain
from medapp.training.runs.request import Effort
from medapp.training.runs.run import RunState
from medapp.ui.widgets.teaching.check_views import PageView
from medapp.ui.widgets.teaching.views import CaseSeen, ClassRow, MistakeView, RunRow, StartChoice, Step
from medapp.workflows.project_state import State
from medapp.workflows.project_state import StepMark as ProjectMark


@dataclass(frozen=True)
class StartWish:
    """What the next training starts from: a model of this station, a weights file, or a new network."""

    base: str = ""
    architecture: str = ""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A project as it was read in a worker thread, with everything that takes a file to know.

    `evidence` is the part of the best training's report that is about cases for learning alone; `report` is the whole
    of it, and there only once the sealed test was opened. `estimates` are seconds by network and effort.
    """

    state: State
    marks: Mapping[str, ProjectMark]
    runs: tuple[RunRow, ...] = ()
    trained: bool = False
    interrupted: bool = False
    rule: str = ""
    evidence: Mapping[str, Any] | None = None
    report: Mapping[str, Any] | None = None
    methods: str = ""
    starts: tuple[StartChoice, ...] = ()
    estimates: Mapping[str, Mapping[Effort, float]] = field(default_factory=dict)
    in_use: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Doing:
    """What is going on now, and is forgotten when the window is closed."""

    step: Step = Step.QUESTION
    classes: tuple[ClassRow, ...] = ()
    example: str = ""
    seen: CaseSeen | None = None
    reading: Progress | None = None
    cases_problem: Problem | None = None
    cases_wanted: Path | None = None
    uncertain: Uncertain = ""
    start: StartWish = StartWish()
    run: RunState | None = None
    progress: Progress | None = None
    training: bool = False
    followed: bool = False
    stopping: bool = False
    pages: Mapping[str, PageView] = field(default_factory=dict)
    mistakes: tuple[MistakeView, ...] | None = None
    mistakes_of: tuple[int, int] = (0, 0)
