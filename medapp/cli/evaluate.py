"""``medapp evaluate``: the figures of a model on a folder of labelled cases."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from medapp.classify.engine import DEVICES, Engine, EngineConfig
from medapp.classify.package import Package
from medapp.cli.chosen import chosen
from medapp.cli.main import ANSWERED
from medapp.cli.progress import run_shown
from medapp.i18n import clauses, headed, tr
from medapp.imaging.readers import Readers
from medapp.training import argument_types
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.table_cases import UNCERTAIN
from medapp.training.cases.tables import arguments as table_arguments
from medapp.training.cases.tables.importing import import_table
from medapp.training.measure import Measured, measure
from medapp.training.reporting.report_page.evaluation import write_evaluation_page

FIGURES = ("auc", "balanced_accuracy", "accuracy", "sensitivity", "specificity", "refused")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp evaluate``."""
    parser.add_argument("cases", type=Path, metavar="CASES", help=tr("cli.cases"))
    parser.add_argument("--model", required=True, metavar="ID", help=tr("cli.evaluate.model"))
    parser.add_argument("--patient-from", type=argument_types.pattern, metavar="PATTERN", help=tr("cli.patient_from"))
    parser.add_argument("--prevalence", type=argument_types.share, metavar="SHARE", help=tr("cli.train.prevalence"))
    parser.add_argument("--uncertain", choices=UNCERTAIN, default="", help=tr("cli.uncertain"))
    parser.add_argument("--device", choices=DEVICES, default="auto", help=tr("cli.train.device"))
    parser.add_argument("--html", type=Path, metavar="FILE", help=tr("cli.evaluate.html"))
    parser.add_argument("--without-pictures", action="store_true", help=tr("cli.evaluate.without_pictures"))
    table_arguments.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help=tr("cli.check.json"))


def run(args: argparse.Namespace) -> int:
    """Measure and print the answer."""
    with (
        chosen(args.model) as package,
        Readers() as readers,
        Engine(EngineConfig(device=args.device)) as engine,
    ):
        asked = (args.patient_from, args.prevalence, args.uncertain)
        cases = _cases(args, package, readers)
        measured = run_shown(measure(cases, package, readers, engine, *asked))
        if args.html is not None:
            write_evaluation_page(measured, args.html, None if args.without_pictures else readers)
    print(json.dumps(measured.to_json(), ensure_ascii=False, indent=1) if args.json else as_text(measured))
    return ANSWERED


def _cases(args: argparse.Namespace, package: Package, readers: Readers) -> Path | CaseFolder:
    """Return the folder or the list of files; or the cases of a table that is matched with its images."""
    plan = table_arguments.plan_from(args)
    if plan is None:
        cases: Path = args.cases
        return cases
    imported = run_shown(import_table(replace(plan, together=package.calibration.several), readers))
    imported.refuse_open()
    return imported.to_folder()


def as_text(measured: Measured) -> str:
    """Return the answer as lines for people: in people first, then the figures with their intervals."""
    told, metadata = measured.figures(), measured.package.metadata
    lines = [f"{metadata.name} ({metadata.id} {metadata.version})", "", told["in_people"], ""]
    lines += [f"{tr(f'card.figure.{name}'):>42}  {_interval(told[name])}" for name in FIGURES if told.get(name)]
    lines += [_label_line(entry) for entry in told.get("by_label", [])]
    counts = "measure.counts" if measured.checked.survey.rule.known else "measure.counts_images"
    lines += ["", tr(counts, cases=told["n_cases"], patients=told["n_patients"])]
    lines += [warning["text"] for warning in measured.warnings()] + list(told["notes"])
    return "\n".join([*lines, "", tr("research_use")])


def _label_line(entry: dict[str, Any]) -> str:
    names = ("auc", "average_precision", "sensitivity", "specificity")
    shown = [f"{tr(f'card.figure.{name}')} {_interval(entry[name])}" for name in names if entry[name]]
    return headed(entry["label"], clauses(shown) or entry["warning"])


def _interval(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})  n = {figure['n']}"
