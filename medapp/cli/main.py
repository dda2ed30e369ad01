"""Finds the sub-command, runs it, and turns every failure into one line and an exit status."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from medapp import __version__
from medapp.errors import MedappError
from medapp.i18n import tell, tr

ANSWERED, USAGE, NOTHING_ANSWERED = 0, 2, 3
COMMANDS = ("open", "info", "render", "classify", "check", "evaluate", "models", "project", "labels", "doctor")
"""Each is a module ``medapp.cli.<name>`` with ``add_arguments(parser)`` and ``run(args) -> int``."""


def main(arguments: Sequence[str]) -> int:
    """Run one sub-command; plain ``medapp [PATH …]`` opens the window."""
    try:
        status = _run(list(arguments))
        if sys.stdout is not None:  # a window on Windows has none
            sys.stdout.flush()
    except BrokenPipeError:  # who read along has left: what is still to be written goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOTHING_ANSWERED
    return status


def _run(arguments: list[str]) -> int:
    if arguments[:1] in (["-h"], ["--help"]):
        print(_overview())
        return ANSWERED
    if arguments == ["--version"]:
        print(f"medapp {__version__}")
        return ANSWERED
    name = arguments.pop(0) if arguments and arguments[0] in COMMANDS else "open"
    command = import_module(f"medapp.cli.{name}")
    parser = argparse.ArgumentParser(prog=f"medapp {name}", description=tr(f"cli.{name}"), epilog=tr("research_use"))
    command.add_arguments(parser)
    logging.basicConfig(level=os.environ.get("MEDAPP_LOG", "ERROR"), format="%(levelname)s %(name)s: %(message)s")
    try:
        args = parser.parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        status: int = command.run(args)
    except SystemExit as end:  # arguments that do not go together
        return int(end.code or 0)
    except MedappError as error:
        print(tell(error), file=sys.stderr)
        return NOTHING_ANSWERED
    except KeyboardInterrupt:
        print(tr("cli.interrupted"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(tr("problem.unexpected", kind=type(error).__name__), file=sys.stderr)
        return NOTHING_ANSWERED
    return status


def _overview() -> str:
    lines = [tr("cli.usage"), ""]
    lines += [f"  {name:<10} {tr(f'cli.{name}')}" for name in (*COMMANDS, "train")]
    return "\n".join([*lines, "", tr("research_use")])
