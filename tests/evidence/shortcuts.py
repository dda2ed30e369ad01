"""``python -m tests.evidence shortcuts``: planted shortcuts are found and named; sets without one stay clear."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medapp.imaging.readers import ReaderConfig, Readers
from medapp.jobs import run_to_end
from medapp.training.checking.check import check
from tests.evidence.planted import CLEAN, GROUNDS, PATTERN, PLANTS, STRENGTHS, Cases, Plant, named, write_set

CASES = 100


def main(arguments: list[str]) -> int:
    """Plant, look, and tell by the exit status whether 90 % were named and at most 5 % of the clean sets are red."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence shortcuts")
    parser.add_argument("--seeds", type=int, default=1, help="planted sets of each kind")
    parser.add_argument("--clean", type=int, default=14, help="clean sets of each ground")
    parser.add_argument("--cases", type=int, default=CASES, help="of each class")
    parser.add_argument("--only", default="", help="plants whose name holds this")
    parser.add_argument("--grounds", nargs="+", default=list(GROUNDS))
    args = parser.parse_args(arguments)
    with Readers(ReaderConfig(processes=1)) as readers:
        rows = [
            _planted(readers, ground, plant, strength, seed, args.cases)
            for ground in args.grounds
            for plant in PLANTS
            if args.only in plant.name
            for strength in range(len(STRENGTHS))
            for seed in range(args.seeds)
        ]
        clean = [_clean(readers, ground, seed, args.cases) for ground in CLEAN for seed in range(args.clean)]
    told = _summary(rows, clean)
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 0 if told["named"] >= 0.9 and told["red_of_clean"] <= 0.05 else 1


def _planted(readers: Readers, ground: str, plant: Plant, strength: int, seed: int, n: int) -> dict[str, Any]:
    reds, seconds = red_probes(readers, GROUNDS[ground](seed, n), plant, strength, seed)
    row = {
        "ground": ground,
        "plant": plant.name,
        "strength": STRENGTHS[strength],
        "named": named(plant, reds),
        "first": named(plant, reds[:1]),
        "red": {code: list(aspects) for code, aspects in reds},
        "seconds": round(seconds, 1),
    }
    sys.stderr.write(json.dumps(row) + "\n")
    return row


def _clean(readers: Readers, ground: str, seed: int, n: int) -> dict[str, Any]:
    reds, _ = red_probes(readers, CLEAN[ground](seed, n), None, 0, seed)
    row = {"ground": ground, "seed": seed, "red": [code for code, _ in reds]}
    if reds:
        sys.stderr.write(json.dumps(row) + "\n")
    return row


def red_probes(
    readers: Readers, cases: Cases, plant: Plant | None, strength: int, seed: int
) -> tuple[list[tuple[str, tuple[str, ...]]], float]:
    """Return the red probes with what they name, the reddest first, and the seconds that the check took."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDAPP_HOME"] = folder
        root = write_set(Path(folder) / "cases", cases, plant, strength, seed)
        started = time.monotonic()
        checked = run_to_end(check(root, readers, PATTERN))
    found = [(one.code, tuple(a.name for a in one.aspects)) for one in checked.probes if one.colour == "red"]
    return found, time.monotonic() - started


def _summary(rows: Sequence[dict[str, Any]], clean: Sequence[dict[str, Any]]) -> dict[str, Any]:
    missed = [f"{row['ground']}: {row['plant']}, {row['strength']}" for row in rows if not row["named"]]
    return {
        "planted": len(rows),
        "named": sum(row["named"] for row in rows) / max(1, len(rows)),
        "named_first": sum(row["first"] for row in rows) / max(1, len(rows)),
        "missed": missed,
        "clean": len(clean),
        "red_of_clean": sum(bool(row["red"]) for row in clean) / max(1, len(clean)),
    }
