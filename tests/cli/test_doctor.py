"""``medapp doctor``: what is there, what is missing, and no fault that stops it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from medapp import schemas
from medapp.__main__ import main
from medapp.classify.engine import EngineConfig
from medapp.cli import doctor
from medapp.cli.doctor import Finding, examine
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
