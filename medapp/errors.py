"""The one kind of error that people are told about: a code, its parameters, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class MedappError(Exception):
    """A failure with a message key.

    `code` names a text in ``resources/translations`` (``problem.<code>``); `params` fill its
    places. Both are plain values, so a failure can cross a pipe between processes.
    """

    def __init__(self, code: str, **params: str | float) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: dict[str, str | float] = params


@dataclass(frozen=True)
class Problem:
    """What went wrong with one file: the path, the reason's code, and its parameters."""

    path: str
    code: str
    params: Mapping[str, str | float] = field(default_factory=dict)

    @classmethod
    def from_error(cls, path: str, error: BaseException) -> Problem:
        """Make a problem of any exception; one that is not ours becomes ``unexpected`` with its type's name."""
        if isinstance(error, MedappError):
            return cls(path, error.code, error.params)
        return cls(path, "unexpected", {"kind": type(error).__name__})
