"""The interpreter survives the installed PySide6 (docs/decisions/0008)."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def test_many_signals_and_setters_do_not_use_up_none_and_true() -> None:
    program = """
        from PySide6.QtCore import QObject, QTimer, Signal

        class Source(QObject):
            told = Signal(int)

        source, timer = Source(), QTimer()
        for number in range(30_000):
            source.told.emit(number)
            timer.setInterval(number)
        print("alive")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "alive\n"
