"""Run benchmarks: all, or those whose names are given; prints a Markdown table."""

from __future__ import annotations

import os
import platform
import sys

from tests.benchmarks import (
    cells,
    gaps,
    index,
    learning,
    measuring,
    opening,
    pausing,
    read,
    review,
    speed,
    stopping,
    teach,
    time_left,
    worklists,
)
from tests.benchmarks.measure import Ratio, table


def main(names: list[str]) -> int:
    """Run the benchmarks and print the table."""
    every = [
        *review.ALL,
        *index.ALL,
        *speed.ALL,
        *read.ALL,
        *learning.ALL,
        *stopping.ALL,
        *pausing.ALL,
        *time_left.ALL,
        *teach.ALL,
        *worklists.ALL,
        *gaps.ALL,
        *cells.ALL,
        *measuring.ALL,
        *opening.ALL,
    ]
    chosen = [b for b in every if not names or b.__name__ in names]
    if not chosen:
        print("Known benchmarks:", ", ".join(b.__name__ for b in every))
        return 2
    rows: list[Ratio] = []
    for benchmark in chosen:
        print(f"{benchmark.__name__} …", file=sys.stderr, flush=True)
        made = benchmark()
        rows += made if isinstance(made, list) else [made]
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
