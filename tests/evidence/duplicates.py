"""``python -m tests.evidence duplicates WORK``: planted copies of radiographs, unreadable files and a stamped class."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from medapp.imaging.readers import Readers
from medapp.jobs import run_to_end
from medapp.training.checking.check import Checked, check
from tests.evidence.copies import KINDS, PATTERN, Planted, plant, plant_text

RADIOGRAPHS = Path("../shared/data/images/kermany_cxr_224/train")
NUMBERS = (200, 50, 20, 30)
"""Copies; of those across the split, and with the other label; unreadable files."""


def main(arguments: list[str]) -> int:
    """Plant, check, and print what was found; 1 where it is less than was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence duplicates")
    parser.add_argument("work", type=Path)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    args = parser.parse_args(arguments)
    told = [_turn(args.work, args.images, seed) for seed in args.seeds]
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 0 if all(one["recall"] >= 0.95 and one["precision"] >= 0.9 for one in told) else 1


def _turn(work: Path, images: int, seed: int) -> dict[str, Any]:
    for folder in (work / "copies", work / "text"):
        shutil.rmtree(folder, ignore_errors=True)
    planted = plant(RADIOGRAPHS, work / "copies", images, NUMBERS, seed)
    started = time.monotonic()
    found = scored(checked_at(work / "copies"), planted)
    seconds = round(time.monotonic() - started, 1)
    plant_text(RADIOGRAPHS, work / "text", images // 3, seed)
    return {"seed": seed, "seconds": seconds, **found, **stamped_found(checked_at(work / "text"))}


def checked_at(root: Path) -> Checked:
    """Return the check of a folder."""
    with Readers() as readers:
        return run_to_end(check(root, readers, PATTERN))


def scored(checked: Checked, planted: Planted) -> dict[str, Any]:
    """Return recall and precision of pairs, and what was found of the rest."""
    pairs = {frozenset({original, copy}): kind for original, copy, kind in planted.copies}
    told, across, conflicts = set(), set(), set()
    for group in checked.duplicates:
        for one, other in combinations(group.members, 2):
            pair = frozenset({one.case.name, other.case.name})
            if one.content != other.content or pair in pairs:  # the set itself holds some pictures twice
                told.add(pair)
        names = {one.case.name for one in group.members}
        across |= names if group.across_split else set()
        conflicts |= names if len(group.labels) > 1 else set()
    right = told & pairs.keys()
    listed = {Path(problem.path).name for problem in checked.survey.unreadable}
    return {
        "images": len(checked.survey.seen),
        "recall": round(len(right) / len(pairs), 4),
        "precision": round(len(right) / max(1, len(told)), 4),
        "recall_by_kind": _by_kind(right, pairs),
        "across": f"{len(across & planted.across)} of {len(planted.across)}",
        "other_label": f"{len(conflicts & planted.other_label)} of {len(planted.other_label)}",
        "unreadable": f"{sum(Path(name).name in listed for name in planted.unreadable)} of {len(planted.unreadable)}",
        "findings": sorted({finding.code for finding in checked.findings}),
    }


def _by_kind(right: set[frozenset[str]], pairs: Mapping[frozenset[str], str]) -> dict[str, float]:
    every = {kind: [pair in right for pair, its in pairs.items() if its == kind] for kind in KINDS}
    return {kind: round(sum(hits) / len(hits), 4) for kind, hits in every.items() if hits}


def stamped_found(checked: Checked) -> dict[str, Any]:
    """Return what the check says of the stamped class, and how many pictures of each class have text."""
    finding = next((one for one in checked.findings if one.code == "text_tells_class"), None)
    return {"text": None if finding is None else {**finding.params, "remedies": [one.code for one in finding.remedies]}}
