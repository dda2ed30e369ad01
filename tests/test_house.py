"""The rules of the house: layers, texts, resources, start path."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from medapp.folders import resource_path
from medapp.i18n import catalogue

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "medapp").rglob("*.py"))
KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-zA-Z0-9_]+)+$")


def test_imports_keep_to_the_layers() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_message_key_in_the_code_has_a_text() -> None:
    missing = {key for path in SOURCES for key in keys_of(path)} - catalogue().keys()
    assert not missing


def test_every_place_in_a_text_has_a_plain_name() -> None:
    for key, text in catalogue().items():
        for _, name, _, _ in string.Formatter().parse(text):
            assert name is None or name.isidentifier(), f"{key} has the place {{{name}}}"


def keys_of(path: Path) -> set[str]:
    """Message keys written as plain strings in calls of `tr`, and codes of `MedappError` and `Problem`."""
    keys = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        at, prefix = {"tr": (0, ""), "MedappError": (0, "problem."), "Problem": (1, "problem.")}.get(name, (9, ""))
        if name.endswith("Error") and name in {"ChildDiedError", "ChildTooSlowError"}:
            at, prefix = 0, "problem."
        if len(node.args) > at and isinstance(node.args[at], ast.Constant) and isinstance(node.args[at].value, str):
            keys.add(prefix + node.args[at].value)
    return keys


@pytest.mark.parametrize("path", sorted((ROOT / "medapp" / "schemas").glob("*.json")), ids=lambda p: p.stem)
def test_each_schema_is_a_valid_schema(path: Path) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_resources_are_found_from_source() -> None:
    assert resource_path("translations", "en", "core.json").is_file()


def test_resources_are_found_in_a_frozen_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "medapp" / "_resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("x") == tmp_path / "medapp" / "_resources" / "x"


def test_no_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    words = re.compile("py" + r"pi\.org|deb" + r"ian\.org|npm" + r"js\.|/ro" + "ot/|/wo" + "rk/" + "main")
    named = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".json", ".txt", ".yml"} or path.name == "run":
            named += [name] if words.search(path.read_text(encoding="utf-8")) else []
    assert not named


def test_the_window_starts_without_torch() -> None:
    script = (
        "import sys; sys.modules['torch'] = None; sys.modules['torchvision'] = None;"
        "import medapp.app, medapp.ui.main_window, medapp.cli.main, medapp.workflows.reading;"
        "late = {'jsonschema', 'scipy', 'reportlab', 'highdicom'} & sys.modules.keys();"
        "sys.exit(f'loaded at the start: {late}' if late else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
