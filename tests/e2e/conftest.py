"""End-to-end tests run where the kernel ends every process that asks for an internet socket."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.e2e.no_network import can_forbid, forbid_internet

ASKS = "import socket; socket.socket(socket.{family})"


@pytest.fixture(scope="session", autouse=True)
def _no_internet() -> None:
    """Forbid internet sockets to the window, readers, engine and training of all these tests."""
    if not can_forbid():
        return
    forbid_internet()
    for family in ("AF_INET", "AF_INET6"):
        ended = subprocess.run([sys.executable, "-c", ASKS.format(family=family)], check=False).returncode
        assert ended == -signal.SIGSYS, "the filter does not work"
