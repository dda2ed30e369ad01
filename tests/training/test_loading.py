"""A stop counts while torch is loaded, and later as any other."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from medapp.training.learning.loading import Loading
from medapp.training.learning.narration import StoppedEarlyError
from medapp.training.runs.events import Control


def load(loading: Loading) -> None:
    with loading:
        loading.stop()
        for _ in range(10**6):  # the signal comes between two of these
            pass


def test_a_stop_interrupts_the_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, control = Loading(), Control(tmp_path)
    before = signal.signal(signal.SIGINT, lambda *_: loading.interrupted(control))
    try:
        with pytest.raises(StoppedEarlyError):
            load(loading)
    finally:
        signal.signal(signal.SIGINT, before)
    assert control.stopping


def test_before_and_after_the_loading_a_stop_is_only_noted(tmp_path: Path) -> None:
    loading, control = Loading(), Control(tmp_path)
    loading.stop()
    with loading:
        pass
    loading.stop()
    loading.interrupted(control)
    assert control.stopping
