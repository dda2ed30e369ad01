"""The command line of ``medapp train``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from medapp.files import is_there
from medapp.i18n import listed, tr
from medapp.training import argument_types
from medapp.training.cases.table_cases import UNCERTAIN
from medapp.training.cases.tables import arguments as table_arguments
from medapp.training.runs.request import EFFORTS, OPTIMISERS, SCHEDULES, Effort, RunRequest

_TEXTBOOK = ("optimiser", "rate", "epochs", "batch", "schedule")
_NOT_ASKED = frozenset({"json", "output", "resume", "estimate", *table_arguments.NAMES})


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; raises SystemExit where they do not make sense, or help was asked for."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.resume is None and args.cases is None:
        parser.error(tr("cli.train.no_cases"))
    others = [
        name for name in vars(args).keys() - {"resume", "json"} if getattr(args, name) != parser.get_default(name)
    ]
    if args.resume is not None and others:
        parser.error(tr("cli.train.resume_alone"))
    if args.effort == "instant" and _textbook_settings(args):
        parser.error(tr("cli.train.instant_alone", options=listed(_textbook_settings(args))))
    if args.epochs and args.steps:
        parser.error(tr("cli.train.epochs_or_steps"))
    return args


def _textbook_settings(args: argparse.Namespace) -> list[str]:
    """Return the textbook settings that were given; they are about learning with all layers."""
    return [f"--{name}" for name in _TEXTBOOK if getattr(args, name)]


def _effort(args: argparse.Namespace) -> Effort:
    """Return what was asked for; a network from scratch must learn with all its layers to know anything."""
    if args.effort is not None:
        asked: Effort = args.effort
        return asked
    return "quick" if _textbook_settings(args) or (args.architecture and not args.base) else "instant"


def request_of(args: argparse.Namespace) -> RunRequest:
    """Return what is asked for, so that it means the same when the run goes on from elsewhere."""
    given = {name: value for name, value in vars(args).items() if name not in _NOT_ASKED}
    asked = RunRequest(**{**given, "effort": _effort(args)})
    return replace(
        asked,
        cases=str(Path(asked.cases).absolute()),
        base=_absolute(asked.base),
        about=_absolute(asked.about),
        split=_absolute(asked.split),
        remedies=_absolute(asked.remedies),
        threads=asked.threads or os.cpu_count() or 1,
        install=args.output is None,
    )


def _absolute(name: str) -> str:
    return str(Path(name).absolute()) if name and is_there(Path(name)) else name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="medapp train", description=tr("cli.train"), epilog=tr("research_use"))
    defaults = RunRequest("")
    parser.add_argument("cases", metavar="CASES", nargs="?", help=tr("cli.cases"))
    parser.add_argument("--resume", metavar="RUN", help=tr("cli.train.resume"))
    parser.add_argument("--base", default="", metavar="MODEL", help=tr("cli.train.base"))
    parser.add_argument("--architecture", default="", metavar="NAME", help=tr("cli.train.architecture"))
    parser.add_argument("--effort", choices=EFFORTS, help=tr("cli.train.effort"))
    parser.add_argument("--name", default="", type=argument_types.model_name, metavar="TEXT", help=tr("cli.train.name"))
    parser.add_argument("--output", type=Path, metavar="DIR", help=tr("cli.train.output"))
    parser.add_argument(
        "--patient-from",
        dest="pattern",
        default="",
        type=argument_types.pattern,
        metavar="PATTERN",
        help=tr("cli.patient_from"),
    )
    parser.add_argument("--uncertain", choices=UNCERTAIN, default="", help=tr("cli.uncertain"))
    table_arguments.add_arguments(parser)
    parser.add_argument("--alarm", default="", metavar="CLASS", help=tr("cli.train.alarm"))
    parser.add_argument(
        "--find-at-least",
        type=argument_types.share,
        metavar="SHARE",
        default=defaults.find_at_least,
        help=tr("cli.train.find"),
    )
    parser.add_argument("--prevalence", type=argument_types.share, metavar="SHARE", help=tr("cli.train.prevalence"))
    parser.add_argument("--modalities", default="", metavar="LIST", help=tr("cli.train.modalities"))
    parser.add_argument("--scope", default="", metavar="TEXT", help=tr("cli.train.scope"))
    parser.add_argument("--about", default="", metavar="FILE", help=tr("cli.train.about"))
    parser.add_argument("--licence", default="", metavar="TEXT", help=tr("cli.train.licence"))
    parser.add_argument("--seed", type=argument_types.whole_number, default=defaults.seed, help=tr("cli.train.seed"))
    parser.add_argument("--steps", type=argument_types.whole_number, default=0, help=tr("cli.train.steps"))
    parser.add_argument("--threads", type=argument_types.whole_number, default=0, help=tr("cli.train.threads"))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help=tr("cli.train.device"))
    parser.add_argument("--split", default="", metavar="FILE", help=tr("cli.train.split"))
    parser.add_argument("--remedies", default="", metavar="FILE", help=tr("cli.train.remedies"))
    parser.add_argument("--mirror", action="store_true", help=tr("cli.train.mirror"))
    parser.add_argument("--without-page", action="store_true", help=tr("cli.train.without_page"))
    parser.add_argument("--without-pictures", action="store_true", help=tr("cli.train.without_pictures"))
    parser.add_argument("--estimate", action="store_true", help=tr("cli.train.estimate"))
    parser.add_argument("--json", action="store_true", help=tr("cli.train.json"))
    _add_textbook_settings(parser)
    return parser


def _add_textbook_settings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(tr("cli.train.textbook"), tr("cli.train.textbook.about"))
    group.add_argument("--optimiser", "--optimizer", choices=OPTIMISERS, default="", help=tr("cli.train.optimiser"))
    group.add_argument("--rate", type=argument_types.rate, metavar="RATE", default=0.0, help=tr("cli.train.rate"))
    group.add_argument("--epochs", type=argument_types.passes, metavar="N", default=0, help=tr("cli.train.epochs"))
    group.add_argument("--batch", type=argument_types.batch, metavar="N", default=0, help=tr("cli.train.batch"))
    group.add_argument("--schedule", choices=SCHEDULES, default="", help=tr("cli.train.schedule"))
    group.add_argument(
        "--image-size", type=argument_types.picture_size, metavar="PIXELS", default=0, help=tr("cli.train.image_size")
    )
