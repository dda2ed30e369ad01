"""Values of this package as JSON and arrays, for the pipe between a reader and its owner. Nothing is executed."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from medapp.errors import Problem
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Geometry, NotImage, Window

T = TypeVar("T")
KINDS: Mapping[str, type[Any]] = {"image": FoundImage, "not_image": NotImage, "problem": Problem}
_PLAIN = ("slope", "intercept", "inverted", "unit", "bits_stored", "modality", "number", "discrete")


def found_to_json(found: Found) -> dict[str, Any]:
    """Return `found` as JSON values with its kind."""
    kind = next(name for name, cls in KINDS.items() if isinstance(found, cls))
    return {"kind": kind, **asdict(found)}


def found_from_json(document: dict[str, Any]) -> Found:
    """Rebuild what `found_to_json` made."""
    return cast("Found", from_json(KINDS[document["kind"]], document))


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
    if value is None:
        return None
    if origin in (Union, types.UnionType):
        return _value(next(a for a in get_args(hint) if a is not types.NoneType), value)
    if origin is tuple:
        inner = get_args(hint)[0]
        return tuple(_value(inner, item) for item in value)
    if is_dataclass(hint):
        return from_json(cast("type[Any]", hint), value)
    return value


def frame_to_message(frame: Frame) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return a frame as a JSON header and arrays."""
    header: dict[str, Any] = {name: getattr(frame, name) for name in _PLAIN}
    header["windows"] = [asdict(window) for window in frame.windows]
    header["geometry"] = asdict(frame.geometry)
    arrays: dict[str, NDArray[Any]] = {"stored": frame.stored}
    if frame.valid is not None:
        arrays["valid"] = frame.valid
    if frame.overlay is not None:
        arrays["overlay"] = frame.overlay
    luts = [("modality_lut", frame.modality_lut)] if frame.modality_lut is not None else []
    luts += [(f"voi_lut_{i}", lut) for i, lut in enumerate(frame.voi_luts)]
    header["luts"] = {key: {"first": lut.first, "bits": lut.bits, "name": lut.name} for key, lut in luts if lut}
    arrays |= {key: lut.entries for key, lut in luts if lut}
    return header, arrays


def frame_from_message(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Frame:
    """Rebuild what `frame_to_message` made."""
    luts = {key: Lut(entries=arrays[key].astype(np.uint16), **lut) for key, lut in header["luts"].items()}
    return Frame(
        stored=arrays["stored"],
        valid=arrays.get("valid"),
        overlay=arrays.get("overlay"),
        modality_lut=luts.pop("modality_lut", None),
        voi_luts=tuple(luts.values()),
        windows=tuple(from_json(Window, window) for window in header["windows"]),
        geometry=from_json(Geometry, header["geometry"]),
        **{name: header[name] for name in _PLAIN},
    )
