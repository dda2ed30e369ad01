"""A stop while torch is loaded: that takes seconds, on a busy machine many, and looks for no stop."""

from __future__ import annotations

import _thread
from types import TracebackType

from medapp.training.learning.narration import StoppedEarlyError
from medapp.training.runs.events import Control


class Loading:
    """Within the block, a stop interrupts the main thread; there is nothing yet that could be lost."""

    def __init__(self) -> None:
        self._goes_on = False

    def __enter__(self) -> Loading:
        self._goes_on = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._goes_on = False

    def stop(self) -> None:
        """Let the main thread know; called in another one."""
        if self._goes_on:
            _thread.interrupt_main()

    def interrupted(self, control: Control) -> None:
        """Take SIGINT, of a person or of `stop`, in the main thread; raises StoppedEarlyError within the block."""
        control.stop()
        if self._goes_on:
            self._goes_on = False
            raise StoppedEarlyError
