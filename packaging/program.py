"""What the frozen program runs: one program for window, readers, engine, training and command line."""

import sys
from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()  # first of all: a helper process of a frozen library must not open another window

    from medapp.__main__ import main

    sys.exit(main())
