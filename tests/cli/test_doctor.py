"""``medapp doctor``: what is there, what is missing, and no fault that stops it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.engine import EngineConfig, EngineInfo
from medapp.cli import doctor, doctor_machine
from medapp.cli.doctor import Finding, examine
from medapp.cli.doctor_machine import gpus
from medapp.errors import MedappError
from medapp.folders import Folders, user_folders


@pytest.fixture
def engine_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: EngineConfig) -> None:
        raise MedappError("engine.torch", kind="ImportError")

    monkeypatch.setattr(doctor, "Engine", fail)


def test_all_of_it_as_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    schemas.check("doctor", document)
    findings = {finding["topic"]: finding for finding in document["findings"]}
    assert findings["engine"]["details"]["device"]
    assert findings["readers"]["well"]
    assert findings["disk"]["details"]["free_gb"] > 0
    assert {"JPEG", "JPEG 2000", "JPEG-LS", "JPEG XL"} <= set(findings["codecs"]["details"]["available"])
    assert findings["library torch"]["details"]["version"]


def told_by(machine: dict[str, Any], available: tuple[str, ...] = ("cpu",)) -> list[Finding]:
    return list(gpus(EngineInfo("2", "0", "cpu", "", None, available, 1, machine)))


@pytest.mark.parametrize(
    ("driver", "cuda", "well", "said"),
    [
        ("", "13.2", True, "no NVIDIA driver"),
        ("", None, True, "no NVIDIA driver"),
        ("570.86.10", None, False, "without CUDA"),
        ("470.82.01", "13.2", False, "built for CUDA 13.2, cannot use it"),
    ],
)
def test_why_no_gpu_computes_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, driver: str, cuda: str | None, well: bool, said: str
) -> None:
    monkeypatch.setattr(doctor_machine, "nvidia_driver", lambda: driver)
    (finding,) = told_by({"cuda": cuda, "mps_built": False, "gpus": []})
    assert (finding.well, finding.details) == (well, {"driver": driver, "cuda": cuda})
    assert said in finding.text
    assert finding.advice


def test_each_gpu_is_told_with_its_memory_and_one_that_is_full_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "nvidia_driver", lambda: "570.86.10")
    cards = [{"name": "Card A", "free": 70e9, "memory": 80e9}, {"name": "Card B", "free": 1e9, "memory": 80e9}]
    free, full = told_by({"cuda": "13.2", "gpus": cards}, ("cuda", "cpu"))
    assert (free.well, free.advice, full.well) == (True, "", False)
    assert free.text == "GPU Card A: 70.0 of 80.0 GB are free, driver 570.86.10"
    assert "Other programs use the GPU" in full.advice


def test_the_gpu_of_an_apple_machine_is_told() -> None:
    (finding,) = told_by({"cuda": None, "mps_built": True, "gpus": []}, ("mps", "cpu"))
    assert "Apple GPU" in finding.text


def test_the_version_of_the_driver_is_read_from_where_the_system_keeps_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.10  Thu Jan 1\n")
    monkeypatch.setattr(doctor_machine, "DRIVER_FILE", tmp_path / "version")
    assert doctor_machine.nvidia_driver() == "570.86.10"
    monkeypatch.setattr(doctor_machine, "DRIVER_FILE", tmp_path / "nothing")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert doctor_machine.nvidia_driver() == ""


def test_little_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "LEAST_MEMORY_GB", 1e6)
    finding = doctor_machine.processor()
    assert not finding.well
    assert "close other programs" in finding.advice
    monkeypatch.setattr(doctor_machine, "_memory_gb", lambda: None)
    assert doctor_machine.processor().well


def test_a_missing_extra_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_machine, "find_spec", lambda _: None)
    finding = doctor_machine.onnx()
    assert (finding.well, finding.details) == (True, {"installed": False})
    assert "pip install" in finding.advice


def found(topic: str, folders: Folders | None = None) -> Finding:
    return next(f for f in examine(folders or user_folders()) if f.topic == topic)


@pytest.mark.usefixtures("engine_that_fails")
def test_an_engine_that_cannot_start_is_part_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "WRONG  models cannot compute: PyTorch could not be loaded" in out
    assert "need your attention" in out


@pytest.mark.usefixtures("engine_that_fails")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folders = Folders(tmp_path / "file" / "data", tmp_path / "cache", tmp_path / "config")
    assert not found("folder data", folders).well
    assert found("folder cache", folders).well


@pytest.mark.usefixtures("engine_that_fails")
@pytest.mark.parametrize(
    ("topic", "change"),
    [
        ("resources", lambda m: m.setattr(doctor, "RESOURCES", ("icons/none.svg",))),
        ("library no-such-library", lambda m: m.setattr(doctor, "LIBRARIES", ("no-such-library",))),
        ("disk", lambda m: m.setattr(doctor, "LOW_DISK_GB", 1e9)),
    ],
)
def test_what_is_missing_is_told(
    topic: str, change: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    assert not found(topic).well
