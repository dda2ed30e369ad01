"""Packages: whole or not at all, and nothing that was changed, added, linked or pickled is read."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medapp.classify.contents import Calibration, Metadata, TrainingSet, halved
from medapp.classify.package import MANIFEST, METADATA, NOVELTY, SCOPE, WEIGHTS, Package, read_package, write_package
from medapp.classify.scope import Scope
from medapp.errors import MedappError
from tests.trial_packages import backbone, contents, package_at, weights


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_at(tmp_path / "modèle ü")


def refused(path: Path) -> str:
    with pytest.raises(MedappError) as caught:
        read_package(path)
    return caught.value.code


def sign_again(folder: Path) -> None:
    """Write a manifest that fits what lies in the folder now, as an attacker would."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / MANIFEST).write_bytes("".join(lines).encode())


def test_what_was_written_is_read_back(package: Package) -> None:
    made = contents()
    assert package.metadata == made.metadata
    assert package.preprocess == made.preprocess
    assert package.calibration == made.calibration
    assert package.scope == made.scope
    assert package.training_set() == made.training_set
    assert package.report() == made.report
    assert package.card() == made.card
    assert package.novelty() is None
    for name, tensor in package.weights().items():
        np.testing.assert_array_equal(tensor, made.weights[name])


def test_the_same_contents_have_the_same_hash_and_others_another(tmp_path: Path, package: Package) -> None:
    assert package_at(tmp_path / "b").manifest_hash == package.manifest_hash
    assert package_at(tmp_path / "c", card="# Other\n").manifest_hash != package.manifest_hash


def test_half_precision_is_read_as_single(tmp_path: Path) -> None:
    half = package_at(tmp_path / "half", weights=halved(weights()))
    assert (half.path / WEIGHTS).stat().st_size < 0.6 * sum(t.nbytes for t in weights().values())
    kernel = half.weights()["features.0.0.weight"]
    assert kernel.dtype == np.float32
    np.testing.assert_allclose(kernel, weights()["features.0.0.weight"], rtol=1e-3, atol=1e-6)


def test_halving_leaves_a_tensor_that_would_lose_values() -> None:
    large = {"a": np.array([1e6, 1.0], np.float32), "b": np.array([0.5], np.float32), "n": np.array([3], np.int64)}
    kept = halved(large)
    assert [kept[name].dtype for name in "abn"] == [np.float32, np.float16, np.int64]


def test_a_folder_that_is_there_is_not_overwritten(package: Package) -> None:
    with pytest.raises(MedappError) as caught:
        write_package(package.path, contents())
    assert caught.value.code == "package.exists"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    bad = contents(calibration=Calibration(alarm_class="NO SUCH CLASS"))
    with pytest.raises(MedappError) as caught:
        write_package(tmp_path / "p", bad)
    assert caught.value.code == "package.classes"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [METADATA, WEIGHTS, "docs/README.md", "eval/report.json"])
def test_a_changed_file_is_found(package: Package, name: str) -> None:
    data = bytearray((package.path / name).read_bytes())
    data[-3] ^= 1
    (package.path / name).write_bytes(data)
    assert refused(package.path) == "package.hash"


def test_a_file_changed_after_reading_is_found_when_it_is_used(package: Package) -> None:
    (package.path / WEIGHTS).write_bytes(b"something else")
    with pytest.raises(MedappError) as caught:
        package.weights()
    assert caught.value.code == "package.hash"


@pytest.mark.parametrize("name", [METADATA, WEIGHTS, "LICENSE", MANIFEST])
def test_a_missing_file_is_told(package: Package, name: str) -> None:
    (package.path / name).unlink()
    assert refused(package.path) == "package.incomplete"


@pytest.mark.parametrize("name", ["models/model.pt", "setup.py", "configs/extra.json", "models/model.safetensors.bak"])
def test_a_file_without_a_place_is_refused(package: Package, name: str) -> None:
    (package.path / name).write_bytes(b"x")
    sign_again(package.path)
    assert refused(package.path) == "package.extra"


