"""What the models that come with medapp say of themselves, in the language that is spoken.

A package holds its texts in one language, and its hash covers them. So the translations lie beside it, in the
program, and are told only where the package says word for word what was translated; a card, of that very version.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from medapp.folders import resource_path
from medapp.i18n import LANGUAGES, catalogue, spoken, tr

_OWN = "builtin."


def in_own_words(text: str) -> str:
    """Return a name or a description of a model that comes with medapp as it is told; any other as it is."""
    key = _keys().get(text)
    return text if key is None else tr(key)


def own_card(model: str, version: str, card: str) -> str:
    """Return the translated card of this very version of a model, else `card` as the package has it."""
    known = {path.stem: path for path in resource_path("cards", spoken()).glob("*.md")}
    page = known.get(f"{model}@{version}")
    return card if page is None else page.read_text(encoding="utf-8")


@cache
def _keys() -> Mapping[str, str]:
    """Return the keys of what those models say, by the English words: asked at every image that is answered."""
    return {known: key for key, known in catalogue(LANGUAGES[0]).items() if key.startswith(_OWN)}
