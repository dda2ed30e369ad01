"""What the dialog of models shows, made of the registry. Pure but for the files that packages are."""

from __future__ import annotations

from medapp.classify.own_words import in_own_words, own_card
from medapp.classify.registry import Entry, Registry
from medapp.i18n import listed, tell, tr
from medapp.ui.widgets.models_views import ModelRow, ModelsView
from medapp.workflows.activation import scope_in_words, shared_images

CLASSES_SHOWN = 20


def models_view(registry: Registry) -> ModelsView:
    """Return the models of this station; reads files, so call it in a worker."""
    listing = registry.list()
    rows = tuple(_row(registry, entry) for entry in listing.entries)
    return ModelsView(rows, problems=tuple(tell(problem) for problem in listing.problems))


def _row(registry: Registry, entry: Entry) -> ModelRow:
    package = entry.package
    scope, metadata = package.scope, package.metadata
    answers = metadata.kind != "backbone"
    lists = {name: listed(getattr(scope, name)) for name in ("modalities", "body_parts", "views")}
    return ModelRow(
        str(entry.ref),
        in_own_words(metadata.name),
        _state(entry),
        _facts(entry),
        warning="" if package.calibration.calibrated else tr("model.not_calibrated"),
        shared=shared_images(registry, package) if entry.active else (),
        card=own_card(metadata.id, metadata.version, package.card()).strip(),
        answers=answers,
        in_use=entry.active,
        removable=not entry.builtin,
        **(lists if answers else {}),
    )


def _state(entry: Entry) -> str:
    if entry.package.metadata.kind == "backbone":
        return tr("models.state.backbone")
    return tr("models.state.in_use" if entry.active else "models.state.idle")


def _facts(entry: Entry) -> tuple[str, ...]:
    metadata = entry.package.metadata
    names = listed(metadata.classes[:CLASSES_SHOWN]) + (" …" if len(metadata.classes) > CLASSES_SHOWN else "")
    told = {"id": metadata.id, "version": metadata.version}
    lines = [tr("models.fact.identity", **told, created=metadata.created[:10])]
    if metadata.classes:
        lines += [tr("models.fact.classes", classes=names)]
        lines += [tr("models.fact.scope", scope=scope_in_words(entry.package.scope))]
    if entry.builtin:
        lines.append(tr("models.fact.builtin"))
    return tuple(lines)
