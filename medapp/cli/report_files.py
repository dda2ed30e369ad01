"""``--report``: the answers of ``medapp classify`` written into a folder, in the forms that others read."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from medapp.classify.stacks import StackAnswer
from medapp.errors import MedappError
from medapp.i18n import listed, tell, tr
from medapp.interop.outcome import FORMATS, PICTURES, Format, StackFacts
from medapp.workflows.folder_reading import Answer, Answers
from medapp.workflows.sending import Sent, Told, ToldStack, Wanted
from medapp.workflows.stack_summaries import StackSummary


def add_report_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare ``--report`` and what says more about it."""
    parser.add_argument("--report", type=Path, metavar="DIR", help=tr("cli.classify.report"))
    parser.add_argument("--formats", type=formats, metavar="LIST", help=tr("cli.classify.formats"))
    parser.add_argument("--with-identity", action="store_true", help=tr("cli.classify.with_identity"))


def formats(text: str) -> tuple[Format, ...]:
    """Return the formats that a list with commas names, each once."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            problem = MedappError("send.formats", name=name[:40], known=listed(FORMATS))
            raise argparse.ArgumentTypeError(tell(problem).replace("%", "%%"))
    if not names:
        raise argparse.ArgumentTypeError(tell(MedappError("send.formats", name="", known=listed(FORMATS))))
    return tuple(form for form in FORMATS if form in names)


def wanted_of(args: argparse.Namespace) -> Wanted | None:
    """Return what is to be written, None where no report is asked for."""
    return Wanted(args.formats or FORMATS, args.with_identity) if args.report is not None else None


def needs_heat_map(wanted: Wanted | None) -> bool:
    """Tell whether a form shows the contour of the heat map."""
    return wanted is not None and not PICTURES.isdisjoint(wanted.formats)


def told_of(answers: Sequence[Answer]) -> list[Told]:
    """Return the answers as they are sent on."""
    return [
        Told(answer.path, answer.frame, answer.prediction, sop_instance_uid=answer.sop_instance_uid)
        for answer in answers
    ]


def stacks_of(answers: Answers, found: Sequence[StackSummary]) -> list[ToldStack]:
    """Return the stacks of DICOM images that have an answer, as they are sent on."""
    told = ((stack, stack.answer, stack.foremost) for stack in found)
    return [
        _told_stack(answers, stack, answer, foremost)
        for stack, answer, foremost in told
        if answer is not None and foremost is not None and answers.answers[foremost].sop_instance_uid
    ]


def _told_stack(answers: Answers, stack: StackSummary, answer: StackAnswer, foremost: int) -> ToldStack:
    best = answers.answers[foremost]
    # a share of images has no probability and no label
    said = answer.said or replace(best.prediction, probabilities={}, label=None, unclear=None, in_distribution=None)
    there = (answers.answers[number] for number in stack.images if number is not None)
    images = tuple((one.sop_instance_uid, one.frame) for one in there)
    refused = stack.refused(answers)
    counts = (len(stack.images) - refused - stack.failed, refused, stack.failed)
    facts = StackFacts(answer.how, answer.about, answer.score, answer.limit, *counts, images)
    return ToldStack(Told(best.path, best.frame, said, sop_instance_uid=best.sop_instance_uid), facts)


def as_json(sent: Sent, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return what was written, as the schema ``classify`` describes it."""
    pairs = zip(answers, sent.rows, strict=True)
    return {
        "folder": str(sent.folder),
        "files": [str(path) for path in sent.files],
        "not_written": [
            {"path": answer.path, "frame": answer.frame, "format": r.form, "code": r.code, "reason": r.reason}
            for answer, row in pairs
            for r in row.refused
        ],
    }


def as_text(sent: Sent) -> str:
    """Return what was written in a line, and a line for each form that could not be made and why."""
    counts = Counter((refused.form, refused.reason) for refused in sent.refusals)
    lines = [tr("cli.classify.reported", files=len(sent.files), folder=sent.folder)]
    told = (tr("cli.classify.not_reported", count=n, form=form, reason=why) for (form, why), n in counts.items())
    return "\n".join([*lines, *told])
