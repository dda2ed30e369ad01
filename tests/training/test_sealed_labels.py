"""What is true of the sealed cases takes no part in anything but what the sealed test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medapp.files import read_json
from tests.faults.refusals import in_this_process, request_for, teach
from tests.training.trial_cases import write_classes

pytestmark = pytest.mark.torch

ABOUT_THE_SEALED = {"sealed", "against_instant", "shortcuts"}
ABOUT_THE_RUN = {"created", "timing"}
OF_THE_RUN = {"configs/metadata.json", "MANIFEST.sha256", "docs/README.md", "eval/report.json"}
"""Hold the time, or what the sealed test says."""


@pytest.fixture(autouse=True)
def _in_this_process() -> Iterator[None]:
    with in_this_process():
        yield


def table(cases: Path, *, turned: bool) -> Path:
    """Write the labels of all pictures, those of the sealed ones as they are or each as the other class."""
    lines = ["file,label,split,patient"]
    for path in sorted(cases.glob("*/*.png")):
        number = int(path.stem.split("_")[0][-3:])
        sealed, label = number >= 8, path.parent.name
        if sealed and turned:
            label = "ill" if label == "healthy" else "healthy"
        side = "test" if sealed else "train"
        lines.append(f"{path.parent.name}/{path.name},{label},{side},{path.parent.name}{number}")
    target = cases / f"{'turned' if turned else 'true'}.csv"
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def facts(report: dict[str, Any]) -> dict[str, Any]:
    """Return what the report says beside the sealed test and the clock."""
    told = {name: value for name, value in report.items() if name not in ABOUT_THE_SEALED | ABOUT_THE_RUN}
    told["training"] = {n: value for n, value in told["training"].items() if n != "machine"}
    return told


@pytest.mark.parametrize(("effort", "steps"), [("instant", 0), ("quick", 4)])
def test_with_every_sealed_label_turned_round_only_the_sealed_figures_change(
    tmp_path: Path, effort: str, steps: int
) -> None:
    cases = write_classes(tmp_path / "cases", 12)
    runs = []
    for turned in (False, True):
        run = tmp_path / f"run {turned}"
        assert teach(run, request_for(table(cases, turned=turned), effort=effort, steps=steps, name="Trial")) == 0
        runs.append(run / "package")
    files = [{p.relative_to(run).as_posix() for p in run.rglob("*") if p.is_file()} for run in runs]
    assert files[0] == files[1]
    for name in sorted(files[0] - OF_THE_RUN):
        assert (runs[0] / name).read_bytes() == (runs[1] / name).read_bytes(), name
    reports = [read_json(run / "eval" / "report.json") for run in runs]
    assert facts(reports[0]) == facts(reports[1])
    assert reports[0]["sealed"]["n_cases"] == 8
    areas = [report["sealed"]["auc"]["value"] for report in reports]
    assert areas[0] == pytest.approx(1 - areas[1])
