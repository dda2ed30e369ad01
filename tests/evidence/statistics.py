"""``python -m tests.evidence statistics``: do the intervals hold the truth, and does the split keep patients apart?"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from tests.evidence.coverage import FIGURES, calibration_coverage, coverage
from tests.evidence.draws import CELLS, Cell
from tests.evidence.shuffled import invented, of_radiographs, shuffled_areas, summary

SHARED = Path("../shared/data")
RADIOGRAPHS = SHARED / "images" / "kermany_cxr_224" / "train"
WEIGHTS = SHARED / "weights" / "mobilenet_v2_imagenet.safetensors"


def main(arguments: list[str]) -> int:
    """Simulate, and write the tables as Markdown and, beside it, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence statistics")
    parser.add_argument("--work", type=Path, default=Path(gettempdir()) / "medapp-statistics", help="results, features")
    parser.add_argument("--draws", type=int, default=2000, help="tests a cell")
    parser.add_argument("--calibration-draws", type=int, default=1000, help="tests a cell for slope and intercept")
    parser.add_argument("--times", type=int, default=20, help="shufflings of the labels")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    started = time.monotonic()
    args.work.mkdir(parents=True, exist_ok=True)
    told = {"shuffled": _shuffled(args)}
    _say(_shuffled_table(told["shuffled"]))
    told["coverage"] = [_labelled(cell, coverage(cell, args.draws, args.seed)) for cell in CELLS]
    _say(_coverage_table(told["coverage"]))
    told["calibration"] = [
        _labelled(cell, calibration_coverage(cell, args.calibration_draws, args.seed)) for cell in CELLS
    ]
    _say(_calibration_table(told["calibration"]))
    (args.work / "statistics.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    _say(f"{time.monotonic() - started:.0f} s")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n\n")
    sys.stdout.flush()


def _labelled(cell: Cell, rows: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {"positives": cell.positives, "area": cell.area, "several": cell.several, **rows}


def _shuffled(args: argparse.Namespace) -> dict[str, Any]:
    features = {"invented features": invented()}
    if RADIOGRAPHS.is_dir():
        features["radiographs"] = of_radiographs(RADIOGRAPHS, WEIGHTS, args.work / "features.npz")
    told = {}
    for name, one in features.items():
        areas = shuffled_areas(one, args.times, args.seed)
        told[name] = {split: summary(of_split) | {"areas": of_split} for split, of_split in areas.items()}
    return told


def _shuffled_table(told: dict[str, Any]) -> str:
    lines = ["| features | split | mean area | standard error | standard errors from .5 |", "|---|---|---|---|---|"]
    for name, splits in told.items():
        for split, row in splits.items():
            lines.append(f"| {name} | {split} | {row['mean']:.3f} | {row['error']:.3f} | {row['from_half']:+.1f} |")
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    return f"| {row['positives']} | {row['area']} | {'1–5' if row['several'] else '1'} |"


def _coverage_table(rows: list[dict[str, Any]]) -> str:
    lines = ["| positive patients | AUC | images a patient | " + " | ".join(FIGURES) + " |", "|---" * 8 + "|"]
    for row in rows:
        cells = [f"{100 * row[name]['coverage']:.1f} ({row[name]['width']:.2f})" for name in FIGURES]
        lines.append(_cell(row) + " " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _calibration_table(rows: list[dict[str, Any]]) -> str:
    heads = "slope held | slope, mean and median | told | intercept held | intercept, mean"
    lines = [f"| positive patients | AUC | images a patient | {heads} |", "|---" * 8 + "|"]
    for row in rows:
        slope, intercept = row["slope"], row["intercept"]
        cells = [
            f"{100 * slope['coverage']:.1f}",
            f"{slope['mean']:.2f}, {slope['median']:.2f}",
            f"{100 * slope['told']:.0f} %",
            f"{100 * intercept['coverage']:.1f}",
            f"{intercept['mean']:+.2f}",
        ]
        lines.append(_cell(row) + " " + " | ".join(cells) + " |")
    return "\n".join(lines)
