"""Where files lie: under the home folder, where the variable says, and a plain sentence where there is no home."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from medapp.__main__ import main
from medapp.errors import MedappError
from medapp.folders import DATA_VARIABLE, resource_path, user_folders

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows always knows the folders of its users")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom the system does not know, without a home in the environment."""
    import pwd

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    for name in (DATA_VARIABLE, "HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_the_variable_moves_everything_also_where_its_name_is_chinese(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "数据"))
    folders = user_folders()
    assert {folders.data.parent, folders.cache.parent, folders.config.parent} == {tmp_path / "数据"}


@posix
@pytest.mark.usefixtures("nobody")
def test_without_a_home_nothing_is_written_where_the_program_was_started() -> None:
    with pytest.raises(MedappError) as told:
        user_folders()
    assert told.value.code == "folders.no_home"


@posix
@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("command", [["models", "list"], ["classify", "x.png"]])
def test_without_a_home_the_command_line_says_what_to_set(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 3
    assert DATA_VARIABLE in capsys.readouterr().err


@posix
@pytest.mark.usefixtures("nobody")
def test_what_needs_no_home_works_without_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("medapp ")


def test_frozen_resources_lie_beside_the_modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "medapp" / "_resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("icons", "app.svg") == tmp_path / "medapp" / "_resources" / "icons" / "app.svg"


def test_a_missing_library_of_the_window_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without_gl(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the names that the interpreter gives them
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if name == "medapp.app":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without_gl)
    assert main(["open"]) == 3
    assert "libGL.so.1" in capsys.readouterr().err
