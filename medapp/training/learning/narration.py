"""What a training tells while it works: events, thinned, with the time left; and whether it should stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from medapp.i18n import tr
from medapp.jobs import TimeLeft
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.consumption import Pulse, Speed, peak_memory_mb
from medapp.training.learning.outlook import Outlook
from medapp.training.runs.events import Control, EventLog

SECONDS_BETWEEN = 0.25


class StoppedEarlyError(Exception):
    """The person asked to stop while there was work at hand; `code` says what is left of it."""

    def __init__(self, code: str = "train.stopped") -> None:
        super().__init__(code)
        self.code = code


class Narrator:
    """Passes on what happens to the event log, and the wish to stop or pause back."""

    def __init__(self, log: EventLog, control: Control) -> None:
        self._log = log
        self._control = control
        self._phase = ""
        self._left = TimeLeft(self.clock)
        self.outlook: Outlook | None = None
        self._last = 0.0
        self._start = time.monotonic()
        self._speed = Speed(self.clock)
        self.curve: list[dict[str, Any]] = []
        self.stopped = False

    def progress(self, phase: str, done: int, total: int) -> bool:
        """Tell how far `phase` is, at most four times a second; wait while paused; return whether to stop."""
        if phase != self._phase:
            self._phase, self._left, self._last = phase, TimeLeft(self.clock), 0.0
        seconds_left = self._left.after(done, total)
        if self.outlook is not None:
            seconds_left = self.outlook.of_whole(phase, seconds_left, total - done)
        now = time.monotonic()
        if done == total or now - self._last >= SECONDS_BETWEEN:
            self._last = now
            left = None if seconds_left is None else round(seconds_left, 1)
            self._log.write("progress", phase=phase, done=done, total=total, seconds_left=left)
        return self.pause()

    def learned_from(self, pictures: int, seconds: float, waited: float) -> None:
        """Tell now and then how fast it goes, the wait for pictures, and the memory taken."""
        pulse = self._speed.after(pictures, seconds, waited)
        if pulse is not None:
            told = {"images_per_second": round(pulse.images_per_second, 1), "data_wait": round(pulse.data_wait, 4)}
            self._log.write("speed", **told, memory_mb=peak_memory_mb())

    @property
    def pulse(self) -> Pulse | None:
        """How fast all steps of this process went; None where there was none."""
        return self._speed.overall

    def pause(self) -> bool:
        """Wait while paused; return whether to stop."""
        return self._control.checkpoint()

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for that nobody has taken yet."""
        return self._control.stopping

    @property
    def run_is_gone(self) -> bool:
        """Whether the run folder is no longer there."""
        return self._control.run_is_gone

    def go_or_stop(self) -> None:
        """Wait while paused; raises StoppedEarlyError where a stop was asked for."""
        if self.pause():
            raise StoppedEarlyError

    def take_stop(self) -> None:
        """Take a stop that was asked for as done, what follows is to keep what was learned; `stopped` remembers it."""
        self.stopped = self._control.take_stop() or self.stopped

    @property
    def seconds(self) -> float:
        """Wall time of the run so far, with that of the processes before."""
        return time.monotonic() - self._start

    def go_on(self, curve: Sequence[Mapping[str, Any]], seconds: float) -> None:
        """Go on from what the process before told, after `seconds`."""
        self.curve = [dict(point) for point in curve]
        self._start -= seconds

    def clock(self) -> float:
        """Return a monotonic time in seconds that stands still during a pause."""
        return time.monotonic() - self._control.paused_seconds

    def note(self, key: str, **params: str | float) -> None:
        """Tell a sentence."""
        self._log.write("note", code=key, text=tr(key, **params))

    def passed(self, number: int, train_loss: float | None, validation_loss: float | None, auc: float | None) -> None:
        """Tell a point of the curve."""
        figures = {"train_loss": train_loss, "validation_loss": validation_loss, "auc": auc}
        point = {"number": number} | {name: None if x is None else round(x, 6) for name, x in figures.items()}
        self.curve.append(point)
        self._log.write("pass", **point)

    def tell(self, event: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON values
        """Tell any other event."""
        self._log.write(event, **fields)


class Budget:
    """The wall time of a run, counted in passes of the frozen network over the cases.

    Parameters
    ----------
    start : float
        The `clock`'s time when the run began.
    frozen_pass : float
        Seconds of one pass of the frozen network.
    config : TrainConfig
        How many passes may be used.
    clock : callable
        Seconds; stands still during a pause.
    """

    def __init__(self, start: float, frozen_pass: float, config: TrainConfig, clock: Callable[[], float]) -> None:
        self.frozen_pass = frozen_pass
        self.clock = clock
        self._end = start + max(config.passes_budget * frozen_pass, config.shortest_seconds)

    @property
    def left(self) -> float:
        """Seconds until the time that the run aims at."""
        return self._end - self.clock()

    @left.setter
    def left(self, seconds: float) -> None:
        self._end = self.clock() + seconds
