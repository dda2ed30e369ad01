"""``medapp classify`` with the model that the program ships: radiographs that it never saw, and other things."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from medapp.__main__ import main
from medapp.classify.contents import TrainingSet
from medapp.classify.package import Package, read_package
from medapp.display.render import render_frame
from medapp.folders import resource_path
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.voi import default_window
from medapp.training.cases.survey import content_hash

pytestmark = pytest.mark.data
RADIOGRAPHS = 60
WITH_HEADER = (
    "cornerstone3D",
    "weasis_headneck_ct",
    "dcm_qa_enh",
    "dcm_qa_philips_dti",
    "dicom2nifti",
)


@pytest.fixture(scope="module")
def starter() -> Package:
    folders = [path for path in resource_path("models").glob("*") if path.is_dir()]
    if not folders:
        pytest.skip("the starter model is not there")
    return read_package(folders[0])


def answered(paths: Sequence[Path], model: Package, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["classify", *map(str, paths), "--model", str(model.path), "--device", "cpu", "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert answer["problems"] == []
    results: list[dict[str, Any]] = answer["results"]
    return results


def sealed_radiographs(shared_data: Path, known: TrainingSet) -> list[Path]:
    """Radiographs of patients that were on the sealed side when the model was taught."""
    paths = sorted((shared_data / "images" / "kermany_cxr_224" / "train").rglob("*.jpeg"))
    random.Random(2).shuffle(paths)
    sealed: list[Path] = []
    with Readers(ReaderConfig(processes=1)) as readers:
        for path in paths:
            if known.images.get(known.hashed(content_hash(readers.frame(str(path))))) == "test":
                sealed.append(path)
            if len(sealed) == RADIOGRAPHS:
                break
    return sealed


def without_header(shared_data: Path, folder: Path) -> list[Path]:
    """Write 10 pictures rendered from DICOM of CT, MR and ultrasound, and photographs; add hands, heads and others."""
    from sklearn.datasets import load_sample_images

    folder.mkdir()
    dicom = [path for name in WITH_HEADER for path in _some_dicom(shared_data / "dicom" / name, 2)]
    with Readers(ReaderConfig(processes=1)) as readers:
        frames = [readers.frame(str(path)) for path in dicom]
    pictures = [render_frame(frame, None if frame.is_colour else default_window(frame)) for frame in frames]
    pictures += [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in load_sample_images().images]
    for number, picture in enumerate(pictures):
        (folder / f"{number}.png").write_bytes(cv2.imencode(".png", np.ascontiguousarray(picture))[1].tobytes())
    mnist = shared_data / "images" / "medical_mnist_6x300"
    kinds = ("AbdomenCT", "BreastMRI", "ChestCT", "Hand", "HeadCT")
    return [*sorted(folder.iterdir()), *(path for kind in kinds for path in sorted((mnist / kind).iterdir())[:4])]


def _some_dicom(folder: Path, count: int) -> list[Path]:
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in {".dcm", ".ima"}]
    return paths[:: max(1, len(paths) // count)][:count]


def test_radiographs_of_the_sealed_side_are_answered_and_foreign_pictures_refused(
    starter: Package, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = starter.training_set()
    assert known is not None
    radiographs = answered(sealed_radiographs(shared_data, known), starter, capsys)
    assert len(radiographs) == RADIOGRAPHS
    assert sum(row["refused"] is not None for row in radiographs) <= 0.05 * RADIOGRAPHS
    right = sum(Path(row["path"]).parent.name == row["label"] for row in radiographs)
    assert right >= 0.9 * RADIOGRAPHS

    headers = [path for name in WITH_HEADER for path in _some_dicom(shared_data / "dicom" / name, 4)]
    foreign = answered([*without_header(shared_data, tmp_path / "png"), *headers], starter, capsys)
    by_path = {row["path"]: row["refused"] for row in foreign}
    assert len(by_path) >= 40
    assert sum(refused is not None for refused in by_path.values()) >= 0.9 * len(by_path)
