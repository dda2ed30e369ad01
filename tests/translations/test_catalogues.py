"""The languages say the same, each completely in its own words."""

from __future__ import annotations

import json
import re
import string

import pytest

from medapp.folders import resource_path
from medapp.i18n import LANGUAGES, catalogue

ENGLISH = resource_path("translations", "en")
OTHERS = LANGUAGES[1:]
HAN = re.compile(r"[\u4e00-\u9fff]")
MIXED = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05]")
TO_BE_TYPED = {"cli.render.bad_region"}
"""What a person types stands there with the comma of the keyboard."""
PROPER_NAMES = {
    "teach.network.mobilenet_v2": "MobileNetV2",
    "teach.network.resnet18": "ResNet-18",
    "teach.network.resnet50": "ResNet-50",
    "teach.network.densenet121": "DenseNet-121",
    "teach.network.efficientnet_b0": "EfficientNet-B0",
    "teach.network.convnext_tiny": "ConvNeXt-T",
    "teach.network.vit_b_16": "ViT-B/16",
    "teach.column_auc": "AUC",
    "ui.figure_auc": "AUC",
    "command.language_en": "English",
    "export.form_png": "PNG",
    "export.form_tiff": "TIFF",
    "header.column_vr": "VR",
    "setting.mouse_weasis": "Weasis",
    "setting.mouse_horos": "Horos",
    "setting.mouse_radiant": "RadiAnt",
    "setting.mouse_ohif": "OHIF",
}
"""Texts that are the same in every language, with what they say."""
GIVEN_UP = ("堆栈", "真相", "有者", "无者", "撤回")
"""Words that the glossary has replaced, so that one thing keeps one name."""
UNITS = re.compile(r"\b(R|G|B|b|px|mm|cm|kV|ID|SUVbw|medapp|Python|GPU|Apple)\b")


@pytest.mark.parametrize("language", OTHERS)
def test_each_file_has_the_same_keys_in_the_same_order(language: str) -> None:
    folder = resource_path("translations", language)
    assert {p.name for p in folder.glob("*")} == {p.name for p in ENGLISH.glob("*")}
    for path in ENGLISH.glob("*.json"):
        theirs = json.loads((folder / path.name).read_text(encoding="utf-8"))
        assert list(theirs) == list(json.loads(path.read_text(encoding="utf-8"))), path.name


@pytest.mark.parametrize("language", OTHERS)
def test_each_text_has_the_same_places_to_be_filled(language: str) -> None:
    theirs = catalogue(language)
    differing = [k for k, text in catalogue("en").items() if places_of(text) != places_of(theirs.get(k, text))]
    assert not differing


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_left_in_english(language: str) -> None:
    theirs = catalogue(language)
    same = {k: text for k, text in catalogue("en").items() if theirs.get(k) == text and has_words(text)}
    assert same == {k: text for k, text in PROPER_NAMES.items() if k in same}
    assert set(same) == set(PROPER_NAMES), "the list of proper names holds what is translated meanwhile"


def test_every_chinese_sentence_is_written_in_chinese_characters() -> None:
    foreign = [k for k, text in catalogue("zh_CN").items() if has_words(text) and not HAN.search(text)]
    assert set(foreign) <= set(PROPER_NAMES)


def test_chinese_texts_have_chinese_punctuation_and_half_width_digits() -> None:
    mixed = {k: text for k, text in catalogue("zh_CN").items() if MIXED.search(bare(text).replace(";;", ""))}
    assert not {k: text for k, text in mixed.items() if k not in TO_BE_TYPED}


def test_one_thing_keeps_one_name_in_chinese() -> None:
    given_up = {k: text for k, text in catalogue("zh_CN").items() if any(word in text for word in GIVEN_UP)}
    assert not given_up


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_below_one_begins_with_a_zero(language: str) -> None:
    assert not {k: text for k, text in catalogue(language).items() if re.search(r"(?<![\w.])\.\d", bare(text))}


def test_lines_and_menu_letters_are_kept() -> None:
    chinese = catalogue("zh_CN")
    for key, text in catalogue("en").items():
        assert text.count("\n") == chinese[key].count("\n"), key
        assert ("&" in text) == ("&" in chinese[key]), key
        assert text.endswith("…") == chinese[key].endswith("…"), key


def places_of(text: str) -> set[str]:
    """What fills the text: a language may have to name a thing twice."""
    return {f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None}


def bare(text: str) -> str:
    """The text without its places: what fills them brings its own signs."""
    return "".join(literal for literal, *_ in string.Formatter().parse(text))


def has_words(text: str) -> bool:
    """Whether there is anything to translate beside places, signs and units."""
    return bool(re.search(r"[A-Za-z]{2,}", UNITS.sub("", bare(text))))
