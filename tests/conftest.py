"""Fixtures of all tests: isolated folders, no display needed, reference data where it is there, nothing left behind.

Properties are tried on the same examples every time; with ``HYPOTHESIS_PROFILE=searching`` they look for new ones.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from medapp.i18n import LANGUAGE_VARIABLE, LANGUAGES, speak

hypothesis.settings.register_profile("same", derandomize=True)
hypothesis.settings.register_profile("searching", derandomize=False)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
KEPT_BY_LIBRARIES = ("ThreadPoolExecutor", "pydevd", "asyncio", "QtThread", "Dummy", "pytest_timeout")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The reference data beside the checkout; the test is skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the reference data (../shared/data beside the checkout) is not here")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _loaded_once() -> Iterator[None]:
    """Let the collector, which runs after every test, pass over what was imported: with torch most of its time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings, results, models and runs of the tests away from the person's own."""
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _own_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what trains within this process keep the priority of the tests that come after it."""
    monkeypatch.setattr(os, "nice", lambda _: 0, raising=False)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak English, whatever this machine speaks and the test before has spoken."""
    monkeypatch.setenv(LANGUAGE_VARIABLE, LANGUAGES[0])
    speak(LANGUAGES[0])
    yield
    speak(LANGUAGES[0])


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread alive, and say which."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    left = [t for t in left if not t.name.startswith(KEPT_BY_LIBRARIES)]
    for thread in left:
        thread.join(2)
    alive = [t.name for t in left if t.is_alive()]
    gc.collect()
    assert not alive, f"threads left running: {alive}"


@pytest.fixture(autouse=True)
def _no_unexpected_error_logs(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which medapp logged an error, unless it is marked ``expects_error_logs``."""
    yield
    if request.node.get_closest_marker("expects_error_logs"):
        return
    errors = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR and r.name.startswith("medapp")]
    assert not errors, f"unexpected error logs: {[r.getMessage() for r in errors]}"
