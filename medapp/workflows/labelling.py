"""Label projects: a folder with what is asked and a table of every answer, on the disk before the next case comes."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from medapp.errors import MedappError, Problem
from medapp.imaging.archive import MEMBER
from medapp.storage.labels import LabelFile
from medapp.training.cases.label_table import TABLE_NAME
from medapp.training.cases.verdicts import COLUMNS, Final, Verdict, finals, verdict_from
from medapp.workflows.label_plan import PLAN_FILE, LabelPlan, read_plan, write_plan


class LabelProject:
    """A label project in its folder. Thread-safe; `say` returns when the answer is on the disk."""

    def __init__(self, folder: Path, plan: LabelPlan) -> None:
        self.folder = folder
        self._plan = plan
        self._file = LabelFile(folder / TABLE_NAME, COLUMNS)
        self._lock = threading.Lock()
        self._verdicts = [verdict_from(row) for row in self._file.read()]

    @classmethod
    def create(cls, projects: Path, plan: LabelPlan) -> LabelProject:
        """Make a project below `projects`; raises ``labels.not_saved`` where the disk refuses."""
        now = time_now()
        name = re.sub(r"[^a-z0-9]+", "-", plan.title.casefold()).strip("-")[:40] or "labels"
        folder = projects / f"{now[:10]}-{name}-{secrets.token_hex(2)}"
        made = replace(plan, created=now, seed=plan.seed or secrets.randbelow(2**31) + 1)
        write_plan(folder, made)
        return cls(folder, made)

    @classmethod
    def open(cls, folder: Path) -> LabelProject:
        """Open the project in `folder`; raises as `read_plan` and `LabelFile.read` do."""
        return cls(folder, read_plan(folder))

    @property
    def plan(self) -> LabelPlan:
        """What the project is about."""
        return self._plan

    @property
    def table(self) -> Path:
        """The table of answers."""
        return self._file.path

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Every answer, in the order of time."""
        with self._lock:
            return tuple(self._verdicts)

    @property
    def readers(self) -> tuple[str, ...]:
        """Everyone who has answered, in the order of their names."""
        return tuple(sorted({verdict.reader for verdict in self.verdicts}))

    def finals(self) -> dict[str, Final]:
        """Return what holds about each case that anybody has answered."""
        return finals(self.verdicts)

    def say(self, *verdicts: Verdict) -> None:
        """Write answers down; raises ``labels.not_saved`` where the disk refuses: then nothing was said."""
        with self._lock:
            self._file.append([verdict.cells() for verdict in verdicts])
            self._verdicts.extend(verdicts)

    def change(self, plan: LabelPlan) -> None:
        """Keep another plan."""
        if plan != self._plan:
            write_plan(self.folder, plan)
            self._plan = plan


def find_label_projects(projects: Path) -> tuple[list[LabelProject], list[Problem]]:
    """Return the label projects below `projects`, the one changed last first, and what is wrong with others."""
    found: list[LabelProject] = []
    problems: list[Problem] = []
    for folder in sorted((file.parent for file in projects.glob(f"*/{PLAN_FILE}")), key=_changed, reverse=True):
        try:
            found.append(LabelProject.open(folder))
        except MedappError as error:
            problems.append(Problem.from_error(str(folder), error))
    return found, problems


def find_label_project(name: str, projects: Path) -> LabelProject:
    """Return the label project of that name, or in that folder; raises ``labels.unknown_project``."""
    for folder in (Path(name), projects / name):
        if (folder / PLAN_FILE).is_file():
            return LabelProject.open(folder)
    raise MedappError("labels.unknown_project", name=name)


def _changed(folder: Path) -> float:
    """Return when anything was written in a project last."""
    times = []
    for name in (TABLE_NAME, PLAN_FILE):
        try:
            times.append((folder / name).stat().st_mtime)
        except OSError:
            continue  # nothing was answered yet, or it was taken away meanwhile
    return max(times, default=0.0)


def file_name(source: str) -> str:
    """Return what a case is called in the table: the whole path of its file, or of the archive and the member."""
    path, mark, member = source.partition(MEMBER)
    return f"{Path(path).absolute()}{mark}{member}"


def classes_of_question(find: str, other: str) -> Sequence[str]:
    """Return the classes that a teaching project asks about."""
    return [name for name in (other.strip(), find.strip()) if name]


def time_now() -> str:
    """Return the time as it is written down."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
