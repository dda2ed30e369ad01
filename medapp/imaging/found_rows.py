"""What headers told, as rows of plain values for the pipe between a reader and its owner.

Rows have no names and values that repeat are one object: of thousands of files, most have the same patient, windows
and orientation. Nothing is executed.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from medapp.errors import Problem
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.study import NotImage

_KINDS: tuple[type[Any], ...] = (FoundImage, NotImage, Problem)
_Convert = Callable[[Any], Any]


def to_row(found: Found) -> list[Any]:
    """Return `found` as a list: its kind, then the values of its fields, in their order."""
    kind = next(n for n, cls in enumerate(_KINDS) if isinstance(found, cls))
    return [kind, *_packed(found)]


def from_row(row: Sequence[Any]) -> Found:
    """Rebuild what `to_row` made."""
    return cast("Found", _builder(cast("Any", _KINDS[row[0]]))(row[1:]))


def _packed(value: Any) -> list[Any]:  # noqa: ANN401 - any frozen dataclass
    getter, nested = _shape(cast("Any", type(value)))
    row = list(getter(value))
    for place in nested:
        inner = row[place]
        if isinstance(inner, tuple):
            row[place] = [_packed(item) for item in inner]
        elif inner is not None:
            row[place] = _packed(inner)
    return row


@cache
def _shape(cls: type[Any]) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[int, ...]]:
    """Return what takes all values of a class at once, and which of them are dataclasses or tuples of them."""
    names, hints = [f.name for f in fields(cls)], get_type_hints(cls)
    return attrgetter(*names), tuple(n for n, name in enumerate(names) if _inner_class(hints[name]) is not None)


def _inner_class(hint: Any) -> type[Any] | None:  # noqa: ANN401 - a type hint
    """Return the dataclass that a field holds, in a tuple or by itself."""
    if is_dataclass(hint):
        return cast("type[Any]", hint)
    return next((found for arg in get_args(hint) if (found := _inner_class(arg)) is not None), None)


@cache
def _builder(cls: type[Any]) -> _Convert:
    """Return what makes a value of a class of its row."""
    hints = get_type_hints(cls)
    made = [_converter(hints[f.name]) for f in fields(cls)]
    places = [(n, convert) for n, convert in enumerate(made) if convert is not None]

    def build(row: Sequence[Any]) -> Any:  # noqa: ANN401 - a value of the class
        values = list(row)
        for n, convert in places:
            if values[n] is not None:
                values[n] = convert(values[n])
        return cls(*values)

    return build


def _converter(hint: Any) -> _Convert | None:  # noqa: ANN401 - a type hint
    """Return what rebuilds a field; None where JSON keeps it as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is str:
        return _shared
    if is_dataclass(hint):
        return _sharing(_builder(cast("Any", hint)))
    if origin in (Union, types.UnionType):
        return _converter(next(a for a in arguments if a is not types.NoneType))
    if origin is tuple:
        inner = [a for a in arguments if a is not ...]
        convert = _converter(inner[0])
        if convert is None or len(set(inner)) > 1:
            return _tupled
        return lambda items: _shared(tuple(convert(item) for item in items))
    return dict if isinstance(origin, type) and issubclass(origin, Mapping) else None


def _tupled(items: Sequence[Any]) -> tuple[Any, ...]:
    """Rebuild a tuple of plain values, and tuples of them."""
    made = tuple(_tupled(item) if isinstance(item, list) else item for item in items)
    return cast("tuple[Any, ...]", _shared(made))


def _sharing(build: _Convert) -> _Convert:
    return lambda row: _shared(build(row))


@lru_cache(maxsize=4096, typed=True)
def _shared(value: Any) -> Any:  # noqa: ANN401 - any hashable value
    """Return an equal value that was seen before, so that one object serves many files."""
    return value
