"""Puts a model in use for the images that a person names, and tells which models share images then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from medapp.classify.overlap import overlaps
from medapp.classify.own_words import in_own_words
from medapp.classify.package import WEIGHTS, Package
from medapp.classify.registry import Registry
from medapp.classify.revision import with_scope
from medapp.classify.scope import PICTURE, Scope, narrowed
from medapp.errors import MedappError
from medapp.i18n import listed, tr


def activate_for(registry: Registry, name: str, scope: Scope) -> Package:
    """Put a classifier in use for the images of `scope`: where that is not its own, as another version of it.

    Raises
    ------
    MedappError
        As `Registry.activate` and `Registry.install` do.
    """
    package = registry.get(name)
    if package.metadata.kind == "backbone":
        raise MedappError("registry.backbone", id=package.metadata.id)
    if scope != package.scope:
        package = _revision(registry, package, scope)
    return registry.activate(f"{package.metadata.id}@{package.metadata.version}")


def rescoped(scope: Scope, *, modalities: str | None, body_parts: str | None, views: str | None) -> Scope:
    """Return `scope` with the lists that a person has written, empty for any; None leaves one as it is.

    Raises
    ------
    MedappError
        ``scope.words``.
    """
    asked = {"modalities": modalities, "body_parts": body_parts, "views": views}
    written = {name: ", ".join(getattr(scope, name)) if text is None else text for name, text in asked.items()}
    parsed = narrowed(Scope(), **written, age_from="", age_to="", makers="")
    return replace(scope, modalities=parsed.modalities, body_parts=parsed.body_parts, views=parsed.views)


def shared_images(registry: Registry, package: Package) -> tuple[str, ...]:
    """Return a sentence for each other model in use that fits some of the same images: which one is asked."""
    found = overlaps(package, registry.in_use(), registry.shipped())
    names = {"id": package.metadata.id, "version": package.metadata.version}
    return tuple(
        tr(
            f"model.overlap.{overlap.asked}",
            **names,
            other=in_own_words(overlap.other.metadata.name),
            other_id=overlap.other.metadata.id,
            other_version=overlap.other.metadata.version,
        )
        for overlap in found
    )


def scope_in_words(scope: Scope) -> str:
    """Return what a scope names, in one line: modalities, body parts, views, ages, makers."""
    kinds = tuple(tr("model.plain_pictures") if one == PICTURE else one for one in scope.modalities)
    named = [listed(part) for part in (kinds, scope.body_parts, scope.views, scope.makers) if part]
    if scope.age_from is not None or scope.age_to is not None:
        first, last = ("" if age is None else f"{age:g}" for age in (scope.age_from, scope.age_to))
        named.append(tr("model.ages", first=first or "0", last=last or "…"))
    return " · ".join(named) or tr("model.any_image")


def _revision(registry: Registry, package: Package, scope: Scope) -> Package:
    """Return the version of a model that has this scope, made where there is none."""
    entries = [entry for entry in registry.list().entries if entry.ref.id == package.metadata.id]
    for entry in entries:
        if entry.package.scope == scope and entry.package.hashes[WEIGHTS] == package.hashes[WEIGHTS]:
            return entry.package
    with TemporaryDirectory(prefix="medapp-scope-", ignore_cleanup_errors=True) as scratch:
        made = with_scope(package, scope, Path(scratch) / "package", {entry.ref.version for entry in entries})
        return registry.install(made.path)
