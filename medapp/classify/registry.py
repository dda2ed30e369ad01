"""The models of this station: those that the program ships, those that were installed, and which one is in use."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from medapp.classify.archive import opened, pack
from medapp.classify.in_use import InUse, ModelRef, change, load, told_of
from medapp.classify.overlap import chosen
from medapp.classify.package import Package, read_package
from medapp.errors import MedappError, Problem
from medapp.files import new_folder
from medapp.folders import Folders, resource_path

log = logging.getLogger(__name__)
FEWEST_WATCHED, MOST_WATCHED = 1, 10_000


@dataclass(frozen=True)
class Entry:
    """A package that is there.

    Attributes
    ----------
    package : Package
        It, read and found whole.
    builtin : bool
        Whether the program ships it; it cannot be removed.
    active : bool
        Whether it is asked when a frame fits its scope.
    """

    package: Package
    builtin: bool
    active: bool

    @property
    def ref(self) -> ModelRef:
        """Id and version."""
        return _ref(self.package)


@dataclass(frozen=True)
class Listing:
    """All packages, by id and version, and what could not be read."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


_Packages: TypeAlias = dict[ModelRef, tuple[Package, bool]]


class Registry:
    """Lists, installs, activates and removes packages. Its state is one small file, written atomically.

    Parameters
    ----------
    folders : Folders
        Installed packages lie in ``folders.models/<id>/<version>/``.
    builtin : Path, optional
        Folder of the packages that the program ships; default ``resources/models``.
    """

    def __init__(self, folders: Folders, builtin: Path | None = None) -> None:
        self._models = folders.models
        self._scratch = folders.cache
        self._builtin = resource_path("models") if builtin is None else builtin
        self._known: dict[Path, tuple[float, Package]] = {}
        self._turn = threading.Lock()

    def list(self) -> Listing:
        """Return every package that can be read, and a problem for each that cannot."""
        packages, problems = self._found()
        active = self._active_refs(packages)
        rows = sorted(packages.items(), key=lambda row: (row[0].id, _order(row[0].version)))
        entries = tuple(Entry(package, builtin, ref in active) for ref, (package, builtin) in rows)
        told = told_of(self._models)
        return Listing(entries, problems if told is None else (told, *problems))

    def entry(self, name: str) -> Entry:
        """Return the package called `name`: ``id`` for its newest version, or ``id@version``.

        Raises
        ------
        MedappError
            ``registry.unknown`` where there is none.
        """
        wanted, _, version = name.partition("@")
        fitting = [e for e in self.list().entries if e.ref.id == wanted and version in {"", e.ref.version}]
        if not fitting:
            raise MedappError("registry.unknown", name=name[:100])
        return fitting[-1]

    def get(self, name: str) -> Package:
        """Return the package called `name`, as `entry` does."""
        return self.entry(name).package

    def install(self, path: Path) -> Package:
        """Copy the package in a folder or ZIP file to this station; it is not in use until it is activated.

        Raises
        ------
        MedappError
            ``registry.installed`` where this id and version are there with other content, ``package.write``, or any
            fault of the package.
        """
        with opened(path, self._scratch) as package:
            ref = _ref(package)
            known = next((e.package for e in self.list().entries if e.ref == ref), None)
            if known is not None:
                if known.manifest_hash == package.manifest_hash:
                    return known
                raise MedappError("registry.installed", id=ref.id, version=ref.version)
            return self._copy(package, self._folder_of(ref))

    def export(self, name: str, path: Path) -> Path:
        """Write the package called `name`, read anew and found whole, to the ZIP file `path`, which may be there."""
        try:
            pack(read_package(self.get(name).path), path)
        except OSError as error:
            raise MedappError("package.write", name=path.name, reason=error.strerror or "") from error
        return path

    def activate(self, name: str) -> Package:
        """Put a classifier in use: it is asked before the others, for every frame that fits its scope.

        Raises
        ------
        MedappError
            ``registry.unknown``, or ``registry.backbone`` for a package that classifies nothing.
        """
        package = self.get(name)
        if package.metadata.kind == "backbone":
            raise MedappError("registry.backbone", id=package.metadata.id)
        shipped = self._shipped(self._packages())
        self._change(lambda decided: decided.activated(_ref(package), shipped))
        return package

    def deactivate(self, name: str) -> Package:
        """Take a model out of use; it stays installed.

        Raises
        ------
        MedappError
            ``registry.unknown``, or ``registry.not_in_use``.
        """
        entry = self._entry_in_use(name)
        shipped = self._shipped(self._packages())
        self._change(lambda decided: decided.deactivated(entry.ref, shipped))
        return entry.package

    def _entry_in_use(self, name: str) -> Entry:
        """Return the entry called `name`; without a version the one that is in use, if any is."""
        used = [entry for entry in self.list().entries if entry.active and name in {entry.ref.id, str(entry.ref)}]
        if not used:
            raise MedappError("registry.not_in_use", id=self.entry(name).ref.id)
        return used[-1]

    def rollback(self) -> tuple[Package, ...]:
        """Put in use what was in use before the last activation, and return it.

        Raises
        ------
        MedappError
            ``registry.no_history`` where nothing else was in use before.
        """
        packages = self._packages()
        shipped = self._shipped(packages)
        self._change(lambda decided: decided.rolled_back(packages.keys(), shipped))
        return self.in_use()

    def watch(self, name: str, studies: int) -> Package:
        """Let a classifier watch: it is to classify silently what fits its scope, over so many studies.

        Raises
        ------
        MedappError
            ``registry.unknown``, ``registry.backbone``, ``registry.in_use`` for one that answers already, or
            ``registry.studies`` for a number that is none.
        """
        entry = self.entry(name)
        if entry.package.metadata.kind == "backbone":
            raise MedappError("registry.backbone", id=entry.ref.id)
        if entry.active:
            raise MedappError("registry.in_use", id=entry.ref.id)
        if not FEWEST_WATCHED <= studies <= MOST_WATCHED:
            raise MedappError("registry.studies", fewest=FEWEST_WATCHED, most=MOST_WATCHED)
        self._change(lambda decided: decided.watched(entry.ref, studies))
        return entry.package

    def end_watch(self, name: str) -> Package:
        """End a model's silent watch; what it has seen is kept until it is asked to watch anew."""
        package = self.get(name)
        self._change(lambda decided: decided.unwatched(_ref(package)))
        return package

    def watching(self) -> tuple[tuple[Package, int], ...]:
        """Return the packages that watch silently, each with the studies that it is to watch over."""
        decided = load(self._models).watching
        if not decided:
            return ()
        packages = self._packages()
        return tuple((packages[ref][0], studies) for ref, studies in decided.items() if ref in packages)

    def remove(self, name: str) -> None:
        """Delete an installed package.

        Raises
        ------
        MedappError
            ``registry.unknown``, ``registry.builtin`` for one that the program ships, ``registry.remove_in_use`` for
            one that answers, or ``registry.remove`` where the disk refuses.
        """
        entry = self.entry(name)
        if entry.builtin:
            raise MedappError("registry.builtin", id=entry.ref.id)
        if entry.active:
            raise MedappError("registry.remove_in_use", id=entry.ref.id, version=entry.ref.version)
        self._change(lambda decided: decided.without(entry.ref))
        doomed = entry.package.path.with_name(f".{entry.ref.version}.{secrets.token_hex(4)}.removed")
        try:
            entry.package.path.rename(doomed)  # gone at once and whole, even when deleting is cut short
            shutil.rmtree(doomed)
        except OSError as error:
            raise MedappError("registry.remove", id=entry.ref.id, reason=error.strerror or "") from error

    def in_use(self) -> tuple[Package, ...]:
        """Return the packages in use, the one activated last first."""
        packages = self._packages()
        return tuple(packages[ref][0] for ref in self._active_refs(packages))

    def active(
        self, modality: str, body_part: str = "", view: str = "", age_years: float | None = None, maker: str = ""
    ) -> Package | None:
        """Return the package in use that is asked about such a frame, or None: no model for this (see `chosen`)."""
        packages = self._packages()
        in_use = tuple(packages[ref][0] for ref in self._active_refs(packages))
        return chosen(in_use, self._hashes_shipped(packages), (modality, body_part, view, age_years, maker))

    def shipped(self) -> frozenset[str]:
        """Return the hashes of the packages that the program ships; they give way, see `chosen`."""
        return self._hashes_shipped(self._packages())

    @staticmethod
    def _hashes_shipped(packages: _Packages) -> frozenset[str]:
        return frozenset(package.manifest_hash for package, builtin in packages.values() if builtin)

    def _folders(self) -> Iterator[tuple[Path, bool]]:
        if self._builtin.is_dir():
            yield from ((folder, True) for folder in _subfolders(self._builtin))
        if self._models.is_dir():
            yield from ((version, False) for model in _subfolders(self._models) for version in _subfolders(model))

    def _folder_of(self, ref: ModelRef) -> Path:
        return self._models / ref.id / ref.version

    def _copy(self, package: Package, target: Path) -> Package:
        """Copy with the hashes checked again on what was written; the folder appears whole or not at all."""
        try:
            with new_folder(target) as made:
                shutil.copytree(package.path, made, copy_function=shutil.copyfile, dirs_exist_ok=True)
                read_package(made)
                if target.exists():
                    shutil.rmtree(target)  # what was there could not be read, or it would have been listed
        except OSError as error:
            raise MedappError("package.write", name=package.metadata.id, reason=_reason(error)) from error
        return read_package(target)

    def _read(self, folder: Path) -> Package:
        """Read a package, or remember it where its manifest has not been touched since."""
        manifest = folder / "MANIFEST.sha256"
        changed = manifest.stat().st_mtime if manifest.is_file() else -1.0
        known = self._known.get(folder)
        if known is None or known[0] != changed:
            known = self._known[folder] = (changed, read_package(folder))
        return known[1]

    def _found(self) -> tuple[_Packages, tuple[Problem, ...]]:
        packages: _Packages = {}
        problems: list[Problem] = []
        for folder, builtin in self._folders():
            try:
                package = self._read(folder)
            except MedappError as error:
                problems.append(Problem.from_error(str(folder), error))
            else:
                packages.setdefault(_ref(package), (package, builtin))
        return packages, tuple(problems)

    def _packages(self) -> _Packages:
        return self._found()[0]

    def _active_refs(self, packages: _Packages) -> tuple[ModelRef, ...]:
        decided = load(self._models).effective(self._shipped(packages))
        return tuple(ref for ref in decided if ref in packages)

    def _shipped(self, packages: _Packages) -> tuple[ModelRef, ...]:
        shipped = (ref for ref, (p, builtin) in packages.items() if builtin and p.metadata.kind != "backbone")
        return tuple(sorted(shipped, key=lambda ref: ref.id))

    def _change(self, step: Callable[[InUse], InUse]) -> None:
        with self._turn:
            change(self._models, step)


def _reason(error: OSError) -> str:
    """Return what the system says; the error that `shutil` makes of many holds them as text."""
    return error.strerror or ("" if not isinstance(error, shutil.Error) else str(error.args[0][0][-1]))


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError as error:
        raise MedappError("registry.read", reason=error.strerror or "") from error


def _ref(package: Package) -> ModelRef:
    return ModelRef(package.metadata.id, package.metadata.version)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
