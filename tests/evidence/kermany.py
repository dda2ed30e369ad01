"""Where full fine-tuning pays: four ways of learning, on the same patients, on easy and on harder ground.

``python -m tests.evidence kermany WORK [--seeds 0 1] [--grounds …] [--kinds …]`` learns what `WORK` does not hold
yet (it can be stopped and started again) and writes the table of what is there to ``WORK/table.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

from tests.evidence import grounds
from tests.evidence.scoring import score_everything
from tests.evidence.table import summarise

KINDS = ("instant", "script", "quick", "thorough")
STEPS = {
    ("quick", "full"): 1000,
    ("quick", "border"): 500,
    ("thorough", "patients25"): 200,
    ("thorough", "patients100"): 200,
}
"""By kind and ground: quick on many patients is counted to be repeatable, the others are cut to save hours."""
WEIGHTS = Path("../shared/data/weights/mobilenet_v2_imagenet.safetensors")
FINISHED = "finished.json"


def main(arguments: list[str]) -> int:
    """Learn what is missing, judge everything, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence kermany")
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--grounds", nargs="+", choices=grounds.GROUNDS, default=grounds.GROUNDS)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    args = parser.parse_args(arguments)
    for ground, seed, kind in product(args.grounds, args.seeds, args.kinds):
        place = args.work / f"{ground}-{seed}"
        cases = grounds.made(ground, seed, place / "cases")
        if not (place / kind / FINISHED).is_file():
            _learn(kind, cases, seed, place / kind, STEPS.get((kind, ground), 0))
        score_everything(kind, place, full=ground == "full")
    summary = summarise(args.work)
    sys.stdout.write(json.dumps(summary, indent=1) + "\n")
    return 0


def _learn(kind: str, cases: Path, seed: int, target: Path, steps: int) -> None:
    started = time.monotonic()
    target.mkdir(parents=True, exist_ok=True)
    if kind == "script":
        command = ["tests.evidence.plain_script", str(cases), str(WEIGHTS), str(target / "weights.pt"), str(seed)]
    else:
        # the base is the imported backbone: the script starts from the same weights
        command = ["medapp", "train", f"--effort={kind}", f"--base={WEIGHTS}", f"--seed={seed}", "--json"]
        command += [f"--output={target}", f"--steps={steps}", "--", str(cases)]
        if (target / "checkpoints").is_dir():
            command = ["medapp", "train", f"--resume={target}", "--json"]
    with (target / "log.txt").open("ab") as log:
        subprocess.run([sys.executable, "-m", *command], check=True, stdout=log, stderr=log)
    told = {"seconds": round(time.monotonic() - started, 1)}
    (target / FINISHED).write_text(json.dumps(told), encoding="utf-8")
