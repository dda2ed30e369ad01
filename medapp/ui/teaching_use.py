"""The sixth step's session: scope, comparison with the model in use, silent watch, activation, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from medapp.classify.own_words import in_own_words
from medapp.classify.scope import Scope, narrowed
from medapp.errors import MedappError, Problem
from medapp.i18n import listed, tell, tr
from medapp.jobs import Progress
from medapp.ui.session import Services
from medapp.ui.teaching_desk import TeachingDesk, as_job
from medapp.ui.teaching_state import Snapshot
from medapp.ui.widgets.teaching.use_views import ContestView, ScopeView, UsingView, WatchView
from medapp.workflows.teaching import Project
from medapp.workflows.use import Use
from medapp.workflows.watching import Summary

if TYPE_CHECKING:
    from medapp.workflows.contest import Contest


@dataclass(frozen=True, eq=False)
class _Facts:
    """What takes files to know."""

    scope: Scope
    champion: str
    summary: Summary | None
    removable: bool
    outdated: bool


class Using(QObject):
    """Turns the wishes of the sixth step into actions of the project; nothing is activated but by a person."""

    changed = Signal(object)
    models_changed = Signal()

    def __init__(self, desk: TeachingDesk) -> None:
        super().__init__(desk)
        self.view = UsingView()
        self._desk = desk
        self._read: Snapshot | None = None
        self._written: Scope | None = None
        self._compared: tuple[str, ...] = ()
        self._job: int | None = None
        desk.changed.connect(self._follow)

    @Slot(object)
    def _follow(self, _: object) -> None:
        if self._desk.snapshot is not self._read:
            self._read = self._desk.snapshot
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again what files say: whom to compare with, how far the watch is."""
        project, services = self._desk.project, self._desk.services
        if project is None:
            return
        self._desk.session.project_jobs.start(as_job(lambda: _facts_of(project, services)), done=self._take)

    def _take(self, facts: _Facts) -> None:
        state = self._desk.snapshot.state if self._desk.snapshot else None
        if state is not None and state.runs != self._compared:
            self._compared = state.runs
            self._show(contest=ContestView())
        if self._written is None and not self.view.scope_problem:
            self._show(scope=_scope_view(facts.scope), scope_changed=False)
        trained = self._desk.snapshot is not None and self._desk.snapshot.trained
        self._show(
            ready=trained and state is not None and state.openings > 0,
            contest=replace(self.view.contest, champion=facts.champion),
            watch=_watch_view(facts.summary),
            removable=facts.removable,
            outdated=facts.outdated,
        )

    @Slot(object)
    def set_scope(self, view: ScopeView) -> None:
        """Take what was written into the scope's fields; it holds from the next activation, watch or export on."""
        if view == self.view.scope:
            return
        try:
            self._written = narrowed(Scope(), **view.__dict__)
        except MedappError as error:
            self._show(scope=view, scope_problem=tell(error), scope_changed=True)
        else:
            self._show(scope=view, scope_problem="", scope_changed=True)

    @Slot(str)
    def activate(self, name: str) -> None:
        """Put the model in use, under `name`, for the scope that was written."""
        self._use(lambda use, scope: use.activate(name, scope))

    @Slot()
    def go_back(self) -> None:
        """Put in use what was in use before."""
        self._act(lambda use: use.go_back())

    @Slot(str, int)
    def watch(self, name: str, studies: int) -> None:
        """Let the model watch silently."""
        self._use(lambda use, scope: use.watch(name, studies, scope))

    @Slot()
    def end_watch(self) -> None:
        """End the silent watch."""
        self._act(lambda use: use.end_watch())

    @Slot()
    def remove(self) -> None:
        """Take the model off this station, and forget what it said while it watched."""
        watching = self._desk.services.watching

        def act(use: Use) -> None:
            named = use.named()
            use.remove()
            if named is not None:
                watching.forget(named)

        self._act(act)

    def export(self, name: str, path: Path) -> None:
        """Write the model as one ZIP file."""
        told = tr("use.exported", file=path.name)
        self._use(lambda use, scope: use.export(name, path, scope), done=lambda: self._desk.session.notify(told))

    @Slot(float)
    def compare(self, margin: float) -> None:
        """Compare the model with the one in use on the sealed test."""
        project, services = self._desk.project, self._desk.services
        if project is None or self.view.contest.running:
            return
        self._contest(running=True, done=0, total=0, phase="", verdict="", lines=(), flips=(), problem="")
        job = Use(project, services.registry).compare(services.readers, services.engine, margin)
        self._job = self._desk.session.jobs.start(
            job,
            progress=self._comparing,
            done=self._decided,
            failed=self._not_compared,
            stopped=lambda: self._contest(running=False),
        )

    @Slot()
    def stop_comparing(self) -> None:
        """Stop the comparison; nothing is told of a part of it."""
        if self._job is not None:
            self._desk.session.jobs.cancel(self._job)

    def _comparing(self, progress: Progress) -> None:
        self._contest(done=progress.done, total=progress.total, phase=progress.text)

    def _decided(self, contest: Contest) -> None:
        verdict, *lines = contest.comparison.sentences()
        flips = (tr(f"champion.flip.{flip.kind}", **flip.__dict__).strip() for flip in contest.comparison.flips)
        self._contest(running=False, verdict=verdict, lines=(*lines, *contest.warnings()), flips=tuple(flips))
        self._desk.act(lambda project: None)

    def _not_compared(self, error: BaseException) -> None:
        if not isinstance(error, MedappError):
            self._desk.session.fail(error)
        self._contest(running=False, problem=tell(Problem.from_error("", error)))

    def _use(self, action: Callable[[Use, Scope | None], object], *, done: Callable[[], None] = lambda: None) -> None:
        """Do something with the model as it was written; not while the scope makes no sense."""
        if self.view.scope_problem:
            self._desk.session.notify(self.view.scope_problem)
            return
        written = self._written

        def act(use: Use) -> object:
            kept = use.scope()
            scope = None if written is None or kept is None else _in_words_of(kept, written)
            return action(use, scope)

        def end() -> None:
            self._written = None
            done()

        self._act(act, done=end)

    def _act(self, action: Callable[[Use], object], *, done: Callable[[], None] = lambda: None) -> None:
        registry = self._desk.services.registry

        def end(_: object) -> None:
            done()
            self.models_changed.emit()

        def act(project: Project) -> object:
            return action(Use(project, registry))

        self._desk.act(act, done=end)

    def _contest(self, **changes: Any) -> None:  # noqa: ANN401 - fields of ContestView
        self._show(contest=replace(self.view.contest, **changes))

    def _show(self, **changes: Any) -> None:  # noqa: ANN401 - fields of UsingView
        view = replace(self.view, **changes)
        if view != self.view:
            self.view = view
            self.changed.emit(view)


