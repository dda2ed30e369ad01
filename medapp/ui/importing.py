"""Model packages that come to the window: recognised among ZIP files, offered, and installed when a person wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from medapp.classify.archive import holds_package, opened
from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.folders import Folders
from medapp.i18n import listed, tr
from medapp.jobs import Job, Progress
from medapp.ui.session import Session
from medapp.workflows.watching import STUDIES

Then: TypeAlias = Literal["install", "watch", "activate"]


@dataclass(frozen=True)
class Offer:
    """A package that could be installed: where it is, and what is asked about it."""

    path: Path
    question: str
    is_classifier: bool


class Importing(QObject):
    """Looks into files in a worker; emits an offer, and does what the person decides."""

    offered = Signal(object)
    installed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def consider(self, path: Path, otherwise: Callable[[], None]) -> None:
        """Offer the model in a ZIP file, or do what is done with any other."""

        def take(offer: Offer | None) -> None:
            if offer is None:
                otherwise()
            else:
                self.offered.emit(offer)

        job = _offer_in(path, self._session.services.folders, only_packages=True)
        self._session.jobs.start(job, title=tr("use.reading_package", file=path.name), done=take)

    @Slot(object)
    def look_into(self, path: Path) -> None:
        """Offer the model in a file or folder that was chosen; what is none is told."""
        job = _offer_in(path, self._session.services.folders)
        self._session.jobs.start(job, title=tr("use.reading_package", file=path.name), done=self.offered.emit)

    def install(self, path: Path, then: Then) -> None:
        """Install the model; let it watch, or put it in use, where the person wants that at once."""
        job = _installed(path, then, self._session.services.registry)
        self._session.project_jobs.start(job, done=self._done)

    def _done(self, told: str) -> None:
        self._session.notify(told)
        self.installed.emit()


def _offer_in(path: Path, folders: Folders, *, only_packages: bool = False) -> Job[Offer | None]:
    yield Progress(0, 0)
    if only_packages and not holds_package(path):
        return None
    with opened(path, folders.cache) as package:
        return _offer(path, package)


def _offer(path: Path, package: Package) -> Offer:
    metadata = package.metadata
    classifies = metadata.kind != "backbone"
    key = "use.offer" if classifies else "use.offer_backbone"
    told = {"file": path.name, "name": metadata.name, "version": metadata.version}
    return Offer(path, tr(key, **told, classes=listed(metadata.classes)), classifies)


def _installed(path: Path, then: Then, registry: Registry) -> Job[str]:
    yield Progress(0, 0)
    package = registry.install(path)
    name, ref = package.metadata.name, f"{package.metadata.id}@{package.metadata.version}"
    if then == "watch":
        registry.watch(ref, STUDIES)
        return tr("use.installed_watching", name=name, n=STUDIES)
    if then == "activate":
        registry.activate(ref)
        return tr("use.installed_active", name=name)
    return tr("use.installed", name=name)
