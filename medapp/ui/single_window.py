"""One window for each data folder: a second program hands its paths to the first and ends.

The two talk through a local socket of the system (a file or a named pipe), never through a network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS = 3000
LONGEST_MESSAGE = 1 << 20
ACCEPTED = b"ok\n"


class SingleWindow(QObject):
    """Finds out whether this program is the first on a data folder, and listens to those that come later.

    Attributes
    ----------
    is_first : bool
        Whether no other window runs on the folder; True too where the folder refuses a lock.
    """

    paths_received = Signal(object)
    """A tuple of `Path` that another start was asked to open; empty where it only wants the window."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = "medapp-" + hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:24]
        self._lock = QLockFile(str(folder / "window.lock"))
        self._lock.setStaleLockTime(0)  # a lock lasts as long as its process, however long that is
        locked = self._lock.tryLock(0)
        self.is_first = locked or self._lock.error() is not QLockFile.LockError.LockFailedError
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take)

    def listen(self) -> None:
        """Take the paths of later starts from now on."""
        QLocalServer.removeServer(self._name)  # what a killed program left
        self._server.listen(self._name)

    def hand_over(self, paths: Sequence[Path]) -> bool:
        """Ask the first window to open `paths`; tell whether it took them."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(ANSWER_MS):
            return False
        socket.write(json.dumps([str(path.absolute()) for path in paths]).encode() + b"\n")
        taken = socket.waitForBytesWritten(ANSWER_MS) and socket.waitForReadyRead(ANSWER_MS)
        answer = bytes(socket.readAll().data()) if taken else b""
        socket.disconnectFromServer()
        return answer == ACCEPTED

    def close(self) -> None:
        """Stop listening and give the folder free."""
        self._server.close()
        if self._lock.isLocked():
            self._lock.unlock()

    @Slot()
    def _take(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda caller=socket: self._read(caller))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > LONGEST_MESSAGE:
            socket.abort()
        if not socket.canReadLine():
            return
        paths = _paths_in(bytes(socket.readLine(LONGEST_MESSAGE).data()))
        if paths is None:
            socket.abort()
            return
        socket.write(ACCEPTED)
        socket.flush()
        self.paths_received.emit(paths)


def _paths_in(line: bytes) -> tuple[Path, ...] | None:
    """Return the paths of a message; None where it is none."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, list) or not all(isinstance(path, str) and "\0" not in path for path in document):
        return None
    return tuple(Path(path) for path in document)