def _facts_of(project: Project, services: Services) -> _Facts:
    use = Use(project, services.registry)
    named, champion = use.named(), use.champion()
    watching = {package.manifest_hash for package, _ in services.registry.watching()}
    summary = None if named is None else services.watching.summary(named)
    told = summary is not None and named is not None and (bool(summary.images) or named.manifest_hash in watching)
    rival = in_own_words(champion.metadata.name) if champion else ""
    return _Facts(use.scope() or Scope(), rival, summary if told else None, named is not None, use.is_outdated())


def _in_words_of(kept: Scope, written: Scope) -> Scope:
    """Return the scope that was written; what has no field is kept."""
    return replace(written, grey_only=kept.grey_only, refuse_below=kept.refuse_below, text=kept.text)


def _scope_view(scope: Scope) -> ScopeView:
    lists = {name: listed(getattr(scope, name)) for name in ("modalities", "body_parts", "views", "makers")}
    ages = {name: "" if (age := getattr(scope, name)) is None else f"{age:g}" for name in ("age_from", "age_to")}
    return ScopeView(**lists, **ages)


def _watch_view(summary: Summary | None) -> WatchView:
    if summary is None:
        return WatchView()
    return WatchView(summary.watching, summary.complete, summary.studies, summary.wanted, summary.sentences())
