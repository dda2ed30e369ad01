"""``python -m tests.faults readers|engine COUNT [--seed N]``: the long form, with its figures printed."""

import argparse
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.kills import kill_engine, kill_readers
from tests.trial_packages import package_at

parser = argparse.ArgumentParser(prog="faults")
parser.add_argument("what", choices=("readers", "engine"))
parser.add_argument("count", type=int, metavar="COUNT")
parser.add_argument("--seed", type=int, default=1)
chosen = parser.parse_args()
with TemporaryDirectory(prefix="medapp-faults-") as folder:
    root = Path(folder)
    if chosen.what == "readers":
        outcome = kill_readers(root / "scan", chosen.count, chosen.seed)
    else:
        outcome = kill_engine(package_at(root / "package"), chosen.count, chosen.seed)
for name, value in asdict(outcome).items():
    print(f"{name}: {dict(value) if isinstance(value, dict) else value}")
