"""The models of this station in the window: what a person wants of them is done in a worker, and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from medapp.classify.own_words import in_own_words
from medapp.classify.registry import Registry
from medapp.errors import Problem
from medapp.i18n import listed, spaced, tell, tr
from medapp.jobs import Job, Progress
from medapp.ui.model_rows import models_view
from medapp.ui.session import Session
from medapp.ui.widgets.models_views import ModelsView
from medapp.workflows.activation import activate_for, rescoped
from medapp.workflows.onnx_file import export_onnx

Told: TypeAlias = tuple[str, str]
"""What came of it, and the model to be shown then."""


class ModelDesk(QObject):
    """Holds what the dialog shows; emits it, and that models have changed."""

    changed = Signal(object)
    models_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.view = ModelsView()
        self._session = session

    @property
    def _registry(self) -> Registry:
        return self._session.services.registry

    @Slot()
    def refresh(self) -> None:
        """Read the models anew."""
        ref = self.view.chosen
        self._do(lambda: ("", ref), changes=False)

    @Slot(str)
    def choose(self, ref: str) -> None:
        """Show another model."""
        self._show(chosen=ref, told="", failed=False, asking=False)

    @Slot(str, str, str)
    def activate(self, modalities: str, body_parts: str, views: str) -> None:
        """Put the chosen model in use for the scope that was written; another one makes another version of it."""
        registry, ref = self._registry, self.view.chosen

        def act() -> Told:
            asked = {"modalities": modalities, "body_parts": body_parts, "views": views}
            package = activate_for(registry, ref, rescoped(registry.get(ref).scope, **asked))
            told = {"name": in_own_words(package.metadata.name), "version": package.metadata.version}
            return tr("models.told.activated", **told), f"{package.metadata.id}@{package.metadata.version}"

        self._do(act)

    @Slot()
    def deactivate(self) -> None:
        """Take the chosen model out of use."""
        registry, ref = self._registry, self.view.chosen

        def act() -> Told:
            package = registry.deactivate(ref)
            return tr("models.told.deactivated", name=in_own_words(package.metadata.name)), ref

        self._do(act)

    @Slot()
    def go_back(self) -> None:
        """Put in use what was in use before."""
        registry, ref = self._registry, self.view.chosen

        def act() -> Told:
            names = listed(in_own_words(package.metadata.name) for package in registry.rollback())
            return tr("cli.models.rolled_back", names=names or tr("cli.models.nothing_in_use")), ref

        self._do(act)

    @Slot()
    def ask_removal(self) -> None:
        """Ask whether the chosen model is to be removed; one that is in use is not, and that is told at once."""
        row = self.view.row
        if row is not None and row.in_use:
            self._show(told=tr("models.told.in_use", name=row.title), failed=True)
        else:
            self._show(asking=True, told="", failed=False)

    @Slot(bool)
    def settle_removal(self, removed: bool) -> None:
        """Remove the chosen model for good, or keep it."""
        self._show(asking=False)
        registry, services, ref = self._registry, self._session.services, self.view.chosen

        def act() -> Told:
            package = registry.get(ref)
            registry.remove(ref)
            services.watching.forget(package)
            return tr("models.told.removed", name=in_own_words(package.metadata.name)), ""

        if removed:
            self._do(act)

    def export(self, path: Path, *, onnx: bool) -> None:
        """Write the chosen model as the ZIP file of its package, or its network as an ONNX file."""
        registry, ref = self._registry, self.view.chosen

        def act() -> Told:
            wrote = tr("models.told.exported", file=path.name)
            if not onnx:
                registry.export(ref, path)
                return wrote, ref
            check = export_onnx(registry.get(ref), path)
            told = tr("cli.export.checked", **{**check, "difference": f"{check['difference']:.1e}"})
            return spaced((wrote, told)), ref

        self._do(act, title=tr("models.exporting", file=path.name), changes=False)

    def _do(self, act: Callable[[], Told], *, title: str = "", changes: bool = True) -> None:
        """Do something in a worker, and show what it comes to."""
        self._show(busy=True)
        jobs = self._session.jobs if title else self._session.project_jobs
        jobs.start(
            _done(act, self._registry),
            title=title,
            done=lambda answer: self._take(*answer, changes=changes),
            failed=self._fail,
            stopped=lambda: self._show(busy=False),
        )

    def _take(self, told: str, ref: str, view: ModelsView, *, changes: bool) -> None:
        refs = [row.ref for row in view.rows]
        in_use = [row.ref for row in view.rows if row.in_use]
        chosen = ref if ref in refs else next(iter([*in_use, *refs]), "")
        self._show(rows=view.rows, problems=view.problems, chosen=chosen, told=told, failed=False, busy=False)
        if changes:
            self.models_changed.emit()

    def _fail(self, error: BaseException) -> None:
        self._show(told=tell(Problem.from_error("", error)), failed=True, busy=False)

    def _show(self, **changes: Any) -> None:  # noqa: ANN401 - fields of ModelsView
        view = replace(self.view, **changes)
        if view != self.view:
            self.view = view
            self.changed.emit(view)


def _done(act: Callable[[], Told], registry: Registry) -> Job[tuple[str, str, ModelsView]]:
    yield Progress(0, 0)
    told, ref = act()
    return told, ref, models_view(registry)
