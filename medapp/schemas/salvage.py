"""What can be saved of a damaged JSON document: the part of a cut one that stands, the values that fit a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_DEEPEST = 64
_CLOSING = {"{": "}", "[": "]"}


class _Nothing:
    """Stands for a value that cannot be saved."""


NOTHING = _Nothing()


def beginning_of(text: str) -> Any:  # noqa: ANN401 - any JSON document
    """Return the JSON document whose beginning `text` is, as far as its values are whole; None where there is none.

    Examples
    --------
    >>> beginning_of('{"a": [1, 2, 3], "b": {"c": "cut h')
    {'a': [1, 2, 3]}
    """
    open_ones: list[str] = []
    whole, in_text, escaped = "", False, False
    for place, sign in enumerate(text):
        if in_text:
            in_text, escaped = escaped or sign != '"', sign == "\\" and not escaped
        elif sign == '"':
            in_text = True
        elif sign in _CLOSING:
            open_ones.append(sign)
            if len(open_ones) > _DEEPEST:
                break
        elif sign in "}]" and open_ones:
            open_ones.pop()
        elif sign == "," and open_ones:
            whole = text[:place] + "".join(_CLOSING[one] for one in reversed(open_ones))
    try:
        return json.loads(whole)
    except (ValueError, RecursionError):
        return None


def fitting(part: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` without whatever in it does not fit the schema `part`, or `NOTHING`.

    Of an object each property is judged by itself, of a list each item; keys that the schema does not name are left
    out. An object in a list, or in another one, that lacks what it must have is left out whole.
    """
    import jsonschema

    if isinstance(value, dict) and "properties" in part:
        known = part["properties"]
        kept = {name: fitting(known[name], one) for name, one in value.items() if name in known}
        kept = {name: one for name, one in kept.items() if one is not NOTHING}
        return kept if set(part.get("required", ())) <= kept.keys() else NOTHING
    if isinstance(value, list) and "items" in part:
        return [one for item in value if (one := fitting(part["items"], item)) is not NOTHING]
    return value if jsonschema.Draft202012Validator(part).is_valid(value) else NOTHING
