"""Another version of a package: the same model, asked about other images."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import count
from pathlib import Path

from medapp.classify.contents import PackageContents
from medapp.classify.package import LICENCE, Package, write_package
from medapp.classify.scope import Scope


def contents_of(package: Package) -> PackageContents:
    """Return all that is in a package, as it keeps it."""
    return PackageContents(
        metadata=package.metadata,
        preprocess=package.preprocess,
        weights=package.stored_weights(),
        scope=package.scope,
        calibration=package.calibration,
        novelty=package.novelty(),
        training_set=package.training_set(),
        report=package.report(),
        card=package.card(),
        licence_text=(package.path / LICENCE).read_text(encoding="utf-8"),
    )


def with_scope(package: Package, scope: Scope, target: Path, taken: Collection[str]) -> Package:
    """Write `package` with another scope to the new folder `target`, as the first revision that is not `taken`.

    Parameters
    ----------
    package : Package
        The model; it is not changed.
    scope : Scope
        What the revision may be asked about.
    target : Path
        The new folder.
    taken : collection of str
        Versions that there are.
    """
    first = package.metadata.version
    version = next(version for n in count(1) if (version := _revised(first, n)) not in taken)
    made = contents_of(package)
    return write_package(target, replace(made, metadata=replace(made.metadata, version=version), scope=scope))


def _revised(version: str, number: int) -> str:
    """Return the `number`-th version after `version`: one more part, or where four are there the last one raised."""
    parts = version.split(".")
    if len(parts) < 4:
        return f"{version}.{number}"
    return ".".join([*parts[:3], str(int(parts[3]) + number)])
