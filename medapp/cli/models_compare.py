"""``medapp models compare``: champion against challenger on the same sealed patients."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from medapp.classify.engine import DEVICES, Engine, EngineConfig
from medapp.classify.registry import Registry
from medapp.cli.chosen import chosen
from medapp.cli.progress import run_shown
from medapp.i18n import tr
from medapp.imaging.readers import Readers
from medapp.training import argument_types
from medapp.training.figures.champion import MARGIN
from medapp.workflows.contest import Contest, run_contest

FLIPS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``medapp models compare``."""
    parser.add_argument("champion", metavar="CHAMPION", help=tr("cli.compare.champion"))
    parser.add_argument("challenger", metavar="CHALLENGER", help=tr("cli.compare.challenger"))
    parser.add_argument("cases", type=Path, metavar="CASES", help=tr("cli.cases"))
    parser.add_argument("--margin", type=argument_types.share, default=MARGIN, help=tr("cli.compare.margin"))
    parser.add_argument("--patient-from", type=argument_types.pattern, metavar="PATTERN", help=tr("cli.patient_from"))
    parser.add_argument("--device", choices=DEVICES, default="auto", help=tr("cli.train.device"))


def perform(_: Registry, args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Compare and return the document and the text."""
    with (
        chosen(args.champion) as champion,
        chosen(args.challenger) as challenger,
        Readers() as readers,
        Engine(EngineConfig(device=args.device)) as engine,
    ):
        job = run_contest(
            args.cases, champion, challenger, readers, engine, pattern=args.patient_from, margin=args.margin
        )
        contest = run_shown(job)
    return contest.to_json(), as_text(contest)


def as_text(contest: Contest) -> str:
    """Return the result as lines for people: the verdict first, then the cases that changed."""
    names = {side: getattr(contest, side).metadata.name for side in ("champion", "challenger")}
    flips = contest.comparison.flips
    lines = [tr("cli.compare.pair", **names), "", *contest.comparison.sentences(), *contest.warnings()]
    if flips:
        lines += ["", tr("cli.compare.flips")]
        lines += [tr(f"champion.flip.{flip.kind}", **flip.__dict__) for flip in flips[:FLIPS_SHOWN]]
    if len(flips) > FLIPS_SHOWN:
        lines.append(tr("cli.compare.more", n=len(flips) - FLIPS_SHOWN))
    return "\n".join([*lines, "", tr("research_use")])