def test_a_link_is_refused(package: Package, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("{}")
    (package.path / METADATA).unlink()
    try:
        (package.path / METADATA).symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("this system does not let us make links")
    assert refused(package.path) == "package.link"


def test_a_pickle_in_place_of_the_weights_is_not_opened(package: Package) -> None:
    (package.path / WEIGHTS).write_bytes(pickle.dumps({"a": 1}))
    sign_again(package.path)
    assert refused(package.path) == "package.tensors"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 60000) + b"[" * 60000,
        struct.pack("<Q", 24) + b'{"a": {"dtype": "EVIL"}}',
    ],
)
def test_a_damaged_tensor_file_is_a_reason_and_no_crash(package: Package, data: bytes) -> None:
    (package.path / WEIGHTS).write_bytes(data)
    sign_again(package.path)
    assert refused(package.path) == "package.tensors"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "package.json"),
        ("{", "package.json"),
        ("[" * 100_000, "package.json"),
        ('{"modalities": NaN}', "package.json"),
        ("[]", "schema"),
        ('{"schema_version": 2}', "schema"),
    ],
)
def test_a_damaged_document_is_a_reason_and_no_crash(package: Package, text: str, code: str) -> None:
    (package.path / SCOPE).write_text(text)
    sign_again(package.path)
    assert refused(package.path) == code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "../outside"),
        ("id", "UPPER"),
        ("version", "1/../.."),
        ("kind", "script"),
        ("classes", "NORMAL"),
        ("classes", ["NORMAL", "\x1b[2J"]),
        ("name", "half a \ud800 letter"),
        ("created", "yesterday"),
        ("surprise", 1),
    ],
)
def test_metadata_outside_the_schema_is_refused(package: Package, field: str, value: Any) -> None:
    document = json.loads((package.path / METADATA).read_text())
    (package.path / METADATA).write_text(json.dumps({**document, field: value}))
    sign_again(package.path)
    assert refused(package.path) == "schema"


@pytest.mark.parametrize("classes", [("ONE",), ("SAME", "SAME"), ()])
def test_a_classifier_without_two_different_classes_is_refused(tmp_path: Path, classes: tuple[str, ...]) -> None:
    metadata = replace(contents().metadata, classes=classes)
    with pytest.raises(MedappError) as caught:
        package_at(tmp_path / "p", metadata=metadata, calibration=Calibration())
    assert caught.value.code == "package.classes"


def test_a_calibration_for_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MedappError) as caught:
        package_at(tmp_path / "p", calibration=Calibration(scale=(1.0, 1.0, 1.0), offset=(0.0, 0.0, 0.0)))
    assert caught.value.code == "package.classes"


@pytest.mark.parametrize(
    "manifest",
    [b"", b"nonsense", b"\xff\xfe", b"0" * 64 + b"  ../../etc/passwd\n", b"0" * 64 + b"  MANIFEST.sha256\n"],
)
def test_a_damaged_manifest_is_refused(package: Package, manifest: bytes) -> None:
    (package.path / MANIFEST).write_bytes(manifest)
    assert refused(package.path) == "package.hash"


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert refused(tmp_path / "file") == refused(tmp_path / "nothing") == "package.missing"


def test_a_card_that_is_no_text_or_would_control_a_terminal_is_made_harmless(package: Package) -> None:
    (package.path / "docs/README.md").write_bytes(b"# Card\n\x1b[2J\xff\xfe end")
    sign_again(package.path)
    assert read_package(package.path).card() == "# Card\n[2J\ufffd\ufffd end"


def test_novelty_comes_back_as_single_precision(tmp_path: Path) -> None:
    package = package_at(tmp_path / "p", novelty={"mid.axes": np.eye(3, dtype=np.float16)})
    assert NOVELTY in package.hashes
    assert (package.novelty() or {})["mid.axes"].dtype == np.float32


def test_a_backbone_has_no_classes(tmp_path: Path) -> None:
    assert write_package(tmp_path / "base", backbone()).metadata.kind == "backbone"


def test_values_survive_json() -> None:
    calibration = Calibration((1.5, 1.5), (0.0, -0.25), "NODULE", 0.31)
    scope = Scope(("CT",), grey_only=False, refuse_below=0.02, text="adults")
    people = TrainingSet("a salt of tests", {"0" * 32: "train"}, {"1" * 32: "test"})
    metadata: Metadata = contents().metadata
    assert Calibration.from_json(calibration.to_json()) == calibration
    assert Scope.from_json(scope.to_json()) == scope
    assert TrainingSet.from_json(people.to_json()) == people
    assert Metadata.from_json(metadata.to_json()) == metadata


def test_hashes_of_patients_need_the_salt() -> None:
    one, other = TrainingSet("salt number one"), TrainingSet("salt number two")
    assert one.hashed("patient") == TrainingSet("salt number one").hashed("patient")
    assert one.hashed("patient") != other.hashed("patient")
    assert "patient" not in one.hashed("patient")


def test_calibrated_probabilities_follow_platt() -> None:
    calibration = Calibration(scale=(2.0, 2.0), offset=(0.0, -1.0))
    probabilities = calibration.probabilities(np.array([[0.0, 0.0], [0.0, 3.0]]))
    np.testing.assert_allclose(probabilities[:, 1], 1 / (1 + np.exp([1.0, -5.0])))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize(("p", "label"), [(0.2, "NORMAL"), (0.3, "NODULE"), (0.9, "NODULE")])
def test_the_operating_point_decides_between_two_classes(p: float, label: str) -> None:
    calibration = Calibration(alarm_class="NODULE", threshold=0.3)
    assert calibration.label({"NORMAL": 1 - p, "NODULE": p}) == label


def test_without_an_operating_point_the_most_probable_class_is_given() -> None:
    assert Calibration().label({"A": 0.2, "B": 0.5, "C": 0.3}) == "B"
