"""``medapp models export``: a model as the ZIP file of its package, or its network as an ONNX file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medapp.classify.registry import Registry
from medapp.i18n import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp models export``."""
    parser.add_argument("name", metavar="ID", help=tr("cli.models.name"))
    parser.add_argument("path", nargs="?", type=Path, metavar="ZIP", help=tr("cli.models.zip"))
    parser.add_argument("--onnx", type=Path, metavar="FILE", help=tr("cli.export.onnx"))
    parser.add_argument("--pictures", nargs="+", type=Path, default=(), metavar="PATH", help=tr("cli.export.pictures"))
    parser.set_defaults(usage_error=parser.error)


def perform(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write what was asked for and tell where it is."""
    if args.path is None and args.onnx is None:
        args.usage_error(tr("cli.export.nothing"))
    package = registry.get(args.name)
    told: dict[str, Any] = {"id": package.metadata.id, "version": package.metadata.version}
    document, lines = {**told, "kind": package.metadata.kind}, []
    if args.path is not None:
        registry.export(args.name, args.path)
        document["path"] = str(args.path)
        lines.append(tr("cli.models.exported", **told, path=args.path))
    if args.onnx is not None:
        from medapp.workflows.onnx_file import export_onnx

        check = export_onnx(package, args.onnx, args.pictures)
        document["onnx"] = {**check, "path": str(args.onnx)}
        figures = {**check, "difference": f"{check['difference']:.1e}"}
        lines += [tr("cli.models.exported", **told, path=args.onnx), tr("cli.export.checked", **figures)]
    return document, "\n".join(lines)
