"""Devices: what computes, with how many bits, and how many pictures at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from medapp.classify import devices, precision
from medapp.classify.contents import Calibration
from medapp.classify.package import Package, write_package
from tests.trial_packages import backbone, contents, package_at

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_at(tmp_path / "package")


def pictures(size: int = 64) -> torch.Tensor:
    return torch.randint(0, 256, (3, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_sixteen_bits_are_kept_where_they_change_no_answer(package: Package) -> None:
    classifier = precision.load(package, CPU)
    with torch.inference_mode():
        before = classifier(pictures()).softmax(1)
        difference = precision.settle(classifier, package, torch.bfloat16, tolerance=0.05)
        after = classifier(pictures()).softmax(1)
    assert classifier.half_type is torch.bfloat16
    assert 0 < difference <= 0.05
    assert 0 < float((after - before).abs().max()) < 0.1
    assert after.dtype is torch.float32


def test_sixteen_bits_that_change_an_answer_are_not_kept(package: Package) -> None:
    classifier = precision.load(package, CPU)
    assert precision.settle(classifier, package, torch.bfloat16, tolerance=1e-9) > 1e-9
    assert classifier.half_type is None


def test_sixteen_bits_that_overflow_are_not_kept(tmp_path: Path) -> None:
    weights = contents().weights
    huge = {name: tensor * 1e6 if name == "features.3.0.weight" else tensor for name, tensor in weights.items()}
    package = package_at(tmp_path / "package", weights=huge, calibration=Calibration((1e-9, 1e-9), (0.0, 0.0)))
    classifier = precision.load(package, CPU)
    assert precision.settle(classifier, package, torch.float16) == float("inf")
    assert classifier.half_type is None


def test_a_device_that_lacks_an_operation_with_sixteen_bits_answers_in_32(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier = precision.load(package, CPU)
    whole = classifier.maps_of

    def lacking(batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if classifier.half_type:
            raise NotImplementedError
        return whole(batch)

    monkeypatch.setattr(classifier, "maps_of", lacking)
    assert precision.settle(classifier, package, torch.float16) == float("inf")
    assert classifier.half_type is None


def test_a_processor_answers_in_32_bits(package: Package) -> None:
    assert precision.load(package, CPU).half_type is None


def test_a_starting_model_has_no_answer_to_compare(tmp_path: Path) -> None:
    package = write_package(tmp_path / "base", backbone())
    assert precision.settle(precision.load(package, CPU), package, torch.bfloat16) == float("inf")


def test_fewer_pictures_go_through_at_once_where_they_are_large_or_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "free_memory", lambda _: 4 * 10**9)
    counts = [devices.pictures_at_once(CPU, size) for size in (224, 512, 1024, 2048)]
    assert counts == [32, 7, 1, 1]
    assert devices.pictures_at_once(torch.device("cuda"), 64) == 256
    monkeypatch.setattr(devices, "free_memory", lambda _: 0)
    assert devices.pictures_at_once(CPU, 64) == 1


def test_the_memory_that_is_free_is_known_or_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert devices.free_memory(CPU) > 10**7

    def missing(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert devices.free_memory(CPU) == devices.SUPPOSED_FREE


def test_a_device_is_named_with_its_bits() -> None:
    assert devices.describe(CPU) == "cpu"
    assert devices.describe(torch.device("mps"), half=True) == "mps (16 bits)"


def test_what_torch_was_built_for_is_told() -> None:
    told = devices.machine()
    assert told["gpus"] == [] or torch.cuda.is_available()
    assert told["cuda"] == torch.version.cuda
