"""Texts for people: message keys with parameters, looked up in ``resources/translations/<language>/*.json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import cache

from medapp.errors import MedappError, Problem
from medapp.folders import resource_path

log = logging.getLogger(__name__)
LANGUAGE = "en"


@cache
def catalogue(language: str = LANGUAGE) -> Mapping[str, str]:
    """Return all texts of `language` by key. A key that stands in two files is an error."""
    texts: dict[str, str] = {}
    for path in sorted(resource_path("translations", language).glob("*.json")):
        part: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if twice := texts.keys() & part.keys():
            raise ValueError(f"{path.name} repeats the keys {sorted(twice)}")
        texts |= part
    return texts


def tr(key: str, **params: object) -> str:
    """Return the text of `key` with its places filled, e.g. ``tr("scan.progress", done=3, total=9)``.

    A key without a text gives the key itself, so that a missing translation never stops work; a
    test finds it instead.
    """
    text = catalogue().get(key)
    if text is None:
        log.error("no text for the key %s", key)
        return key
    return text.format(**params) if params else text


def tell(failure: MedappError | Problem) -> str:
    """Return the sentence for a failure or a problem: what happened and what to do."""
    return tr(f"problem.{failure.code}", **failure.params)
