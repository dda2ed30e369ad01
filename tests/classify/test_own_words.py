"""The models that come with medapp speak the language of the program, and only they."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from medapp import i18n
from medapp.classify.own_words import in_own_words, own_card
from medapp.classify.package import read_package
from medapp.folders import resource_path

STARTER = resource_path("models", "chest-starter-children")


@pytest.fixture
def chinese() -> Iterator[None]:
    i18n.speak("zh_CN")
    yield
    i18n.speak("en")


def numbers(text: str) -> Counter[str]:
    """The figures of a card, whatever stands around them; a probability may lack its zero in English."""
    return Counter(found if found[0] != "." else f"0{found}" for found in re.findall(r"\d*\.?\d+", text))


@pytest.mark.usefixtures("chinese")
def test_the_starter_model_is_named_in_chinese_and_others_as_they_are() -> None:
    package = read_package(STARTER)
    assert in_own_words(package.metadata.name) == "胸部入门模型（儿童）"
    assert "儿童" in in_own_words(package.scope.text)
    assert in_own_words("Chest starter") == "Chest starter"


@pytest.mark.usefixtures("chinese")
def test_the_chinese_card_of_the_starter_model_has_every_figure_of_the_english_one() -> None:
    package = read_package(STARTER)
    english = package.card()
    told = own_card(package.metadata.id, package.metadata.version, english)
    assert told != english
    differs = numbers(told) - numbers(english) | (numbers(english) - numbers(told))
    assert not {figure for figure in differs if "." in figure or len(figure) > 1}, differs
    assert own_card(package.metadata.id, "another version", english) == english


def test_in_english_the_card_is_the_packages_own() -> None:
    assert own_card("chest-starter-children", "1", "# Card") == "# Card"
