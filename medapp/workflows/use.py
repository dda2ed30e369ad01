"""The sixth step: what came out of a project is named, compared, watched, put in use, taken back, and passed on."""

from __future__ import annotations

import secrets
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from medapp.classify.in_use import ModelRef
from medapp.classify.package import Package, read_package
from medapp.classify.registry import Registry
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.jobs import Job
from medapp.training.cases.survey import ReadsFrames
from medapp.training.naming import identifier, renamed
from medapp.training.reporting.report_page.writing import keep_comparison
from medapp.workflows.project_state import Named
from medapp.workflows.rivals import champion_for, is_same
from medapp.workflows.teaching import Project

if TYPE_CHECKING:
    from medapp.training.measure import Predicts
    from medapp.workflows.contest import Contest


class Use:
    """Puts the best model of a project to use on this station. Every step is a line of the lab book; blocking.

    Parameters
    ----------
    project : Project
        Where the model was trained.
    registry : Registry
        The models of this station.
    """

    def __init__(self, project: Project, registry: Registry) -> None:
        self._project, self._registry = project, registry

    def trained(self) -> Package:
        """Return the best model of the project as its training wrote it; raises ``project.not_trained``."""
        run = self._project.best_run()
        if run is None:
            raise MedappError("project.not_trained")
        return read_package(run.package)

    def named(self) -> Package | None:
        """Return the model as it was named last, if it is on this station."""
        named = self._project.state.named
        if named is None:
            return None
        return self._there(ModelRef(named.id, named.version))

    def is_outdated(self) -> bool:
        """Tell whether the named model is in use no more, or the best training is another than that it came from."""
        named = self.named()
        if named is None or self._project.best_run() is None:
            return False
        in_use = {package.manifest_hash for package in self._registry.in_use()}
        return named.manifest_hash not in in_use or not is_same(named, self.trained())

    def scope(self) -> Scope | None:
        """Return what the model may be asked about, as it was set last; None where nothing is trained."""
        named = self.named()
        if named is not None:
            return named.scope
        return None if self._project.best_run() is None else self.trained().scope

    def install(self, name: str, scope: Scope | None = None) -> Package:
        """Name the best model and put it among the models of this station; what is there as wanted is kept.

        Another scope, a better training, or another opening of the sealed test makes another version of it.

        Raises
        ------
        MedappError
            ``project.not_trained``, ``project.no_name``, or the faults of the registry.
        """
        title = name.strip()
        if not title:
            raise MedappError("project.no_name")
        trained, before = self.trained(), self.named()
        wanted = scope or (before.scope if before is not None else trained.scope)
        package = self._as_wanted(trained, title, wanted) or self._made(trained, title, wanted)
        if before is None or before.manifest_hash != package.manifest_hash:
            self._project.note("named", {"name": title}, named=_named(package, activated=False))
        return package

    def _as_wanted(self, trained: Package, title: str, scope: Scope) -> Package | None:
        """Return the model of this station that has this name, scope and report already, or None."""
        openings = self._project.state.openings
        there = (entry.package for entry in self._registry.list().entries if not entry.builtin)
        return next((p for p in there if _is_as_wanted(p, trained, title, scope, openings)), None)

    def _made(self, trained: Package, title: str, scope: Scope) -> Package:
        version = self._free_version(ModelRef(identifier(title), trained.metadata.version))
        target = self._project.folder / "models" / f"{identifier(title)}-{secrets.token_hex(2)}"
        openings = self._project.state.openings
        return self._registry.install(renamed(trained, title, target, openings, scope=scope, version=version).path)

    def activate(self, name: str, scope: Scope | None = None) -> Package:
        """Put the best model in use on this station, under `name`, for the images of `scope`."""
        package = self._registry.activate(_ref(self.install(name, scope)))
        self._project.note("activated", {"name": package.metadata.name}, named=_named(package, activated=True))
        return package

    def go_back(self) -> tuple[Package, ...]:
        """Put in use what was in use before."""
        packages = self._registry.rollback()
        named = self.named()
        still = named is not None and named.manifest_hash in {package.manifest_hash for package in packages}
        self._project.note("rolled_back", named=None if named is None else _named(named, activated=still))
        return packages

    def watch(self, name: str, studies: int, scope: Scope | None = None) -> Package:
        """Let the best model watch silently, under `name`; raises as `install` and `Registry.watch` do."""
        package = self._registry.watch(_ref(self.install(name, scope)), studies)
        self._project.note("watching", {"name": package.metadata.name, "n": studies})
        return package

    def end_watch(self) -> None:
        """End the silent watch of the model."""
        named = self.named()
        if named is not None:
            self._registry.end_watch(_ref(named))
            self._project.note("watch_ended", {"name": named.metadata.name})

    def remove(self) -> None:
        """Take the named model off this station; the training keeps it."""
        named = self.named()
        if named is not None:
            if named.manifest_hash in {package.manifest_hash for package in self._registry.in_use()}:
                self._registry.deactivate(_ref(named))
            self._registry.remove(_ref(named))
            self._project.note("removed", {"name": named.metadata.name}, named=None)

    def export(self, name: str, path: Path, scope: Scope | None = None) -> Path:
        """Write the best model, under `name`, as one ZIP file for a colleague's test."""
        package = self.install(name, scope)
        self._registry.export(_ref(package), path)
        self._project.note("exported", {"name": package.metadata.name})
        return path

    def champion(self) -> Package | None:
        """Return the model in use that the best model would take the place of."""
        if self._project.best_run() is None:
            return None
        trained = self.trained()
        return champion_for(self.named() or trained, self._registry.in_use())

    def compare(self, readers: ReadsFrames, engine: Predicts, margin: float) -> Job[Contest]:
        """Compare the best model with the one in use on the sealed test, which counts as another opening of it.

        Raises
        ------
        MedappError
            ``project.no_champion`` where no model in use answers the same question, ``project.still_sealed`` before
            the test was opened, or any of `run_contest`.
        """
        from medapp.workflows.contest import run_contest  # statistics take long to load

        project = self._project
        champion, run = self.champion(), project.best_run()
        if champion is None or run is None:
            raise MedappError("project.no_champion")
        if not project.state.openings:
            raise MedappError("project.still_sealed")
        cases, pattern = Path(project.state.cases), project.state.pattern or None
        contest = yield from run_contest(
            cases, champion, self.trained(), readers, engine, pattern=pattern, margin=margin
        )
        keep_comparison(run.folder, contest.to_json())
        told = {"name": champion.metadata.name, "verdict": tr(f"champion.short.{contest.comparison.verdict}")}
        project.note("compared", told, openings=project.state.openings + 1)
        return contest

    def _there(self, ref: ModelRef) -> Package | None:
        return next((entry.package for entry in self._registry.list().entries if entry.ref == ref), None)

    def _free_version(self, ref: ModelRef) -> str:
        """Return the version, or the first revision of it that no model of this station has."""
        versions = (ref.version if n == 0 else f"{ref.version}.{n}" for n in count())
        return next(version for version in versions if self._there(ModelRef(ref.id, version)) is None)


def _is_as_wanted(before: Package, trained: Package, title: str, scope: Scope, openings: int) -> bool:
    same = is_same(before, trained) and before.metadata.name == title
    return same and before.scope == scope and (before.report() or {}).get("openings", openings) == openings


def _ref(package: Package) -> str:
    return f"{package.metadata.id}@{package.metadata.version}"


def _named(package: Package, *, activated: bool) -> Named:
    metadata = package.metadata
    return Named(metadata.id, metadata.version, metadata.name, activated)
