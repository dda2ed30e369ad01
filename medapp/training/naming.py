"""Giving a trained package its name: the same model under another id, with how often its sealed test was opened."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from medapp.classify.package import Package, write_package
from medapp.classify.revision import contents_of
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
    contents = replace(
        contents_of(package),
        metadata=replace(old, id=identifier(name), name=name, version=version or old.version),
        scope=scope or package.scope,
        report=None if report is None else {**report, "openings": openings},
        card=card,
    )
    return write_package(target, contents)
