"""``medapp labels``: what label mode has written down, without the window."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from medapp.cli.main import ANSWERED
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.i18n import listed, tell, tr
from medapp.jobs import run_to_end
from medapp.training.figures.reader_agreement import Agreement
from medapp.workflows.label_agreement import between, with_oneself
from medapp.workflows.label_cases import export_folder, labelled_cases, write_cases
from medapp.workflows.label_lists import take_in
from medapp.workflows.label_words import agreements_of, left_out_words, open_disagreements
from medapp.workflows.labelling import LabelProject, file_name, find_label_project, find_label_projects


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", help=tr("cli.models.action"))
    made = {name: actions.add_parser(name, help=tr(f"cli.labels.{name.replace('-', '_')}")) for name in _ACTIONS}
    for name, action in made.items():
        if name != "list":
            action.add_argument("project", metavar="PROJECT", help=tr("cli.labels.name"))
        action.add_argument("--json", action="store_true", help=tr("cli.models.json"))
    made["take-in"].add_argument("table", type=Path, metavar="TABLE", help=tr("cli.labels.table"))
    made["take-in"].add_argument("--reader", default="", help=tr("cli.labels.reader"))
    made["export"].add_argument("folder", type=Path, metavar="FOLDER", help=tr("cli.labels.folder"))
    made["export"].add_argument("--copies", action="store_true", help=tr("cli.labels.copies"))


def run(args: argparse.Namespace) -> int:
    """Do what was asked for and print the answer."""
    document, text = _ACTIONS[args.action](args)
    print(json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=1) if args.json else text)
    return ANSWERED


def _project(args: argparse.Namespace) -> LabelProject:
    project = find_label_project(args.project, user_folders().data / "labels")
    if project.plan.unit == "series" and args.action in {"cases", "export"}:
        raise MedappError("labels.series")
    return project


def _list(_: argparse.Namespace) -> tuple[dict[str, Any], str]:
    found, problems = find_label_projects(user_folders().data / "labels")
    rows = [_summary(project) for project in found]
    lines = [tr("cli.labels.row", **row) for row in rows] or [tr("cli.labels.none")]
    told = [{"path": problem.path, "code": problem.code, "reason": tell(problem)} for problem in problems]
    return {"projects": rows, "problems": told}, "\n".join([*lines, *(row["reason"] for row in told)])


def _show(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    project = _project(args)
    summary = {**_summary(project), "disagreements": open_disagreements(project)}
    readers = project.readers
    own = [{"reader": reader, **_figures(with_oneself(project, reader))} for reader in readers]
    pairs = [{"readers": [a, b], **_figures(between(project, a, b))} for a, b in combinations(readers, 2)]
    lines = [tr("cli.labels.one", **summary), *agreements_of(project)]
    return {"project": summary, "with_oneself": own, "between": pairs}, "\n".join(lines)


def _take_in(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    project = _project(args)
    taken = take_in(project, args.table, args.reader, _files(project))
    told = tr("label.taken_in", n=taken.taken, reader=listed(taken.readers), unmatched=taken.unmatched)
    return {"taken_in": asdict(taken)}, told


def _files(project: LabelProject) -> list[str]:
    """Return the cases of a project: what lies below its paths, and what was answered."""
    roots = [Path(path) for path in project.plan.paths]
    below = (Path(place, name) for root in roots for place, _, names in os.walk(root) for name in sorted(names))
    return list(dict.fromkeys([*(file_name(str(path)) for path in below), *project.finals()]))


def _cases(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    path, cases = write_cases(_project(args))
    counts = {name: n for name, n in asdict(cases).items() if name != "files"}
    return {"path": str(path), "cases": len(cases.files), **counts}, tr(
        "cli.labels.written", path=str(path), told=left_out_words(cases)
    )


def _export(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    cases = run_to_end(export_folder(_project(args), args.folder, copies=args.copies))
    told = tr("label.exported", n=len(cases.files))
    return {"path": str(args.folder), "files": len(cases.files)}, told


def _summary(project: LabelProject) -> dict[str, Any]:
    held, plan = project.finals(), project.plan
    counts = Counter(label for _, label in labelled_cases(project).files)
    return {
        "name": project.folder.name,
        "title": plan.title,
        "unit": plan.unit,
        "classes": {name: counts[name] for name in plan.classes},
        "answered": len(held),
        "readers": list(project.readers),
    }


def _figures(found: Agreement) -> dict[str, Any]:
    share, kappa = (None if one is None else one.to_json() for one in (found.share, found.kappa))
    return {"n": found.n, "same": found.same, "share": share, "kappa": kappa}


_ACTIONS = {"list": _list, "show": _show, "take-in": _take_in, "cases": _cases, "export": _export}
