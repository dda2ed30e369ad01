"""Names, clauses and sentences stand one after another as each language writes them."""

from __future__ import annotations

import pytest

from medapp.classify.scope import Scope, narrowed
from medapp.i18n import LANGUAGES, bracketed, clauses, counted, ended, headed, listed, named_in, spaced, speak, tr


def test_names_are_listed_with_the_sign_of_the_language() -> None:
    assert listed(["normal", "pneumonia", 3]) == "normal, pneumonia, 3"
    speak("zh_CN")
    assert listed(["正常", "肺炎", 3]) == "正常、肺炎、3"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_empty_leaves_no_sign_behind(language: str) -> None:
    speak(language)
    assert listed(["", "a", ""]) == clauses(["a", ""]) == spaced(["", "a"]) == headed("", "a") == "a"
    assert listed([]) == spaced([]) == ""


def test_clauses_and_heads_have_the_signs_of_the_language() -> None:
    assert counted({"NORMAL": 270, "PNEUMONIA": 786}) == "270 NORMAL, 786 PNEUMONIA"
    assert bracketed(bracketed("Open files", "Ctrl+O"), "") == "Open files (Ctrl+O)"
    assert ended("Made by hand") == ended("Made by hand.") == "Made by hand."
    assert headed("site A", clauses(["3 ill, 4 well", "1 unknown"])) == "site A: 3 ill, 4 well; 1 unknown"
    speak("zh_CN")
    assert counted({"正常": 270, "肺炎": 786}) == "正常 270、肺炎 786"
    assert bracketed("打开文件", "Ctrl+O") == "打开文件（Ctrl+O）"
    assert ended("手动定标") == "手动定标。"
    assert headed("甲院", clauses(["3 例、4 例", "1 例未知"])) == "甲院：3 例、4 例；1 例未知"


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (["It is done.", "Look again."], "It is done. Look again."),
        (["已完成。", "请再看一次。"], "已完成。请再看一次。"),
        (["Children, one hospital.", "仅供研究使用。"], "Children, one hospital. 仅供研究使用。"),
        (["仅供研究使用。", "Children."], "仅供研究使用。Children."),
        (["00 01", "（2 字节）"], "00 01（2 字节）"),
        (["00 01", "(2 bytes)"], "00 01 (2 bytes)"),
        (["起始模型", "ResNet"], "起始模型 ResNet"),
    ],
)
def test_a_full_width_sign_brings_its_own_space(parts: list[str], told: str) -> None:
    assert spaced(parts) == told


def test_a_person_may_type_the_commas_of_either_keyboard() -> None:
    assert named_in("CR, DX，DR、MG；XA") == ["CR", "DX", "DR", "MG", "XA"]
    assert named_in("a,,b") == ["a", "", "b"], "an empty name leaves an output out"
    asked = {"modalities": "CR、DX", "body_parts": "chest，abdomen", "views": "", "makers": ""}
    scope = narrowed(Scope(), age_from="", age_to="", **asked)
    assert (scope.modalities, scope.body_parts) == (("CR", "DX"), ("CHEST", "ABDOMEN"))


CLOSED_UP = {
    "没有适用于 {x} 的模型": {"MR": "没有适用于 MR 的模型", "此类图像": "没有适用于此类图像的模型"},
    "每 100 次中 {x} 次": {"17": "每 100 次中 17 次", "17（9–25）": "每 100 次中 17（9–25）次"},
    "No model for {x} images": {"此类": "No model for 此类 images"},
    "{x} {x}": {"亮度": "亮度 亮度"},
    "共 {x}": {" 空格 ": "共  空格 ", "": "共 "},
    "{x:>5} 例": {"1": "    1 例"},
}


@pytest.mark.parametrize(("text", "filled"), CLOSED_UP.items())
def test_chinese_words_close_up_and_latin_ones_keep_their_spaces(
    text: str, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medapp.i18n.catalogue", lambda language="": {"a.text": text})
    for value, told in filled.items():
        assert tr("a.text", x=value) == told
