"""``medapp models import``: packages, and weight files as starting models or as classifiers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medapp.classify.package import Package
from medapp.classify.preprocess import Triple
from medapp.classify.registry import Registry
from medapp.classify.weight_names import is_weight_file
from medapp.classify.weight_plan import (
    GREY_NETWORK,
    PREPROCESS,
    WeightPlan,
    class_names,
    guessed_preprocess,
    preprocess_from,
    scope_from,
)
from medapp.errors import MedappError
from medapp.i18n import listed, tr
from medapp.workflows.weight_import import from_torch_home, import_weight_file, look_into

TEXTS = ("id", "name", "version", "architecture", "classes", "preprocess", "range", "modality", "body-part", "view")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp models import``."""
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help=tr("cli.models.path"))
    parser.add_argument("--from-torch-home", metavar="NAME", help=tr("cli.models.from_torch_home"))
    parser.add_argument("--look", action="store_true", help=tr("cli.import.look"))
    for name in TEXTS:
        help_text = tr(f"cli.import.{name.replace('-', '_')}", known=listed(PREPROCESS))
        parser.add_argument(f"--{name}", default="", metavar=tr(f"cli.import.metavar.{name}"), help=help_text)
    parser.add_argument("--several-labels", action="store_true", help=tr("cli.import.several"))
    parser.add_argument("--size", type=int, metavar="PIXELS", help=tr("cli.import.size"))
    parser.add_argument("--mean", metavar="R,G,B", help=tr("cli.models.mean"))
    parser.add_argument("--std", metavar="R,G,B", help=tr("cli.models.std"))


def perform(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Install what was given, or tell what a weight file seems to be."""
    if (args.path is None) == (args.from_torch_home is None):
        raise MedappError("weights.source")
    path = args.path or from_torch_home(args.from_torch_home)
    if args.look:
        return _looked(path)
    if is_weight_file(path):
        package = import_weight_file(path, registry, plan_of(args))
    else:
        _refuse_options(args)
        package = registry.install(path)
    return _told(package)


def plan_of(args: argparse.Namespace) -> WeightPlan:
    """Return what the options say about a weight file."""
    classes = class_names(args.classes) if args.classes else ()
    asked = args.preprocess or args.size or args.range
    guessed = guessed_preprocess(args.architecture)
    spec = preprocess_from(args.preprocess or guessed, size=args.size, spread=args.range) if asked else None
    return WeightPlan(
        model_id=args.id,
        title=args.name,
        version=args.version,
        architecture=args.architecture,
        classes=classes,
        several=args.several_labels,
        preprocess=spec,
        mean=_figures(args.mean),
        std=_figures(args.std),
        scope=scope_from(args.modality, args.body_part, args.view),
    )


def _looked(path: Path) -> tuple[dict[str, Any], str]:
    facts = look_into(path)
    lines = [tr("cli.import.found", architecture=facts.architecture, outputs=facts.outputs)]
    if facts.guessed_classes:
        lines.append(tr("cli.import.guessed_xrv", path=path))
    else:
        lines.append(tr("cli.import.guessed", path=path, preprocess=facts.guessed_preprocess))
    guessed = {"classes": list(facts.guessed_classes), "preprocess": facts.guessed_preprocess}
    return {"file": facts.to_json(), "guessed": guessed}, "\n".join(lines)


def _refuse_options(args: argparse.Namespace) -> None:
    """A package says all this of itself: what is asked for beside it is not left aside in silence."""
    named = [name for name in TEXTS if getattr(args, name.replace("-", "_"))]
    named += [name for name in ("size", "mean", "std") if getattr(args, name) is not None]
    if args.several_labels:
        named.append("several-labels")
    if named:
        raise MedappError("weights.options", options=listed(f"--{name}" for name in named))


def _told(package: Package) -> tuple[dict[str, Any], str]:
    metadata = package.metadata
    told = {"id": metadata.id, "version": metadata.version}
    backbone = metadata.kind == "backbone"
    lines = [tr("cli.models.imported_backbone" if backbone else "cli.models.imported", **told)]
    if backbone and metadata.architecture == GREY_NETWORK:
        lines.append(tr("cli.import.is_xrv"))
    if not package.calibration.calibrated:
        lines += [tr("model.not_calibrated"), tr("cli.import.see_card", id=metadata.id)]
    document = {**told, "kind": metadata.kind, "architecture": metadata.architecture, "classes": list(metadata.classes)}
    return {**document, "calibrated": package.calibration.calibrated}, "\n".join(lines)


def _figures(text: str | None) -> Triple | None:
    if text is None:
        return None
    try:
        first, second, third = (float(part) for part in text.split(","))
    except ValueError as error:
        raise MedappError("weights.figures") from error
    return first, second, third
