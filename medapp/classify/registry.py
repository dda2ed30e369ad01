"""The models of this station: those that the program ships, those that were installed, and which one is in use."""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medapp import schemas
from medapp.classify.archive import opened, pack
from medapp.classify.package import Package, read_package
from medapp.errors import MedappError, Problem
from medapp.files import new_folder, read_json, write_json
from medapp.folders import Folders, resource_path

log = logging.getLogger(__name__)
STATE_FILE = "registry.json"
HISTORY_LIMIT = 50


@dataclass(frozen=True)
class ModelRef:
    """Names one package: id and version."""

    id: str
    version: str


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


@dataclass(frozen=True)
class _State:
    """Which packages are in use, the one activated last first; and what was in use before, the latest first."""

    active: tuple[ModelRef, ...] | None = None  # None: never chosen, so the built-in ones
    history: tuple[tuple[ModelRef, ...] | None, ...] = ()


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

    def list(self) -> Listing:
        """Return every package that can be read, and a problem for each that cannot."""
        packages: dict[ModelRef, tuple[Package, bool]] = {}
        problems: list[Problem] = []
        for folder, builtin in self._folders():
            try:
                package = self._read(folder)
            except MedappError as error:
                problems.append(Problem.from_error(str(folder), error))
            else:
                packages.setdefault(_ref(package), (package, builtin))
        active = self._active_refs(packages)
        rows = sorted(packages.items(), key=lambda row: (row[0].id, _order(row[0].version)))
        entries = tuple(Entry(package, builtin, ref in active) for ref, (package, builtin) in rows)
        return Listing(entries, tuple(problems))

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
        """Write the package called `name` to the ZIP file `path`; an existing file is replaced."""
        try:
            pack(self.get(name), path)
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
        if package.metadata.kind != "classifier":
            raise MedappError("registry.backbone", id=package.metadata.id)
        state, ref = self._state(), _ref(package)
        others = tuple(r for r in self._refs_in_use() if r != ref)
        self._save(_State((ref, *others), (state.active, *state.history)[:HISTORY_LIMIT]))
        return package

    def rollback(self) -> tuple[Package, ...]:
        """Put in use what was in use before the last activation, and return it.

        Raises
        ------
        MedappError
            ``registry.no_history`` where nothing was activated before.
        """
        state = self._state()
        if not state.history:
            raise MedappError("registry.no_history")
        self._save(_State(state.history[0], state.history[1:]))
        return self.in_use()

    def remove(self, name: str) -> None:
        """Delete an installed package; it is no longer in use.

        Raises
        ------
        MedappError
            ``registry.unknown``, ``registry.builtin`` for one that the program ships, or ``registry.remove`` where the
            disk refuses.
        """
        entry = self.entry(name)
        if entry.builtin:
            raise MedappError("registry.builtin", id=entry.ref.id)
        state = self._state()
        if state.active is not None:
            self._save(replace(state, active=tuple(r for r in state.active if r != entry.ref)))
        doomed = entry.package.path.with_name(f".{entry.ref.version}.{secrets.token_hex(4)}.removed")
        try:
            entry.package.path.rename(doomed)  # gone at once and whole, even when deleting is cut short
            shutil.rmtree(doomed)
        except OSError as error:
            raise MedappError("registry.remove", id=entry.ref.id, reason=error.strerror or "") from error

    def in_use(self) -> tuple[Package, ...]:
        """Return the packages in use, the one activated last first."""
        packages = {e.ref: e.package for e in self.list().entries}
        return tuple(packages[ref] for ref in self._refs_in_use() if ref in packages)

    def active(self, modality: str) -> Package | None:
        """Return the package in use whose scope fits frames of `modality`, or None."""
        return next((package for package in self.in_use() if package.scope.fits(modality)), None)

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

    def _refs_in_use(self) -> tuple[ModelRef, ...]:
        return self._active_refs({e.ref: (e.package, e.builtin) for e in self.list().entries})

    def _active_refs(self, packages: dict[ModelRef, tuple[Package, bool]]) -> tuple[ModelRef, ...]:
        chosen = self._state().active
        if chosen is not None:
            return tuple(ref for ref in chosen if ref in packages)
        shipped = (ref for ref, (p, builtin) in packages.items() if builtin and p.metadata.kind == "classifier")
        return tuple(sorted(shipped, key=lambda ref: ref.id))

    def _state(self) -> _State:
        try:
            document = read_json(self._models / STATE_FILE)
            schemas.check("registry", document)
        except FileNotFoundError:
            return _State()
        except (OSError, ValueError, MedappError):
            log.warning("the record of active models cannot be read; the built-in ones are in use")
            return _State()
        history = tuple(None if refs is None else _refs(refs) for refs in document["history"])
        return _State(None if document["active"] is None else _refs(document["active"]), history)

    def _save(self, state: _State) -> None:
        document = {
            "schema_version": 1,
            "active": _plain(state.active),
            "history": [_plain(refs) for refs in state.history],
        }
        try:
            write_json(self._models / STATE_FILE, document)
        except OSError as error:
            raise MedappError("registry.write", reason=error.strerror or "") from error


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


def _refs(rows: list[dict[str, str]]) -> tuple[ModelRef, ...]:
    return tuple(ModelRef(row["id"], row["version"]) for row in rows)


def _plain(refs: tuple[ModelRef, ...] | None) -> list[dict[str, Any]] | None:
    return None if refs is None else [{"id": ref.id, "version": ref.version} for ref in refs]
