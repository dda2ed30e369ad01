"""Teaching a model in six steps, saved as they happen: question, cases, check, train, sealed test, use."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medapp.classify.package import read_package
from medapp.classify.registry import Registry
from medapp.errors import MedappError, Problem
from medapp.i18n import tr
from medapp.jobs import Job
from medapp.training.cases.decided import DECIDED_FILE, write_decided
from medapp.training.cases.patients import compile_pattern
from medapp.training.cases.survey import ReadsFrames
from medapp.training.cases.table_cases import Uncertain
from medapp.training.cases.tables.importing import Imported
from medapp.training.cases.tables.stored import SUFFIX, write_folder
from medapp.training.checking.check import Checked, check
from medapp.training.checking.remedies import REMEDIES_FILE, write_remedies
from medapp.training.lineage import built_in_model, lineage_of
from medapp.training.reporting.report_page.writing import write_run_page
from medapp.training.runs.request import Effort
from medapp.training.runs.run import Run
from medapp.workflows.project_file import project_folders, read_state, write_state
from medapp.workflows.project_runs import development_auc, request_of, rule_of
from medapp.workflows.project_state import LabEntry, Question, State, Step, StepMark

ATTENTION = frozenset({"blocking", "serious"})


class Project:
    """A teaching project in its folder. Every change is on the disk before the call returns. Thread-safe."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self._state = state
        self._lock = threading.RLock()
        self.set_aside: Problem | None = None

    @classmethod
    def create(cls, projects: Path, title: str = "") -> Project:
        """Make a new project below `projects`."""
        now = _now()
        name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40] or "project"
        folder = projects / f"{now[:10]}-{name}-{secrets.token_hex(2)}"
        project = cls(folder, State(title or tr("project.untitled"), now))
        project._record("created")
        return project

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Open the project in `folder`; raises as `read_state` does. What could be saved of a damaged one is kept."""
        state, aside = read_state(folder)
        project = cls(folder, state)
        if aside:
            project._record("restored", {"name": aside})
            project.set_aside = Problem(str(folder), "project.restored", {"title": state.title, "name": aside})
        return project

    @property
    def state(self) -> State:
        """What the project remembers."""
        return self._state

    def ask(self, question: Question) -> None:
        """Write down the question. Edits that follow each other are one line of the lab book: its last wording."""
        if question != self._state.question:
            self._record("question", question=question, instead=True)

    def rename(self, title: str) -> None:
        """Give the project another title."""
        self._record("title", title=title)

    def choose_cases(self, folder: Path, pattern: str = "", uncertain: Uncertain = "") -> None:
        """Choose the labelled folder or the table of labels, the pattern for the patient, and what −1 and ? mean.

        What was found about other cases is forgotten, the seal with it; the lab book remembers.

        Raises
        ------
        MedappError
            ``patients.pattern`` where the pattern is no regular expression.
        """
        if pattern:
            compile_pattern(pattern)
        state = self._state
        if (str(folder), pattern, uncertain) == (state.cases, state.pattern, state.uncertain):
            return
        table = state.table if str(folder) == state.cases else None
        self._take_cases("cases", {}, cases=str(folder), pattern=pattern, uncertain=uncertain, table=table)

    def choose_table(self, imported: Imported, pattern: str = "") -> None:
        """Take the cases of a table that was matched with its images, and keep them beside the project.

        Raises
        ------
        MedappError
            ``table.asked`` as long as it holds texts that nobody has said the meaning of; ``table.not_kept``.
        """
        imported.refuse_open()
        if pattern:
            compile_pattern(pattern)
        kept = self.folder / f"{secrets.token_hex(4)}{SUFFIX}"
        write_folder(kept, imported.to_folder())
        told = {"rows": imported.matching.matched, "images": len(imported.outcome.cases)}
        table = imported.plan_to_json()
        self._take_cases("table", told, cases=str(kept), pattern=pattern, uncertain="", table=table)

    def _take_cases(self, action: str, told: Mapping[str, int], *, cases: str, **taken: Any) -> None:  # noqa: ANN401
        """Remember other cases, and forget what was found about those before."""
        forgotten: dict[str, Any] = {"checked": None, "sealed": None, "runs": (), "ended": (), "openings": 0}
        if cases != self._state.cases:
            forgotten["remedies"] = ()
        self._record(action, told, cases=cases, stale=False, **taken, **forgotten)

    def check(self, readers: ReadsFrames, registry: Registry) -> Job[Checked]:
        """Read and check the cases; the answer is kept. The split is the one that the training will use.

        What was decided about earlier findings is taken as done.
        """
        if not self._state.cases:
            raise MedappError("project.no_cases")
        lineage = lineage_of(built_in_model(registry), seed=0)
        cases, pattern = Path(self._state.cases), self._state.pattern or None
        taken, uncertain = self._state.remedies, self._state.uncertain
        checked = yield from check(cases, readers, pattern, lineage.salt, lineage.sides, uncertain, taken)
        if not self._state.sealed:
            self._keep_sides(checked)
        if not self._state.sealed or self._state.stale:
            answer = checked.to_json()
            stale = taken != self._state.remedies
            self._record("checked", {"n": len(checked.survey.seen)}, checked=answer, stale=stale)
        return checked

    def _keep_sides(self, checked: Checked) -> None:
        """Keep who is sealed for the trainings: another starting model would seal others."""
        try:
            write_decided(self.folder / DECIDED_FILE, checked.split)
        except OSError as error:
            raise MedappError("project.save", reason=error.strerror or "") from error

    def seal(self) -> None:
        """Put the sealed side away until it is opened; raises ``project.not_checked`` or ``project.blocked``."""
        answer = self._state.checked
        if answer is None:
            raise MedappError("project.not_checked")
        blocking = [finding["text"] for finding in answer["findings"] if finding["severity"] == "blocking"]
        if blocking:
            raise MedappError("project.blocked", finding=blocking[0])
        if self._state.sealed is None:
            n = sum(answer["split"]["sealed"].values())
            self._record("sealed", {"n": n}, sealed=_now())

    def start_training(self, runs: Path, effort: Effort, *, base: str = "", architecture: str = "") -> Run:
        """Start a training; raises ``project.not_sealed``, ``project.training``, or ``run.cannot_start``."""
        if self._state.sealed is None:
            raise MedappError("project.not_sealed")
        if self.current_run() is not None:
            raise MedappError("project.training")
        self._keep_remedies()
        run = Run.start(runs, request_of(self.folder, self._state, effort, base, architecture))
        self._record("training", {"effort": effort}, runs=(*self._state.runs, str(run.folder)))
        return run

    def _keep_remedies(self) -> None:
        try:
            write_remedies(self.folder / REMEDIES_FILE, self._state.remedies)
        except OSError as error:
            raise MedappError("project.save", reason=error.strerror or "") from error

    def runs(self) -> list[Run]:
        """Return the trainings of this project, the latest first."""
        return [Run(Path(folder)) for folder in reversed(self._state.runs)]

    def current_run(self) -> Run | None:
        """Return the training that is going on, also one from before the window was restarted."""
        return next((run for run in self.runs() if run.state().end is None), None)

    def interrupted_run(self) -> Run | None:
        """Return the latest training if it ended without a model: it can be gone on with."""
        latest = next(iter(self.runs()), None)
        return latest if latest is not None and latest.can_go_on else None

    def go_on_training(self) -> Run:
        """Go on with the interrupted training; raises ``project.nothing_to_go_on``, or the faults of `Run.go_on`."""
        run = self.interrupted_run()
        if run is None:
            raise MedappError("project.nothing_to_go_on")
        run.go_on()
        self._record("gone_on", ended=tuple(folder for folder in self._state.ended if folder != str(run.folder)))
        return run

    def note_end(self, run: Run) -> None:
        """Write the end of a training into the lab book, once."""
        end, folder = run.state().end, str(run.folder)
        if end is not None and folder not in self._state.ended:
            params = {"reason": end.get("reason", "")} if end["event"] != "finished" else {}
            self._record(f"run_{end['event']}", params, ended=(*self._state.ended, folder))

    def finished_runs(self) -> list[Run]:
        """Return the trainings with a package, the latest first."""
        return [run for run in self.runs() if (run.state().end or {}).get("event") == "finished"]

    def best_run(self) -> Run | None:
        """Return the training whose model does best on cases for learning that it had not learned from.

        The sealed test has no say in it.
        """
        return max(self.finished_runs(), key=development_auc, default=None)

    def rule(self) -> str:
        """Return the alarm rule that was fixed before the sealed test, in words."""
        run = self.best_run()
        return "" if run is None else rule_of(run)

    def open_sealed_test(self) -> dict[str, Any]:
        """Open the sealed test of the best training and return its report; every opening is counted.

        The report's page is written into the run folder, without pictures.

        Raises
        ------
        MedappError
            ``project.not_trained`` where there is no model yet.
        """
        run = self._trained()
        self._record("opened", {"n": self._state.openings + 1}, openings=self._state.openings + 1)
        with suppress(MedappError):  # it can be saved later, where there is room, and then with pictures
            write_run_page(run.folder, question=asdict(self._state.question), openings=self._state.openings)
        return self._report_of(run)

    def report(self) -> dict[str, Any] | None:
        """Return the report of the best training once the sealed test was opened; None before."""
        run = self.best_run()
        return self._report_of(run) if run is not None and self._state.openings else None

    def _report_of(self, run: Run) -> dict[str, Any]:
        return {**(read_package(run.package).report() or {}), "openings": self._state.openings}

    def _trained(self) -> Run:
        run = self.best_run()
        if run is None:
            raise MedappError("project.not_trained")
        return run

    def steps(self) -> dict[Step, StepMark]:
        """Return how far each step is."""
        state = self._state
        findings = (state.checked or {}).get("findings", [])
        return {
            "question": StepMark(bool(state.question.find or state.question.pictures)),
            "cases": StepMark(bool(state.cases), 0 if state.checked is None else len(state.checked["unreadable"])),
            "check": StepMark(state.sealed is not None, sum(_asks_for_attention(f) for f in findings)),
            "train": StepMark(self.best_run() is not None),
            "sealed_test": StepMark(state.openings > 0),
            "use": StepMark(state.named is not None and state.named.activated),
        }

    def note(self, action: str, params: Mapping[str, str | float] | None = None, **changes: Any) -> None:  # noqa: ANN401
        """Write a line of the lab book, and change what the project remembers with it."""
        self._record(action, params, **changes)

    def _record(
        self,
        action: str,
        params: Mapping[str, str | float] | None = None,
        *,
        instead: bool = False,
        **changes: Any,  # noqa: ANN401
    ) -> None:
        """Change the state, add a line to the lab book (or put it in place of a last one that says the same); save."""
        with self._lock:
            book = self._state.lab_book
            if instead and book and book[-1].action == action:
                book = book[:-1]
            entry = LabEntry(_now(), action, params or {})
            state = replace(self._state, **changes, lab_book=(*book, entry))
            write_state(self.folder, state)
            self._state = state


def _asks_for_attention(finding: Mapping[str, Any]) -> bool:
    return finding["severity"] in ATTENTION and not finding.get("kept_because")


def find_projects(projects: Path) -> tuple[list[Project], list[Problem]]:
    """Return the projects below `projects`, the one changed last first, and what is to be told of damaged ones."""
    found: list[Project] = []
    problems: list[Problem] = []
    for folder in project_folders(projects):
        try:
            found.append(Project.open(folder))
        except MedappError as error:  # one that cannot be read must not hide the others
            problems.append(Problem.from_error(str(folder), error))
    return found, problems + [project.set_aside for project in found if project.set_aside is not None]


def list_projects(projects: Path) -> list[Project]:
    """Return the projects below `projects` that can be read, the one changed last first."""
    return find_projects(projects)[0]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
