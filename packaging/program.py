"""What the frozen program runs: one program for window, readers, engine, training and command line."""

import os
import sys
from multiprocessing import freeze_support

SEARCHED = "LD_LIBRARY_PATH"


def give_back_environment() -> None:
    """Take the package's folder out of the search path of programs that are started from here.

    A browser or nvidia-smi must load the libraries of the system, not ours; this process has read the variable
    when it started. Our own processes are told to set it anew.
    """
    before = os.environ.get(f"{SEARCHED}_ORIG")
    if before:
        os.environ[SEARCHED] = before
    else:
        os.environ.pop(SEARCHED, None)
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"


if __name__ == "__main__":
    freeze_support()  # first of all: a helper process of a frozen library must not open another window
    if sys.platform.startswith("linux"):
        give_back_environment()

    from medapp.__main__ import main

    sys.exit(main())
