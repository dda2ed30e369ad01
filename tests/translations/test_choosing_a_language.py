"""Which language is spoken: the environment's, else that of the settings, else English."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.i18n import (
    LANGUAGE_VARIABLE,
    asked_language,
    catalogue,
    known_language,
    speak,
    spoken,
    spoken_by_children,
    tell,
    tr,
)
from medapp.processes import own_command
from medapp.storage.settings import Settings, SettingsFile, chosen_language

CODES = {
    "en": "en",
    "en-GB": "en",
    "de_DE.UTF-8": "en",
    "C": "en",
    "zh": "zh_CN",
    "zh_CN": "zh_CN",
    "zh-Hans-SG": "zh_CN",
    "ZH_cn.UTF-8": "zh_CN",
    "zh_TW": "en",
    "zh-Hant-HK": "en",
}


@pytest.mark.parametrize(("code", "language"), CODES.items())
def test_a_code_of_a_system_stands_for_one_of_our_languages(code: str, language: str) -> None:
    assert known_language(code) == language


def test_what_is_spoken_decides_the_text_of_a_key() -> None:
    assert tr("ui.cancel") == "Cancel"
    speak("zh_CN")
    assert tr("ui.cancel") == "取消"
    assert tell(MedappError("file.empty")).startswith("文件为空")
    assert catalogue()["ui.cancel"] == "取消"


def test_a_language_that_there_is_not_is_english() -> None:
    speak("xx")
    assert spoken() == "en"


def test_a_process_that_is_started_speaks_the_same_language() -> None:
    speak("zh_CN")
    assert spoken_by_children() == {LANGUAGE_VARIABLE: "zh_CN"}


def test_a_text_that_a_language_lacks_is_told_in_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from medapp import i18n

    full = catalogue("en")
    monkeypatch.setattr(i18n, "_texts", lambda language: full if language == "en" else {})
    speak("zh_CN")
    assert tr("ui.cancel") == "Cancel"


def test_the_environment_may_ask_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, " ")
    assert asked_language() == ""


def test_the_settings_keep_the_language(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    assert chosen_language(path) == ""
    SettingsFile(path).save(Settings(language="zh_CN"))
    assert chosen_language(path) == "zh_CN"
    assert SettingsFile(path).load()[0].language == "zh_CN"


@pytest.mark.parametrize("content", ["", "[]", '{"language": "xx"}', '{"language": "system"}', '{"language": []}'])
def test_settings_that_name_no_language_of_ours_choose_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, encoding="utf-8")
    assert chosen_language(path) == ""


def said_by_the_command_line(language: str | None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != LANGUAGE_VARIABLE}
    asked = {LANGUAGE_VARIABLE: language} if language else {}
    command = own_command("info", "/there/is/nothing")
    done = subprocess.run(command, capture_output=True, env={**environment, **asked}, check=False)
    assert done.returncode == 3
    return done.stderr.decode("utf-8")


def test_the_command_line_speaks_english_unless_told_otherwise() -> None:
    assert said_by_the_command_line(None).startswith("There is nothing at")


def test_the_command_line_speaks_the_language_of_the_settings_and_rather_that_of_the_environment() -> None:
    settings = user_folders().settings
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"language": "zh_CN"}), encoding="utf-8")
    assert "没有任何内容" in said_by_the_command_line(None)
    assert said_by_the_command_line("en").startswith("There is nothing at")


def test_help_is_told_in_chinese() -> None:
    environment = {**os.environ, LANGUAGE_VARIABLE: "zh_CN"}
    done = subprocess.run(own_command("render", "--help"), capture_output=True, env=environment, check=True)
    assert "顺时针旋转" in done.stdout.decode("utf-8")
