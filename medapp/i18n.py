"""Texts for people: message keys with parameters, looked up in ``resources/translations/<language>/*.json``.

One language is spoken at a time in a process (`speak`). Which one is chosen by `__main__`, the command line and
the window; this module knows codes, not systems.
"""

from __future__ import annotations

import json
import logging
import os
import re
import string
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from medapp.errors import MedappError, Problem
from medapp.folders import resource_path

log = logging.getLogger(__name__)
LANGUAGES = ("en", "zh_CN")
"""English first: its texts stand in where another language lacks one."""
LANGUAGE_VARIABLE = "MEDAPP_LANGUAGE"
_BETWEEN = re.compile("[,;\uff0c\uff1b\u3001]")
"""What a person types between names, on any keyboard."""
_STOPS = frozenset(".!?…\u3002\uff01\uff1f")
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_spoken = LANGUAGES[0]


@cache
def _texts(language: str) -> Mapping[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(resource_path("translations", language).glob("*.json")):
        part: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if twice := texts.keys() & part.keys():
            raise ValueError(f"{path.name} repeats the keys {sorted(twice)}")
        texts |= part
    return texts


def catalogue(language: str = "") -> Mapping[str, str]:
    """Return all texts of `language` by key; of the one that is spoken where none is named.

    A key that stands in two files is an error.
    """
    return _texts(language or _spoken)


def spoken() -> str:
    """Return the code of the language that is spoken: one of `LANGUAGES`."""
    return _spoken


def speak(language: str) -> None:
    """Speak `language` from now on; English where it is not one of `LANGUAGES`."""
    global _spoken  # noqa: PLW0603 - one process, one person: all texts that follow are for the same eyes
    _spoken = language if language in LANGUAGES else LANGUAGES[0]


def spoken_by_children() -> dict[str, str]:
    """Return what the environment of a process that this one starts needs, so that it speaks the same language."""
    return {LANGUAGE_VARIABLE: _spoken}


def known_language(code: str) -> str:
    """Return the language of ours that `code` stands for (``zh-Hans-CN``, ``zh_CN.UTF-8``, ``de``): English for others.

    Traditional Chinese is another script: its readers get English.
    """
    parts = code.replace("-", "_").partition(".")[0].lower().split("_")
    return "zh_CN" if parts[0] == "zh" and not _TRADITIONAL.intersection(parts) else LANGUAGES[0]


def asked_language() -> str:
    """Return the language that ``MEDAPP_LANGUAGE`` asks for; nothing where it is not set."""
    asked = os.environ.get(LANGUAGE_VARIABLE, "").strip()
    return known_language(asked) if asked else ""


def tr(key: str, **params: object) -> str:
    """Return the text of `key` with its places filled, e.g. ``tr("scan.progress", done=3, total=9)``.

    A key without a text gives the English one, else the key itself, so that a missing translation never stops
    work; a test finds it instead.
    """
    text = catalogue().get(key) or catalogue(LANGUAGES[0]).get(key)
    if text is None:
        log.error("no text for the key %s", key)
        return key
    return _filled(text, params) if params else text


def tell(failure: MedappError | Problem) -> str:
    """Return the sentence for a failure or a problem: what happened and what to do."""
    return tr(f"problem.{failure.code}", **failure.params)


def percent_text(probability: float) -> str:
    """Return a probability in per cent with two significant digits; never 0 % or 100 %, for no model is certain."""
    percent = probability * 100
    if percent < 0.1:
        return tr("percent_below", value="0.1")
    if percent > 99.9:
        return tr("percent_above", value="99.9")
    digits = 1 if percent < 9.95 or percent > 99 else 0
    return tr("percent", value=f"{percent:.{digits}f}")


def listed(names: Iterable[object]) -> str:
    """Return names one after another, as the language that is spoken lists them; what is empty is left out.

    Examples
    --------
    >>> listed(["normal", "pneumonia"])
    'normal, pneumonia'
    """
    return tr("join.names").join(filter(None, map(str, names)))


def counted(numbers: Mapping[str, int]) -> str:
    """Return how many there are of each name, e.g. ``270 NORMAL, 786 PNEUMONIA``."""
    return listed(tr("join.counted", n=n, name=name) for name, n in numbers.items())


def clauses(parts: Iterable[str]) -> str:
    """Return parts of a sentence that are lists themselves, or hold commas, one after another."""
    return tr("join.clauses").join(filter(None, parts))


def headed(head: object, text: object) -> str:
    """Return `text` with what it is about before it and a colon; alone where nothing is before it."""
    return tr("join.headed", head=head, text=text) if head else str(text)


def bracketed(text: str, aside: object) -> str:
    """Return a text with what is said of it in brackets; alone where there is nothing to say."""
    return tr("join.bracketed", text=text, aside=aside) if aside else text


def ended(text: str) -> str:
    """Return a text with the full stop of the language that is spoken; one that a person has ended stays as it is."""
    return text if text[-1:] in _STOPS else tr("join.ended", text=text)


def spaced(parts: Iterable[str]) -> str:
    """Return sentences, or a text and its brackets, one after another; what is empty is left out.

    A space stands between two of them but beside a full-width sign, which brings its own. So this asks for no
    language: a sentence of another one may stand among them.

    Examples
    --------
    >>> spaced(["It is done.", "Look again."])
    'It is done. Look again.'
    """
    told = ""
    for part in filter(None, parts):
        close = not told or _is_wide_sign(told[-1]) or _is_wide_sign(part[0])
        told += part if close else f" {part}"
    return told


def named_in(text: str) -> list[str]:
    """Return the names that a person has typed into one line, with a comma or another sign between them."""
    return [name.strip() for name in _BETWEEN.split(text)]


def _filled(text: str, params: Mapping[str, object]) -> str:
    """Return `text` with its places filled; Chinese words stand beside each other without the space of the text.

    The space before or after a place is for Latin letters and digits. Spaces of what fills it are never touched.
    """
    told = ""
    for literal, name, form, _ in string.Formatter().parse(text):
        close = literal[:1] == " " and _is_wide(told[-1:]) and _is_wide(literal[1:2])
        told += literal[1:] if close else literal
        if name is None:
            continue
        value = format(params[name], form or "")
        if literal.strip() and literal[-1] == " " and _is_wide(told[-2:-1]) and _is_wide(value[:1]):
            told = told[:-1]
        told += value
    return told


def _is_wide(letter: str) -> bool:
    return bool(letter) and unicodedata.east_asian_width(letter) in "WF"


def _is_wide_sign(letter: str) -> bool:
    return _is_wide(letter) and unicodedata.category(letter).startswith("P")
