"""``medapp models report``: what a model's training proved, as one HTML page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medapp.classify.registry import Registry
from medapp.i18n import tr
from medapp.workflows.report_pages import write_package_page


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp models report``."""
    parser.add_argument("name", metavar="ID", help=tr("cli.models.name"))
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=tr("cli.models.report_output"))


def perform(registry: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the page and tell where it is."""
    package = registry.get(args.name)
    write_package_page(package, args.output)
    told = {"id": package.metadata.id, "version": package.metadata.version, "path": str(args.output)}
    return told, tr("cli.models.report_written", **told)
