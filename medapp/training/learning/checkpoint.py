"""Where a training stands, on the disk: what a run that died goes on from. Never a pickle."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from numpy.typing import NDArray

from medapp.files import atomic_writer
from medapp.training.learning.tensor_file import pieces_of, tensors_in

Tensors: TypeAlias = Mapping[str, NDArray[Any]]
FOLDER = "checkpoints"
_SUFFIX, _FACTS, _DIGEST_BYTES, _KEPT = ".checkpoint", "facts", 32, 2


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a training stands.

    Attributes
    ----------
    facts : mapping
        JSON values.
    tensors : mapping of str to ndarray
        Everything that is an array.
    """

    facts: Mapping[str, Any]
    tensors: Tensors = field(default_factory=dict)

    def part(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the tensors whose names begin with ``name.``, without that beginning."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): value for key, value in self.tensors.items() if key.startswith(prefix)}


def part_of(name: str, tensors: Tensors) -> dict[str, NDArray[Any]]:
    """Return tensors under names that `Checkpoint.part` finds."""
    return {f"{name}.{key}": value for key, value in tensors.items()}


class CheckpointFolder:
    """The checkpoints of a run: each kind in numbered files, the last one kept until the next is whole.

    Parameters
    ----------
    folder : Path
        The run folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def save(self, kind: str, checkpoint: Checkpoint) -> None:
        """Write a checkpoint atomically, and remove what is older than the one before; raises OSError."""
        if not self._folder.parent.is_dir():  # a run that was removed is not made again
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        numbers = self._numbers(kind)
        number = numbers[-1] + 1 if numbers else 1
        pieces = pieces_of(checkpoint.tensors, {_FACTS: json.dumps(checkpoint.facts, allow_nan=False)})
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        with atomic_writer(self._path(kind, number)) as file:
            file.write(digest.digest())
            for piece in pieces:
                file.write(piece)
        for old in numbers[: 1 - _KEPT]:
            with suppress(OSError):
                self._path(kind, old).unlink()

    def latest(self, kind: str) -> tuple[Checkpoint | None, int]:
        """Return the newest whole checkpoint, None where there is none, and how many newer ones are damaged."""
        damaged = 0
        for number in reversed(self._numbers(kind)):
            try:
                return _read(self._path(kind, number)), damaged
            except (OSError, ValueError, KeyError, TypeError):
                damaged += 1
        return None, damaged

    def clear(self) -> None:
        """Remove everything: the run is over, or another one begins in its place."""
        for path in self._folder.glob("*"):
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            self._folder.rmdir()

    def _numbers(self, kind: str) -> list[int]:
        names = (path.name.removeprefix(f"{kind}-").removesuffix(_SUFFIX) for path in self._folder.glob(f"{kind}-*"))
        return sorted(int(name) for name in names if name.isdecimal())

    def _path(self, kind: str, number: int) -> Path:
        return self._folder / f"{kind}-{number:06}{_SUFFIX}"


def _read(path: Path) -> Checkpoint:
    with path.open("rb") as file:
        digest = file.read(_DIGEST_BYTES)
        if hashlib.file_digest(file, "sha256").digest() != digest:
            raise ValueError("damaged")
        file.seek(_DIGEST_BYTES)
        tensors, told = tensors_in(file)
    return Checkpoint(json.loads(told[_FACTS]), tensors)
