"""``medapp project``: the teaching projects of this station, taken along and brought in as one ZIP file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from medapp.cli.main import ANSWERED
from medapp.folders import user_folders
from medapp.i18n import tr
from medapp.workflows.project_archive import export_project, find_project, import_project
from medapp.workflows.teaching import Project, list_projects


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", help=tr("cli.models.action"))
    listing = actions.add_parser("list", help=tr("cli.project.list"))
    export = actions.add_parser("export", help=tr("cli.project.export"))
    export.add_argument("name", metavar="PROJECT", help=tr("cli.project.name"))
    export.add_argument("path", type=Path, metavar="ZIP", help=tr("cli.models.zip"))
    imported = actions.add_parser("import", help=tr("cli.project.import"))
    imported.add_argument("path", type=Path, metavar="ZIP", help=tr("cli.project.zip"))
    for action in (listing, export, imported):
        action.add_argument("--json", action="store_true", help=tr("cli.models.json"))


def run(args: argparse.Namespace) -> int:
    """Do what was asked for and print the answer."""
    perform = {"list": _list, "export": _export, "import": _import}
    document, text = perform[args.action](args)
    print(json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=1) if args.json else text)
    return ANSWERED


def _list(_: argparse.Namespace) -> tuple[dict[str, Any], str]:
    projects = list_projects(user_folders().projects)
    rows = [_summary(project) for project in projects]
    lines = [tr("cli.project.row", **row) for row in rows] or [tr("cli.project.none")]
    return {"projects": rows}, "\n".join(lines)


def _export(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    project = find_project(args.name, user_folders().projects)
    path = export_project(project, args.path)
    return {"project": _summary(project), "path": str(path)}, tr("cli.project.exported", path=str(path))


def _import(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    summary = _summary(import_project(args.path, user_folders()))
    return {"project": summary}, tr("cli.project.imported", **summary)


def _summary(project: Project) -> dict[str, Any]:
    state = project.state
    return {
        "name": project.folder.name,
        "title": state.title,
        "created": state.created,
        "trainings": len(project.finished_runs()),
        "openings": state.openings,
    }
