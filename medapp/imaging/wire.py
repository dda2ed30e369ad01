"""Values of this package as JSON and arrays, for the pipe between a reader and its owner. Nothing is executed."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
_ARRAY = "$array"


def from_json(cls: type[T], document: Mapping[str, Any]) -> T:
    """Rebuild a frozen dataclass from the JSON values of its fields; unknown keys are left out."""
    hints = _hints(cast("Any", cls))
    known = {f.name for f in fields(cast("Any", cls))}
    return cls(**{name: _value(hints[name], value) for name, value in document.items() if name in known})


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(hint: Any, value: Any) -> Any:  # noqa: ANN401 - a type hint and any JSON value
    origin = get_origin(hint)
    if value is None or isinstance(value, np.ndarray):
        return value
    if origin in (Union, types.UnionType):
        return _value(next(a for a in get_args(hint) if a is not types.NoneType), value)
    if origin is tuple:
        return _tuple(get_args(hint), value)
    if is_dataclass(hint):
        return from_json(cast("type[Any]", hint), value)
    return value


def _tuple(hints: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    """Rebuild a tuple, of one kind of item (``tuple[T, ...]``) or of several."""
    if hints[-1:] == (...,):
        return tuple(_value(hints[0], item) for item in items)
    return tuple(_value(hint, item) for hint, item in zip(hints, items, strict=True))


def to_message(value: Any) -> tuple[Any, dict[str, NDArray[Any]]]:  # noqa: ANN401 - any frozen dataclass
    """Return a frozen dataclass, and those in it, as JSON values and arrays; an array's place tells its name."""
    arrays: dict[str, NDArray[Any]] = {}
    return _packed(value, "", arrays), arrays


def _packed(value: Any, place: str, arrays: dict[str, NDArray[Any]]) -> Any:  # noqa: ANN401 - any value
    if isinstance(value, np.ndarray):
        arrays[place] = value
        return {_ARRAY: place}
    if is_dataclass(value):
        return {f.name: _packed(getattr(value, f.name), f"{place}/{f.name}", arrays) for f in fields(value)}
    if isinstance(value, tuple):
        return [_packed(item, f"{place}/{i}", arrays) for i, item in enumerate(value)]
    return value


def from_message(cls: type[T], document: Any, arrays: Mapping[str, NDArray[Any]]) -> T:  # noqa: ANN401 - JSON
    """Rebuild what `to_message` made."""
    return from_json(cls, _unpacked(document, arrays))


def _unpacked(document: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(document, list):
        return [_unpacked(item, arrays) for item in document]
    if not isinstance(document, dict):
        return document
    if _ARRAY in document:
        return arrays[document[_ARRAY]]
    return {name: _unpacked(item, arrays) for name, item in document.items()}
