"""The press's other end: asks the process that makes DICOM objects and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.imaging.source_header import SourceHeader
from medapp.imaging.wire import to_message
from medapp.interop.outcome import Format, Outcome
from medapp.interop.picture import Picture
from medapp.processes import Child, ChildDiedError, ChildTooSlowError, own_command

SECONDS_PER_FILE = 120.0


class Press:
    """Makes files in a process of its own, which starts with the first of them. For one thread at a time."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.close()

    def make(self, form: Format, outcome: Outcome, picture: Picture | None, *, with_identity: bool) -> bytes:
        """Return an outcome in one form, as the bytes of a file; the report alone needs no picture.

        Raises
        ------
        MedappError
            What the maker of the form raises, ``unexpected`` where a library fails, ``process.…`` where the process
            ends or takes too long; the next file is made by another one then.
        """
        request = {"form": form, "outcome": _document(outcome), "with_identity": with_identity}
        arrays: dict[str, NDArray[Any]] = {}
        if picture is not None:
            request["has_contour"] = picture.has_contour
            arrays["picture"] = picture.pixels
        return self._asked(request, arrays)

    def make_key_object(self, images: Sequence[tuple[SourceHeader, int]]) -> bytes:
        """Return a Key Object Selection of images of one study, as the bytes of a file; raises as `make` does."""
        rows = [{"header": to_message(header)[0], "frame_number": number} for header, number in images]
        return self._asked({"form": "ko", "images": rows}, {})

    def _asked(self, request: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
        child = self._running()
        try:
            child.send(request, arrays)
            answer = child.receive(SECONDS_PER_FILE)
        except (ChildDiedError, ChildTooSlowError):
            self._child = None
            child.kill()
            raise
        if "failed" in answer.header:
            raise MedappError(answer.header["failed"], **answer.header["params"])
        return answer.arrays["file"].tobytes()

    def _running(self) -> Child:
        if self._child is not None and not self._child.alive:
            self._child.close()
            self._child = None
        if self._child is None:
            self._child = Child(own_command("_press"))
        return self._child


def _document(outcome: Outcome) -> dict[str, Any]:
    """Return what the press needs of an outcome as JSON values: all but the pixels and the heat map."""
    header = outcome.header
    return {
        "number": outcome.number,
        "source": outcome.source,
        "frame_number": outcome.frame_number,
        "prediction": outcome.prediction.to_json(),
        "model": to_message(outcome.model)[0],
        "header": to_message(header)[0] if header is not None else None,
        "stack": to_message(outcome.stack)[0] if outcome.stack is not None else None,
    }
