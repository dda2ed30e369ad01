"""The one door: ``medapp`` and ``python -m medapp``. Chooses the process that this one is to be.

The processes that hold torch (``_engine``, ``_weights``, ``train``) and the readers are started here, as
commands; everything else goes to the command line, which never reaches torch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run medapp with command-line `arguments` and return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    match arguments[:1]:
        case ["_reader"]:
            from medapp.imaging.reader_process import main as run
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


if __name__ == "__main__":
    sys.exit(main())
