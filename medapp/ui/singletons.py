"""Keeps Python 3.11 alive under PySide6 6.12, whose calls give back references that they do not own."""

from __future__ import annotations

import ctypes
import sys

SPARE_REFERENCES = 2**40
FIRST_WITHOUT_COUNTS = (3, 12)


def protect_singletons() -> None:
    """Give None, True and False more references than a session can use up.

    The wheels of PySide6 6.12.0 are built for a Python whose singletons are not counted (PEP 683,
    3.12): each `emit` takes one reference from True, each setter one from None. On 3.11 they are
    counted, and the interpreter ends itself when they are used up, after some hundred signals.
    """
    if sys.version_info >= FIRST_WITHOUT_COUNTS:
        return
    for singleton in (None, True, False):
        # the count is the first field of every object (PEP 3123); asking for it once more is not enough
        count = ctypes.c_ssize_t.from_address(id(singleton))
        if count.value < SPARE_REFERENCES:
            count.value += SPARE_REFERENCES
