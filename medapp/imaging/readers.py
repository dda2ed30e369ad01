"""The pool of reader processes: started when needed, replaced when one dies or hangs, safe to use from many threads."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Self

from medapp.errors import MedappError, Problem
from medapp.imaging.found import Found, HeaderReply
from medapp.imaging.found_rows import from_row
from medapp.imaging.frame import Frame
from medapp.imaging.header_row import HeaderRow
from medapp.imaging.limits import ReadLimits
from medapp.imaging.presentation import PresentationState
from medapp.imaging.reader_process import environment
from medapp.imaging.segmentation import Segmentation
from medapp.imaging.slots import Slots
from medapp.imaging.source_header import SourceHeader
from medapp.imaging.wire import from_message
from medapp.processes import Child, ChildDiedError, ChildTooSlowError, Message, own_command

START_ATTEMPTS = 3
PATIENCE = {"segmentation": 6}
"""How many times longer than one frame a request may take: a segmentation is read with all of its frames."""


@dataclass(frozen=True)
class ReaderConfig:
    """How many readers there are and what one file may cost.

    Attributes
    ----------
    processes : int
        Readers at most; they start when they are needed.
    seconds_per_file : float
        A reader that does not answer for a file in this time is ended.
    start_seconds : float
        How long a reader may take to start.
    limits : ReadLimits
    """

    processes: int = field(default_factory=lambda: min(4, os.cpu_count() or 1))
    seconds_per_file: float = 10.0
    start_seconds: float = 60.0
    limits: ReadLimits = field(default_factory=ReadLimits)


class CannotStartError(MedappError):
    """No reader process comes up."""


class Readers:
    """Reads headers and frames in child processes. Every method may be called from any thread."""

    def __init__(self, config: ReaderConfig | None = None) -> None:
        self.config = config or ReaderConfig()
        self._slots = Slots(max(1, self.config.processes))
        self._idle: list[Child] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the idle readers; those at work end when their call does."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def headers(self, sources: Sequence[str]) -> Iterator[HeaderReply]:
        """Yield what each of `sources` is, in their order, through one reader.

        A file on which the reader dies or takes too long is read once more, alone in a fresh reader,
        and is a problem (``reader.died``, ``reader.slow``) when that fails too. Closing the iterator
        early costs the reader; until it ends it holds one, so that asking for more meanwhile needs a
        second process.
        """
        waiting = list(sources)
        while waiting:
            for found in self._headers_until_failure(waiting):
                yield HeaderReply(waiting.pop(0), found)
            if waiting:
                source = waiting.pop(0)
                yield HeaderReply(source, self._header_alone(source))

    def _headers_until_failure(self, sources: Sequence[str]) -> Iterator[Found]:
        """Yield what the reader answers for `sources`; stop where it dies, is too slow, or does not start."""
        sources = tuple(sources)
        with suppress(CannotStartError), self._reader() as reader:
            try:
                reader.send({"do": "headers", "sources": sources})
                for _ in sources:
                    answer = reader.receive(self.config.seconds_per_file)
                    yield from_row(answer.header["found"])
            except (ChildDiedError, ChildTooSlowError):
                reader.kill()
            except GeneratorExit:
                reader.kill()  # its other answers are still to come
                raise

    def _header_alone(self, source: str) -> Found:
        try:
            answer = self._ask({"do": "headers", "sources": [source]}, fresh=True)
        except MedappError as error:
            return Problem.from_error(source, error)
        return from_row(answer.header["found"])

    def frame(self, source: str, index: int = 0, *, urgent: bool = False) -> Frame:
        """Decode frame `index` (from 0) of a source; an `urgent` one takes the next reader that is free.

        Raises
        ------
        MedappError
            Whatever is wrong with the file; ``reader.died``, ``reader.slow`` where reading it ends
            two readers.
        """
        answer = self._ask_twice({"do": "frame", "source": source, "index": index}, urgent=urgent)
        return from_message(Frame, answer.header["value"], answer.arrays)

    def presentation(self, source: str) -> PresentationState:
        """Read a presentation state.

        Raises
        ------
        MedappError
            ``presentation.not_one`` where it is something else, and as `frame` does.
        """
        answer = self._ask_twice({"do": "presentation", "source": source})
        return from_message(PresentationState, answer.header["value"], answer.arrays)

    def segmentation(self, source: str) -> Segmentation:
        """Read all of a segmentation; with hundreds of frames it takes longer than a file else may.

        Raises
        ------
        MedappError
            ``segmentation.none`` where it is something else, ``segmentation.too_large``, and as `frame` does.
        """
        answer = self._ask_twice({"do": "segmentation", "source": source})
        return from_message(Segmentation, answer.header["value"], answer.arrays)

    def source_header(self, source: str) -> SourceHeader:
        """Read what a result keeps of the instance that it was computed on.

        Raises
        ------
        MedappError
            ``send.not_dicom`` where it is no DICOM instance, and as `frame` does.
        """
        answer = self._ask_twice({"do": "source_header", "source": source})
        return from_message(SourceHeader, answer.header["value"], answer.arrays)

    def listing(self, source: str, place: Sequence[str] = ()) -> tuple[HeaderRow, ...]:
        """Read the header of a source for people to read, or what lies below one place in it.

        Raises
        ------
        MedappError
            As `header_listing.list_header` and `frame` do.
        """
        answer = self._ask_twice({"do": "listing", "source": source, "place": list(place)})
        return tuple(HeaderRow(*row) for row in answer.header["rows"])

    def members(self, source: str) -> tuple[str, ...]:
        """Return the files of an archive as sources."""
        return tuple(self._ask_twice({"do": "members", "source": source}).header["members"])

    def listed(self, source: str) -> tuple[str, ...]:
        """Return the files that a DICOMDIR lists as sources, also those that are not there.

        Raises
        ------
        MedappError
            ``dicomdir.outside`` where it names files outside its folder, and as `frame` does.
        """
        return tuple(self._ask_twice({"do": "listed", "source": source}).header["members"])

    def _ask_twice(self, request: dict[str, object], *, urgent: bool = False) -> Message:
        try:
            return self._ask(request, urgent=urgent)
        except MedappError as error:
            if error.code not in {"reader.died", "reader.slow"}:
                raise
        return self._ask(request, fresh=True, urgent=urgent)

    def _ask(self, request: dict[str, object], *, fresh: bool = False, urgent: bool = False) -> Message:
        """Send one request and return its answer; raise what it failed with."""
        seconds = self.config.seconds_per_file * PATIENCE.get(str(request["do"]), 1)
        with self._reader(fresh=fresh, urgent=urgent) as reader:
            try:
                reader.send(request)
                answer = reader.receive(seconds)
            except ChildTooSlowError as error:
                reader.kill()
                raise MedappError("reader.slow", seconds=round(seconds)) from error
            except ChildDiedError as error:
                reader.kill()
                raise MedappError("reader.died") from error
            except BaseException:
                reader.kill()
                raise
        if "failed" in answer.header:
            raise MedappError(answer.header["failed"], **answer.header["params"])
        return answer

    @contextmanager
    def _reader(self, *, fresh: bool = False, urgent: bool = False) -> Iterator[Child]:
        """Take an idle reader, or start one; wait while all are at work."""
        with self._slots.taken(urgent=urgent):
            with self._lock:
                if self._closed:
                    raise MedappError("reader.closed")
                child = self._idle.pop() if self._idle else None
            if child is not None and (fresh or not child.alive):
                child.close()
                child = None
            child = child or self._start()
            try:
                yield child
            finally:
                self._put_back(child)

    def _start(self) -> Child:
        limits = json.dumps(asdict(self.config.limits))
        command = own_command("_reader", limits)
        for _ in range(START_ATTEMPTS):
            try:
                return Child(command, environment=environment(), hello_timeout=self.config.start_seconds)
            except (ChildDiedError, ChildTooSlowError, OSError):
                continue  # brought down while it started, by no fault of the file
        raise CannotStartError("reader.cannot_start")

    def _put_back(self, child: Child) -> None:
        with self._lock:
            keep = child.alive and not self._closed
            if keep:
                self._idle.append(child)
        if not keep:
            child.close()
