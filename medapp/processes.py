"""Child processes of our own program, and the messages that travel through their pipes.

A message is a length-prefixed JSON header followed by raw arrays. Nothing that arrives is executed:
no pickle. The first message of a child is its hello with the protocol's version.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError
from medapp.i18n import spoken_by_children

PROTOCOL_VERSION = 1
HEADER_LIMIT = 64 * 2**20
ARRAY_LIMIT = 2**32
NICE, BELOW_NORMAL_PRIORITY_CLASS = 10, 0x4000
PIPE_BYTES = 2**20
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, eq=False)
class Message:
    """A JSON object and named arrays."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


class ChildDiedError(MedappError):
    """The child process ended, or was ended, before it answered."""


class ChildTooSlowError(MedappError):
    """The child process did not answer within its deadline."""


def write_message(stream: IO[bytes], message: Message) -> None:
    """Write one message and flush."""
    arrays = {name: np.ascontiguousarray(array) for name, array in message.arrays.items()}
    described = [{"name": n, "dtype": a.dtype.str, "shape": a.shape} for n, a in arrays.items()]
    header = json.dumps({**message.header, "arrays": described}, allow_nan=False).encode()
    stream.write(_LENGTH.pack(len(header)) + header)
    for array in arrays.values():
        if array.size:
            stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Read one message; None at the end of the stream. A torn or outsized message raises ``ChildDiedError``."""
    prefix = stream.read(_LENGTH.size)
    if not prefix:
        return None
    if len(prefix) < _LENGTH.size:
        raise ChildDiedError("process.torn")
    (length,) = _LENGTH.unpack(prefix)
    if length > HEADER_LIMIT:
        raise ChildDiedError("process.torn")
    text = bytearray(length)
    _read_exactly(stream, text)
    header = json.loads(text)
    arrays: dict[str, NDArray[Any]] = {}
    for described in header.pop("arrays"):
        dtype = np.dtype(described["dtype"])
        shape = tuple(int(n) for n in described["shape"])
        array = np.empty(_checked(shape, dtype), dtype)
        if array.size:
            _read_exactly(stream, array.reshape(-1).view(np.uint8).data)
        arrays[described["name"]] = array
    return Message(header, arrays)


def _checked(shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...]:
    size = dtype.itemsize
    for n in shape:
        size *= n
    if dtype.hasobject or min(shape, default=0) < 0 or size > ARRAY_LIMIT:
        raise ChildDiedError("process.torn")
    return shape


def _read_exactly(stream: IO[bytes], target: bytearray | memoryview) -> None:
    view = memoryview(target).cast("B")
    while len(view):
        read: int | None = stream.readinto(view)  # type: ignore[attr-defined]
        if not read:
            raise ChildDiedError("process.torn")
        view = view[read:]


def own_command(*arguments: str) -> list[str]:
    """Return the command line that starts this program with `arguments`, from source or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-X", "utf8", "-m", "medapp", *arguments]


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold a whole frame where the system can (Linux): 27 MB then take 15 ms and not 87."""
    if pipe is None or not sys.platform.startswith("linux"):
        return
    import fcntl

    with suppress(OSError):  # more than an ordinary user may have open
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


class Child:
    """A running child process that speaks messages.

    `receive` takes messages off a queue that a thread of this class fills; so a deadline works the
    same on every system. Use from one thread at a time, except `kill`, which any thread may call.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        hello_timeout: float = 60,
        keep_stderr: bool = False,
    ) -> None:
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if keep_stderr else subprocess.DEVNULL,
            env={**os.environ, **spoken_by_children(), **(environment or {})},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _widen(self._process.stdout)
        self._pump = threading.Thread(target=self._read, name="child-reader", daemon=True)
        self._pump.start()
        self._lock = threading.Lock()
        try:
            self.hello = self.receive(hello_timeout)
            if self.hello.header.get("protocol") != PROTOCOL_VERSION:
                raise ChildDiedError("process.version")
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process is still running."""
        return self._process.poll() is None

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with suppress(OSError, ValueError, MedappError):
            while (message := read_message(stream)) is not None:
                self._messages.put(message)
        self._messages.put(None)

    def send(self, header: dict[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        """Send a message; raises ``ChildDiedError`` where the child is gone."""
        assert self._process.stdin is not None
        try:
            with self._lock:
                write_message(self._process.stdin, Message(header, dict(arrays or {})))
        except (OSError, ValueError) as error:
            raise ChildDiedError("process.died") from error

    def receive(self, timeout: float) -> Message:
        """Return the child's next message.

        Raises
        ------
        ChildTooSlowError
            If none came within `timeout` seconds. The child still runs.
        ChildDiedError
            If the child has ended.
        """
        try:
            message = self._messages.get(timeout=timeout)
        except queue.Empty:
            raise ChildTooSlowError("process.slow", seconds=round(timeout)) from None
        if message is None:
            self._messages.put(None)  # whoever asks next learns it too
            raise ChildDiedError("process.died")
        return message

    def kill(self) -> None:
        """End the process at once and reap it."""
        self._process.kill()
        self._finish()

    def close(self, timeout: float = 5) -> None:
        """Close the child's input, which asks it to end, and kill it when it does not."""
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._finish()

    def _finish(self) -> None:
        self._process.wait()
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        self._pump.join(5)
        if self._process.stdout is not None and not self._pump.is_alive():
            self._process.stdout.close()


class ParentPipes:
    """A child's two ends: messages from the parent, and messages to it.

    Standard output is taken for messages and file descriptor 1 is pointed at standard error, so
    that a library that prints cannot tear a message.
    """

    def __init__(self, **hello: str | int | float) -> None:
        self._input = os.fdopen(os.dup(0), "rb")
        self._output = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self.send({"protocol": PROTOCOL_VERSION, **hello})

    def receive(self) -> Message | None:
        """Return the parent's next message; None when the parent is gone or wants us to end."""
        return read_message(self._input)

    def send(self, header: dict[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        """Send a message to the parent. Any thread may call it."""
        with self._lock:
            write_message(self._output, Message(header, dict(arrays or {})))


def lower_priority() -> None:
    """Let the person's other work go first: nice 10, on Windows the class below normal."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS)
    else:
        with suppress(OSError):
            os.nice(max(0, NICE - os.nice(0)))
