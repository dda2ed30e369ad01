"""Settings: what a person chose survives, and a damaged file costs nothing but itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medapp.app import _reader_config
from medapp.storage.settings import RECENT_LIMIT, Settings, SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Einstellungen ü" / "settings.json"


def test_settings_come_back_as_they_were_saved(path: Path) -> None:
    chosen = Settings(theme="light", font_px=15, cache_share=0.1, recent=("a", "b"))
    SettingsFile(path).save(chosen)
    assert SettingsFile(path).load() == (chosen, None)


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert SettingsFile(path).load() == (Settings(), None)


@pytest.mark.parametrize("content", [b"{", b"[1, 2]", b"\xff\xfe\x00", b""])
def test_a_damaged_file_is_set_aside_and_told(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings, problem = SettingsFile(path).load()
    assert settings == Settings()
    assert problem is not None
    assert problem.code == "settings.damaged"
    assert path.with_suffix(".damaged.json").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "value"),
    [("theme", "pink"), ("font_px", 400), ("font_px", "13"), ("automatic_ai", 1), ("device", None), ("recent", "x")],
)
def test_a_value_that_does_not_fit_is_replaced_by_its_default(path: Path, name: str, value: object) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"schema_version": 1, "theme": "light", name: value}))
    settings, problem = SettingsFile(path).load()
    assert getattr(settings, name) == getattr(Settings(), name)
    assert problem is None


def test_keys_of_a_newer_version_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"schema_version": 9, "hologram": True}))
    file = SettingsFile(path)
    settings, _ = file.load()
    file.save(settings)
    assert json.loads(path.read_text())["hologram"] is True


def test_recent_paths_are_few_and_newest_first() -> None:
    settings = Settings(recent=tuple("abcdefgh"))
    recent = settings.opened(("c", "z"))
    assert recent[:4] == ("c", "z", "a", "b")
    assert len(recent) == RECENT_LIMIT


def test_a_disk_that_refuses_does_not_stop_the_program(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    SettingsFile(blocked / "settings.json").save(Settings())
    assert blocked.read_text() == ""


def test_limits_of_readers_are_settings(path: Path) -> None:
    SettingsFile(path).save(Settings(reader_processes=3, reader_seconds=25.0, reader_megabytes=4096))
    settings, _ = SettingsFile(path).load()
    config = _reader_config(settings, safe=False)
    assert (config.processes, config.seconds_per_file, config.limits.memory_bytes) == (3, 25.0, 2**32)
    assert _reader_config(settings, safe=True).processes == 1
