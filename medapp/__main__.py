"""The one door: ``medapp`` and ``python -m medapp``. Chooses the process that this one is to be.

The processes that hold torch (``_engine``, ``_weights``, ``train``) and the readers are started here, as
commands; everything else goes to the command line, which never reaches torch.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

HOLD_TORCH = frozenset({"_engine", "_weights", "train"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run medapp with command-line `arguments` and return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    _choose_language(of_a_person=arguments[:1] not in (["_reader"], ["_engine"], ["_weights"], ["_press"]))
    if HOLD_TORCH.intersection(arguments[:1]):
        # Threads of OpenMP that spin while they wait starve each other on a busy machine: one image took
        # 84 ms (1,528 ms at the 90th percentile) beside other work, and 22 ms (25 ms) with threads that sleep.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    match arguments[:1]:
        case ["_reader"]:
            from medapp.imaging.reader_process import main as run
        case ["_press"]:
            from medapp.interop.press_process import main as run
        case ["_engine"]:
            from medapp.classify.worker import main as run
        case ["_weights"]:
            from medapp.classify.weights import main as run
        case ["train"]:
            from medapp.training.process import main as run
        case _:
            from medapp.cli.main import main as run

            return run(arguments)
    return run(arguments[1:])


def _choose_language(*, of_a_person: bool) -> None:
    """Speak what ``MEDAPP_LANGUAGE`` asks for, else what the settings name, else English.

    A helper process is told by the one that starts it.
    """
    from medapp.i18n import asked_language, speak

    language = asked_language()
    if not language and of_a_person:
        from medapp.errors import MedappError
        from medapp.folders import user_folders
        from medapp.storage.settings import chosen_language

        with suppress(MedappError):  # no home: the command that needs one tells it
            language = chosen_language(user_folders().settings)
    speak(language)


def _speak_utf8() -> None:
    """Write UTF-8 also where the system's own encoding (a pipe on Windows, LANG=C) lacks the signs of our texts."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
