"""What the frozen program does before medapp begins."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "program.py"


@pytest.fixture
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("frozen_program", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_programs_of_the_system_load_their_own_libraries(program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"LD_LIBRARY_PATH": "/opt/medapp/_internal", "LD_LIBRARY_PATH_ORIG": "/opt/cuda/lib"}
    monkeypatch.setattr(program.os, "environ", environment)
    program.give_back_environment()
    assert environment["LD_LIBRARY_PATH"] == "/opt/cuda/lib"
    del environment["LD_LIBRARY_PATH_ORIG"]
    program.give_back_environment()
    assert "LD_LIBRARY_PATH" not in environment


def test_our_own_processes_set_up_theirs_anew(program: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, str] = {}
    monkeypatch.setattr(program.os, "environ", environment)
    program.give_back_environment()
    assert environment == {"PYINSTALLER_RESET_ENVIRONMENT": "1"}


def test_nothing_is_imported_before_helpers_of_frozen_libraries_are_served() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").split('if __name__ == "__main__":\n')[1].splitlines()
    assert lines[0].strip().startswith("freeze_support()")
