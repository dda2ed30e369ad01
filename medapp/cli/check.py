"""``medapp check``: what a folder of labelled cases holds, what is wrong with it, and what it can prove."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from medapp.cli.progress import run_shown
from medapp.i18n import listed, spaced, tell, tr
from medapp.imaging.readers import Readers
from medapp.training import argument_types
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.table_cases import UNCERTAIN
from medapp.training.cases.tables import arguments as table_arguments
from medapp.training.cases.tables.importing import import_table
from medapp.training.cases.tables.left_out import in_words
from medapp.training.checking.check import Checked, check
from medapp.training.checking.findings import Finding
from medapp.training.checking.remedies import read_remedies

UNREADABLE_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp check``."""
    parser.add_argument("cases", type=Path, metavar="CASES", help=tr("cli.cases"))
    parser.add_argument("--patient-from", type=argument_types.pattern, metavar="PATTERN", help=tr("cli.patient_from"))
    parser.add_argument("--uncertain", choices=UNCERTAIN, default="", help=tr("cli.uncertain"))
    parser.add_argument("--remedies", type=Path, metavar="FILE", help=tr("cli.check.remedies"))
    table_arguments.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help=tr("cli.check.json"))


def run(args: argparse.Namespace) -> int:
    """Check the cases and print the answer."""
    plan = table_arguments.plan_from(args)
    taken = read_remedies(args.remedies) if args.remedies else ()
    with Readers() as readers:
        cases = args.cases if plan is None else run_shown(import_table(plan, readers)).to_folder()
        checked = run_shown(check(cases, readers, args.patient_from, uncertain=args.uncertain, taken=taken))
    print(json.dumps(checked.to_json(), ensure_ascii=False, indent=2) if args.json else as_text(checked))
    return 0


def as_text(checked: Checked) -> str:
    """Return the answer as lines for people: what it can prove first, then the findings by weight."""
    answer = checked.to_json()
    split = answer["split"]
    unmatched = _unmatched(checked.survey.folder)
    lines = [
        *unmatched[:UNREADABLE_SHOWN],
        *(
            [tr("check.text.more_unmatched", n=len(unmatched) - UNREADABLE_SHOWN)]
            if unmatched[UNREADABLE_SHOWN:]
            else []
        ),
        checked.proves,
        *filter(None, [checked.effort]),
        "",
        tr("check.text.classes", classes=_counts(answer["classes"])),
        *(tr("check.text.label", name=name, **counts) for name, counts in answer.get("labels", {}).items()),
        _patients(answer),
        tr("check.text.split", **{use: _counts(split[use]) for use in ("sealed", "development", "left_out")}),
        "",
    ]
    lines += [f"{tr(f'check.severity.{finding.severity}'):>8}  {_told(finding)}" for finding in checked.findings]
    lines += [
        "          " + tr("check.text.unreadable", path=problem.path, reason=tell(problem))
        for problem in checked.survey.unreadable[:UNREADABLE_SHOWN]
    ]
    return "\n".join([*lines, "", tr("research_use")])


def _told(finding: Finding) -> str:
    kept = tr("report.kept", why=finding.kept_because) if finding.kept_because else ""
    return spaced((finding.text, kept))


def _unmatched(folder: CaseFolder) -> list[str]:
    """Return a line for each row of a table that is about no image."""
    if not folder.table:
        return [tr("check.text.unmatched", name=name) for name in folder.unmatched]
    return [
        in_words((str(row["line"]), row["text"], tr(f"table.why_{row['why']}"))) for row in folder.table["unmatched"]
    ]


def _patients(answer: dict[str, Any]) -> str:
    if not answer["patients_known"]:
        return tr("check.text.patients_unknown")
    return tr("check.text.patients", n=answer["patients"], source=tr(f"patients_from.{answer['patients_from']}"))


def _counts(classes: dict[str, int]) -> str:
    return listed(f"{name} {n}" for name, n in classes.items())
