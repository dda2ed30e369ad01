"""The set-up script: what it finds missing, and what it says where it may not install it."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "packaging" / "dev.py"


@pytest.fixture(scope="module")
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {str(name).split(".")[0] for name in plain | named} <= set(sys.stdlib_module_names)


def test_an_unknown_command_is_wrong_usage(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["fly"]) == 2
    assert "dev.py run" in capsys.readouterr().out


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux needs packages of the system")
def test_without_root_the_one_line_to_type_is_printed(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "can_load", lambda library: library != "libxcb-cursor.so.0")
    assert dev.install_system(dev.missing_packages()) == 3
    assert "sudo apt-get install --yes --no-install-recommends libxcb-cursor0" in capsys.readouterr().out


def test_changed_pins_ask_for_a_new_set_up(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = dev.fingerprint()
    pins = tmp_path / "constraints.txt"
    pins.write_text("numpy==1.0\n")
    monkeypatch.setattr(dev, "CONSTRAINTS", pins)
    assert dev.fingerprint() != before
