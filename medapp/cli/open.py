"""``medapp open [PATH …]``: the window."""

from __future__ import annotations

import argparse
from pathlib import Path

from medapp.i18n import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may stand after the command's name."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=tr("open.paths"))
    parser.add_argument("--sample", action="store_true", help=tr("open.sample"))


def run(args: argparse.Namespace) -> int:
    """Open the window and return when it is closed."""
    from medapp.app import run_window

    return run_window(tuple(args.paths), sample=args.sample)
