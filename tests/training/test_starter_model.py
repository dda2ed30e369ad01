"""The starter model: whole, small, honest; and its command rebuilds it on a few pictures."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from itertools import islice
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from medapp import schemas
from medapp.classify.package import WEIGHTS, Package, read_package
from medapp.folders import resource_path
from medapp.processes import own_command

LARGEST_BYTES = 10 * 10**6
FILES = ("cases.md", "remedies.json")
COMMAND = Path(__file__).resolve().parents[2] / "docs" / "starter-model.md"


@pytest.fixture(scope="module")
def starter() -> Package:
    (folder,) = [path for path in resource_path("models").iterdir() if path.is_dir()]
    return read_package(folder)


def test_the_package_is_whole_and_small(starter: Package) -> None:
    files = [path for path in starter.path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LARGEST_BYTES
    assert starter.metadata.classes == ("NORMAL", "PNEUMONIA")
    assert starter.calibration.alarm_class == "PNEUMONIA"
    assert starter.novelty() is not None
    assert {"CR", "DX", "PICTURE"} <= set(starter.scope.modalities)


def test_its_report_keeps_what_was_promised(starter: Package) -> None:
    report = starter.report()
    assert report is not None
    schemas.check("report", report)
    sealed = report["sealed"]
    assert sealed["including_refused"]["auc"]["value"] >= 0.99
    assert sealed["including_refused"]["balanced_accuracy"]["value"] >= 0.95
    assert sealed["refused"]["value"] <= 0.05
    stored = {str(tensor.dtype) for tensor in load_file(starter.path / WEIGHTS).values()}
    assert ("float16" in stored) == (report["training"]["half_difference"] <= 0.01)
    assert report["timing"]["passes"] <= 20
    assert report["cases"]["patients_from"] == "names"


def test_its_card_says_where_it_comes_from_and_what_it_cannot_do(starter: Package) -> None:
    card = starter.card()
    for words in (
        "doi:10.17632/rscbjbr9sj.2",
        "CC BY 4.0",
        "google-coral/test_data",
        "Research use only",
        "one hospital",
    ):
        assert words in card
    assert re.search(r"outer 1\.8 %", card)
    assert "Border masked (6 % at each edge)" in card


def test_it_sees_no_border_and_lives_on_the_body(starter: Package) -> None:
    assert starter.preprocess.border_mask == 0.06
    report = starter.report()
    assert report is not None
    shown = report["shortcuts"]
    assert shown["body_masked"]["high"] < 0.5 < 0.95 < shown["frame_masked"]["low"]


def test_it_holds_no_file_name_of_a_case(starter: Package) -> None:
    text = b"".join(path.read_bytes() for path in starter.path.rglob("*.json"))
    assert b"person1_" not in text
    assert b"IM-0115" not in text


def documented_arguments() -> list[str]:
    """The arguments of ``medapp train`` in the page, without the places that depend on the machine."""
    block = COMMAND.read_text(encoding="utf-8").split("```sh\n")[1].split("```")[0]
    return shlex.split(block.replace("\\\n", " "))


@pytest.mark.data
def test_its_command_rebuilds_it_on_a_few_pictures(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "images" / "kermany_cxr_224" / "train"
    for name in ("NORMAL", "PNEUMONIA"):
        (tmp_path / "cases" / name).mkdir(parents=True)
        for path in islice(sorted((source / name).iterdir()), 0, 300, 10):
            (tmp_path / "cases" / name / path.name).write_bytes(path.read_bytes())
    words = documented_arguments()
    arguments = words[words.index("train") + 1 :]
    places = {
        "CASES": str(tmp_path / "cases"),
        "WEIGHTS": str(shared_data / "weights" / "mobilenet_v2_imagenet.safetensors"),
        "RUN": str(tmp_path / "run"),
        "quick": "instant",
        **{
            f"docs/{name}": str(COMMAND.with_name(name))
            for name in ("starter-model-cases.md", "starter-model-remedies.json")
        },
    }
    done = subprocess.run(
        own_command("train", *(places.get(word, word) for word in arguments), "--json"),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "2"},
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    finished = json.loads(done.stdout.splitlines()[-1])
    rebuilt = read_package(Path(finished["package"]))
    assert rebuilt.metadata.classes == ("NORMAL", "PNEUMONIA")
    assert rebuilt.preprocess == read_package(resource_path("models") / "chest-starter-children").preprocess
    assert finished["report"]["sealed"][
        "including_refused" if finished["report"]["sealed"]["refused"]["cases"] else "auc"
    ]
    assert finished["report"]["development"]["auc"]["value"] > 0.9
