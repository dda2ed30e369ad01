"""``medapp models``: the models of this station."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from medapp.classify.package import Package
from medapp.classify.registry import Entry, Registry
from medapp.cli import models_compare, models_export, models_import, models_report, models_watch
from medapp.cli.main import ANSWERED
from medapp.folders import user_folders
from medapp.i18n import clauses, listed, tell, tr
from medapp.workflows.activation import activate_for, rescoped, scope_in_words, shared_images

ACTIONS = (
    "list",
    "show",
    "import",
    "export",
    "activate",
    "deactivate",
    "rollback",
    "remove",
    "report",
    "compare",
    "watch",
    "watched",
)

CLASSES_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", help=tr("cli.models.action"))
    parsers = {name: actions.add_parser(name, help=tr(f"cli.models.{name}")) for name in ACTIONS}
    for name in ("show", "activate", "deactivate", "remove"):
        parsers[name].add_argument("name", metavar="ID", help=tr("cli.models.name"))
    for option in ("modality", "body-part", "view"):
        help_text = tr(f"cli.activate.{option.replace('-', '_')}")
        parsers["activate"].add_argument(f"--{option}", metavar=tr(f"cli.import.metavar.{option}"), help=help_text)
    models_import.add_arguments(parsers["import"])
    models_export.add_arguments(parsers["export"])
    models_report.add_arguments(parsers["report"])
    models_compare.add_arguments(parsers["compare"])
    models_watch.add_arguments(parsers["watch"], parsers["watched"])
    for action in parsers.values():
        action.add_argument("--json", action="store_true", help=tr("cli.models.json"))


def run(args: argparse.Namespace) -> int:
    """Do what was asked for and print the answer."""
    perform: dict[str, Callable[[Registry, argparse.Namespace], tuple[dict[str, Any], str]]] = {
        "list": _list,
        "show": _show,
        "import": models_import.perform,
        "export": models_export.perform,
        "activate": _activate,
        "deactivate": _deactivate,
        "rollback": _rollback,
        "remove": _remove,
        "report": models_report.perform,
        "compare": models_compare.perform,
        "watch": models_watch.watch,
        "watched": models_watch.watched,
    }
    document, text = perform[args.action](Registry(user_folders()), args)
    print(json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=1) if args.json else text)
    return ANSWERED


def _list(registry: Registry, _: argparse.Namespace) -> tuple[dict[str, Any], str]:
    listing = registry.list()
    problems = [{"path": p.path, "code": p.code, "reason": tell(p)} for p in listing.problems]
    lines = [_row(entry) for entry in listing.entries] or [tr("cli.models.none")]
    lines += [tr("cli.models.broken", path=p["path"], reason=p["reason"]) for p in problems]
    return {"models": [_summary(entry) for entry in listing.entries], "problems": problems}, "\n".join(lines)


def _show(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    entry = registry.entry(args.name)
    package = entry.package
    document = {
        **_summary(entry),
        "metadata": package.metadata.to_json(),
        "scope": package.scope.to_json(),
        "preprocess": package.preprocess.to_json(),
        "calibration": package.calibration.to_json(),
        "report": package.report(),
        "card": package.card(),
    }
    told = [] if package.calibration.calibrated else [tr("model.not_calibrated")]
    return {"model": document}, "\n".join([_row(entry), *told, "", package.card().strip(), "", tr("research_use")])


def _activate(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    scope = registry.get(args.name).scope
    asked = {"modalities": args.modality, "body_parts": args.body_part, "views": args.view}
    package = activate_for(registry, args.name, rescoped(scope, **asked))
    shared = shared_images(registry, package)
    document, text = _told(package, "cli.models.activated", scope=scope_in_words(package.scope))
    uncalibrated = () if package.calibration.calibrated else (tr("model.not_calibrated"),)
    return {**document, "shared_images": list(shared)}, "\n".join([text, *shared, *uncalibrated])


def _deactivate(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    return _told(registry.deactivate(args.name), "cli.models.deactivated")


def _rollback(registry: Registry, _: argparse.Namespace) -> tuple[dict[str, Any], str]:
    packages = registry.rollback()
    names = listed(f"{p.metadata.id} {p.metadata.version}" for p in packages) or tr("cli.models.nothing_in_use")
    in_use = [{"id": p.metadata.id, "version": p.metadata.version} for p in packages]
    return {"in_use": in_use}, tr("cli.models.rolled_back", names=names)


def _remove(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    package = registry.get(args.name)
    registry.remove(args.name)
    models_watch.forget(package)
    return _told(package, "cli.models.removed")


def _told(package: Package, key: str, **more: str) -> tuple[dict[str, Any], str]:
    params = {"id": package.metadata.id, "version": package.metadata.version, **more}
    return {**params, "kind": package.metadata.kind}, tr(key, **params)


def _summary(entry: Entry) -> dict[str, Any]:
    metadata = entry.package.metadata
    return {
        "id": metadata.id,
        "version": metadata.version,
        "name": metadata.name,
        "kind": metadata.kind,
        "architecture": metadata.architecture,
        "classes": list(metadata.classes),
        "modalities": list(entry.package.scope.modalities),
        "body_parts": list(entry.package.scope.body_parts),
        "views": list(entry.package.scope.views),
        "calibrated": entry.package.calibration.calibrated,
        "created": metadata.created,
        "builtin": entry.builtin,
        "active": entry.active,
        "manifest_hash": entry.package.manifest_hash,
        "path": str(entry.package.path),
    }


def _row(entry: Entry) -> str:
    metadata, calibrated = entry.package.metadata, entry.package.calibration.calibrated
    line = tr(
        "cli.models.row",
        mark="*" if entry.active else " ",
        id=metadata.id,
        version=metadata.version,
        name=metadata.name,
        kind=metadata.kind,
        architecture=metadata.architecture,
        classes=listed(metadata.classes[:CLASSES_SHOWN]) + (" …" if len(metadata.classes) > CLASSES_SHOWN else ""),
    )
    if metadata.kind == "backbone":
        return line
    told = [scope_in_words(entry.package.scope), *([] if calibrated else [tr("model.not_calibrated_short")])]
    return f"{line}  ({clauses(told)})"
