"""The part of a command line that is about tables, shared by ``check``, ``train`` and ``evaluate``."""

from __future__ import annotations

import argparse
from pathlib import Path

from medapp.errors import MedappError
from medapp.files import is_there
from medapp.i18n import tr
from medapp.imaging.readers import Readers
from medapp.jobs import run_to_end
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.tables.importing import TablePlan, import_table, plan_of
from medapp.training.cases.tables.opening import TEXT_FILES, WORKBOOKS

NAMES = ("images", "sheet", "column", "answer")
"""What `add_arguments` declares."""
_TAKEN_UP = frozenset(
    {"table.no_file_column", "table.no_labels", "table.unmatched", "table.encoding", "table.row", "table.header_twice"}
    | {"table.values", "table.contradicts"}
)
"""What a plain list of files is refused for, and a table that is matched with images is not."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments about a table."""
    group = parser.add_argument_group(tr("cli.table"), tr("cli.table.about"))
    group.add_argument("--images", type=Path, metavar="FOLDER", help=tr("cli.table.images"))
    group.add_argument("--sheet", default="", metavar="NAME", help=tr("cli.table.sheet"))
    group.add_argument("--column", action="append", default=[], metavar="MEANING=NAME", help=tr("cli.table.column"))
    group.add_argument("--answer", action="append", default=[], metavar="TEXT=MEANING", help=tr("cli.table.answer"))


def plan_from(args: argparse.Namespace) -> TablePlan | None:
    """Return what is said about a table; None where the cases are a folder, or a plain list of files.

    Raises
    ------
    MedappError
        ``table.expected`` where options about a table are given for something else; ``cases.missing``.
    """
    cases, uncertain = Path(args.cases), args.uncertain
    asked = args.images is not None or args.sheet or args.column or args.answer
    suffix = cases.suffix.casefold()
    is_table = suffix in TEXT_FILES | WORKBOOKS and not cases.is_dir()
    if not is_there(cases):
        raise MedappError("cases.missing", folder=cases.name)
    if asked and not is_table:
        raise MedappError("table.expected", name=cases.name)
    if not is_table or not (asked or suffix in WORKBOOKS or _is_no_list(cases, uncertain)):
        return None
    return plan_of(cases, args.images, args.sheet, tuple(args.column), tuple(args.answer), uncertain)


def _is_no_list(cases: Path, uncertain: str) -> bool:
    try:
        list_cases(cases, uncertain)  # type: ignore[arg-type]  # argparse has looked at it
    except MedappError as error:
        return error.code in _TAKEN_UP
    return False


def matched_cases(args: argparse.Namespace) -> CaseFolder | None:
    """Return the cases of the table that `args` are about; None where they are about no such table."""
    plan = plan_from(args)
    if plan is None:
        return None
    with Readers() as readers:
        return run_to_end(import_table(plan, readers)).to_folder()
