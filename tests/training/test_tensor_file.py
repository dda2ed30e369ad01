"""Tensors in a file, as safetensors has them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from safetensors.numpy import load

from medapp.training.learning.tensor_file import pieces_of, tensors_in

TENSORS = {
    "picture": np.arange(12, dtype=np.float32).reshape(3, 4),
    "turned": np.arange(12, dtype=np.float64).reshape(3, 4).T,
    "one": np.array(7, np.int64),
    "none": np.zeros((0, 5), np.float32),
    "half": np.array([1.5, np.nan], np.float16),
    "bytes": np.array([1, 2, 3], np.uint8),
    "flags": np.array([True, False]),
}


def written() -> bytes:
    return b"".join(bytes(piece) for piece in pieces_of(TENSORS, {"about": "ä"}))


def test_what_is_written_is_read_again() -> None:
    tensors, metadata = tensors_in(io.BytesIO(written()))
    assert metadata == {"about": "ä"}
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        np.testing.assert_array_equal(tensors[name], tensor)


def test_others_can_read_it() -> None:
    for name, tensor in load(written()).items():
        np.testing.assert_array_equal(tensor, TENSORS[name])


def test_a_tensor_that_lies_well_is_not_copied() -> None:
    large = np.zeros((100, 100), np.float32)
    assert np.shares_memory(np.asarray(pieces_of({"large": large}, {})[-1]), large)


def test_a_file_that_ends_too_early_is_told() -> None:
    with pytest.raises(ValueError, match="torn"):
        tensors_in(io.BytesIO(written()[:-1]))
