from __future__ import annotations

import threading
from collections.abc import Callable

from medapp.imaging.slots import Slots


def queue_up(slots: Slots, name: str, order: list[str], *, urgent: bool) -> threading.Thread:
    """Start a thread that wants a place, and return once it waits in the queue."""

    def work() -> None:
        with slots.taken(urgent=urgent):
            order.append(name)

    before = slots.waiting
    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: slots.waiting > before)
    return thread


def until(claim: Callable[[], bool]) -> None:
    """Wait for a claim about other threads."""
    pause = threading.Event()
    while not claim():
        pause.wait(0.001)


def test_the_urgent_one_is_next_although_it_came_last_and_the_others_keep_their_order() -> None:
    slots, order = Slots(1), []
    with slots.taken():
        threads = [queue_up(slots, name, order, urgent=name == "wanted") for name in ("first", "second", "wanted")]
    for thread in threads:
        thread.join()
    assert order == ["wanted", "first", "second"]


def test_as_many_work_at_once_as_there_are_places() -> None:
    slots, both = Slots(2), threading.Barrier(2)

    def work() -> None:
        with slots.taken():
            both.wait(10)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not both.broken


def test_a_failure_gives_the_place_back() -> None:
    slots = Slots(1)
    for _ in range(2):
        try:
            with slots.taken():
                raise ValueError
        except ValueError:
            pass
    assert slots.waiting == 0
