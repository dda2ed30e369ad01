"""``medapp open [PATH …]``: the window."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from medapp.errors import MedappError
from medapp.i18n import tr

_LIBRARY = re.compile(r"([\w.+-]+\.so[\d.]*): cannot open shared object file")
DISPLAY_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what may stand after the command's name."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=tr("open.paths"))
    parser.add_argument("--sample", action="store_true", help=tr("open.sample"))
    parser.add_argument("--tutorial", action="store_true", help=tr("open.tutorial"))


def run(args: argparse.Namespace) -> int:
    """Open the window and return when it is closed."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in DISPLAY_VARIABLES):
        raise MedappError("open.no_display")  # Qt would abort the process
    try:
        from medapp.app import run_window
    except ImportError as error:
        if not (lacking := _LIBRARY.match(str(error))):
            raise
        raise MedappError("open.libraries", name=lacking[1]) from error

    return run_window(tuple(path.absolute() for path in args.paths), sample=args.sample, tutorial=args.tutorial)
