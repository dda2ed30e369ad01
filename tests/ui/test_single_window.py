"""Two starts on one data folder are one window."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medapp.ui.single_window import SingleWindow

by_socket = pytest.mark.skipif(sys.platform == "win32", reason="the caller of these tests speaks to a socket")


@pytest.fixture
def first(tmp_path: Path, qtbot: QtBot) -> Iterator[SingleWindow]:
    made = SingleWindow(tmp_path)
    made.listen()
    yield made
    made.close()


def answer_to(first: SingleWindow, line: bytes, qtbot: QtBot) -> bytes:
    """Return what a caller hears until it is hung up on, or for one line."""
    heard = bytearray()
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(first._server.fullServerName())
        caller.sendall(line)
        caller.setblocking(False)

        def ended() -> bool:
            try:
                part = caller.recv(10)
            except (BlockingIOError, InterruptedError):
                return False
            except OSError:
                return True
            heard.extend(part)
            return not part or heard.endswith(b"\n")

        qtbot.waitUntil(ended)
    return bytes(heard)


@by_socket
def test_a_later_start_hands_its_paths_over(first: SingleWindow, tmp_path: Path, qtbot: QtBot) -> None:
    assert not SingleWindow(tmp_path).is_first
    received: list[object] = []
    first.paths_received.connect(received.append)
    line = json.dumps([str(tmp_path / "scan ü"), "b"]).encode() + b"\n"
    assert answer_to(first, line, qtbot) == b"ok\n"
    assert received == [(tmp_path / "scan ü", Path("b"))]


def test_another_folder_has_a_window_of_its_own(first: SingleWindow, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = SingleWindow(tmp_path / "other")
    assert other.is_first
    other.close()


def test_a_closed_window_gives_the_folder_free(tmp_path: Path) -> None:
    for _ in range(2):
        window = SingleWindow(tmp_path)
        assert window.is_first
        window.listen()
        window.close()


def test_a_window_that_does_not_answer_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medapp.ui.single_window.ANSWER_MS", 100)
    deaf = SingleWindow(tmp_path)
    assert deaf.is_first
    later = SingleWindow(tmp_path)
    assert not later.is_first
    assert not later.hand_over([Path("a")])
    deaf.close()


@by_socket
@pytest.mark.parametrize("line", [b"{}\n", b"[1]\n", b"\xff\xfe\n", b'["a\\u0000b"]\n'])
def test_a_caller_that_talks_nonsense_is_hung_up_on(first: SingleWindow, qtbot: QtBot, line: bytes) -> None:
    received: list[object] = []
    first.paths_received.connect(received.append)
    assert answer_to(first, line, qtbot) == b""
    assert not received


def test_a_folder_that_takes_no_lock_still_gets_a_window(tmp_path: Path) -> None:
    window = SingleWindow(tmp_path / "not there")
    assert window.is_first
    window.close()
