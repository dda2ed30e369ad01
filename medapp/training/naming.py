"""Giving a trained package its name: the same model under another id, with how often its sealed test was opened."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from medapp.classify.contents import PackageContents, Tensors, halved
from medapp.classify.package import LICENCE, Package, write_package
from medapp.classify.scope import Scope

LONGEST_ID = 60


def identifier(name: str) -> str:
    """Return the id of a model called `name`: lower-case words joined by dashes.

    Examples
    --------
    >>> identifier("Chest, children (quick)")
    'chest-children-quick'
    """
    words = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return words[:LONGEST_ID].strip("-") or "model"


def renamed(
    package: Package,
    name: str,
    target: Path,
    openings: int,
    *,
    scope: Scope | None = None,
    version: str = "",
) -> Package:
    """Write `package` to the new folder `target` under another name.

    Parameters
    ----------
    package : Package
        As the training wrote it.
    name : str
        What people call it; its id is made of it.
    target : Path
        The new folder.
    openings : int
        How often its sealed test was opened; kept in the report.
    scope : Scope, optional
        What it may be asked about, where a person has changed that.
    version : str, optional
        Its version; its own where none is given.
    """
    old = package.metadata
    report = package.report()
    card = package.card().replace(f"# {old.name}", f"# {name}", 1)
    contents = PackageContents(
        metadata=replace(old, id=identifier(name), name=name, version=version or old.version),
        preprocess=package.preprocess,
        weights=_as_stored(package.weights()),
        scope=scope or package.scope,
        calibration=package.calibration,
        novelty=package.novelty(),
        training_set=package.training_set(),
        report=None if report is None else {**report, "openings": openings},
        card=card,
        licence_text=(package.path / LICENCE).read_text(encoding="utf-8"),
    )
    return write_package(target, contents)


def _as_stored(weights: Tensors) -> Tensors:
    """Return each tensor that came from 16 bits with 16 bits, the others as they are."""
    half = halved(weights)
    return {name: half[name] if np.array_equal(half[name].astype(w.dtype), w) else w for name, w in weights.items()}
