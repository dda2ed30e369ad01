"""``python -m tests.faults readers|engine|training|disk COUNT [--seed N]``: the long form, with its figures printed.

``disk COUNT`` lets every COUNT-th write of a training fail; with an odd seed, all from it on.
"""

import argparse
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.kills import Outcome, kill_engine, kill_readers
from tests.faults.refusals import Refusals, in_this_process, refuse_training
from tests.faults.trainings import Fate, kill_trainings
from tests.trial_packages import package_at

parser = argparse.ArgumentParser(prog="faults")
parser.add_argument("what", choices=("readers", "engine", "training", "disk"))
parser.add_argument("count", type=int, metavar="COUNT")
parser.add_argument("--seed", type=int, default=1)
chosen = parser.parse_args()
with TemporaryDirectory(prefix="medapp-faults-") as folder:
    root = Path(folder)
    outcome: Outcome | Fate | Refusals
    if chosen.what == "training":
        outcome = kill_trainings(root, chosen.count, chosen.seed)
    elif chosen.what == "disk":
        with in_this_process():
            outcome = refuse_training(root, stride=chosen.count, lasting=bool(chosen.seed % 2))
    elif chosen.what == "readers":
        outcome = kill_readers(root / "scan", chosen.count, chosen.seed)
    else:
        outcome = kill_engine(package_at(root / "package"), chosen.count, chosen.seed)
for name, value in asdict(outcome).items():
    print(f"{name}: {dict(value) if isinstance(value, dict) else value}")
