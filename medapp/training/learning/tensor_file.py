"""Safetensors written and read tensor by tensor: at no time is everything in the memory twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pieces: TypeAlias = list[bytes | memoryview]

_NAMES = {
    "bool": "BOOL",
    "uint8": "U8",
    "int32": "I32",
    "int64": "I64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
}
_TYPES = {name: np.dtype(kind) for kind, name in _NAMES.items()}
_METADATA, _ALIGNMENT = "__metadata__", 8


def pieces_of(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> Pieces:
    """Return what makes a safetensors file, piece by piece; the tensors' pieces are their own memory.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        Of the types that `_NAMES` knows, little-endian; others raise KeyError.
    metadata : mapping of str to str
        Goes into the header.
    """
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    pieces: Pieces = []
    offset = 0
    for name, tensor in tensors.items():
        lying = np.asarray(tensor, order="C")
        end = offset + lying.nbytes
        header[name] = {"dtype": _NAMES[lying.dtype.name], "shape": lying.shape, "data_offsets": [offset, end]}
        pieces.append(lying.reshape(-1).view(np.uint8).data)
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return [len(text).to_bytes(8, "little"), text, *pieces]


def tensors_in(file: BinaryIO) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return tensors and metadata from where the file stands, which must be what `pieces_of` made.

    Raises
    ------
    ValueError, KeyError
        Where it is not.
    """
    header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    metadata: dict[str, str] = header.pop(_METADATA)
    begin, tensors = file.tell(), {}
    for name, about in header.items():
        tensor = np.empty(about["shape"], _TYPES[about["dtype"]])
        file.seek(begin + about["data_offsets"][0])
        if file.readinto(tensor.reshape(-1).view(np.uint8).data) != tensor.nbytes:  # type: ignore[attr-defined]
            raise ValueError("torn")
        tensors[name] = tensor
    return tensors, metadata
