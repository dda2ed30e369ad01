"""``python -m tests.evidence NAME …``: runs one of the experiments; a bare call lists them."""

from __future__ import annotations

import importlib
import sys

COMMANDS = {
    "architectures": "what each network costs, and that it can be trained",
    "explanations": "maps against random covers and randomised weights, and heat outside the body",
    "figures": "known sets of pictures, learned as anyone would, and what they must give",
    "kermany": "instant, quick, thorough and a plain torchvision script on the same splits, and on harder ground",
    "duplicates": "planted copies of radiographs, unreadable files, a class stamped with text",
    "interop": "results of 20 images judged by dciodvfy, highdicom, dsrdump and a real Orthanc",
    "designs": "coverage of the intervals on other kinds of tests, and of paired differences",
    "many_images": "the check of up to 60,000 pictures: time, memory, cancel, second run",
    "refusal": "what the shipped model refuses: far, near and sealed pictures, error against coverage",
    "same_pixels": "radiographs in every lossless encoding, and what is answered",
    "shortcuts": "planted shortcuts are found and named; sets of cases without one stay clear",
    "tasks": "ten tasks of a reading room in the real window: seconds and what hands do",
    "statistics": "coverage of the intervals, calibration recovered, labels shuffled by patient",
}
"""Module of this package, whose ``main(arguments)`` returns the exit status, and what it does."""


def main(arguments: list[str]) -> int:
    """Run the experiment that the first argument names."""
    if not arguments or arguments[0] not in COMMANDS:
        sys.stdout.writelines(f"{name:14} {told}\n" for name, told in COMMANDS.items())
        return 2
    module = importlib.import_module(f"tests.evidence.{arguments[0]}")
    status: int = module.main(arguments[1:])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
