"""The short form: writes, flushes, renames and new folders of every file that the program writes are made to fail.

After each fault the old state or the new one is there, whole; the person is told, or it is logged where the program can
go on without; nothing half-written stays behind; and the same thing works once the disk does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.operations import OPERATIONS, Operation, fail_in_turn, fill_the_disk

FULL_STEPS, STRIDE = 1, 20


@pytest.mark.parametrize("lasting", [False, True], ids=["one fault", "disk full from then on"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_old_or_new_but_never_half(operation: Operation, lasting: bool, tmp_path: Path) -> None:
    points = fail_in_turn(tmp_path, operation, lasting=lasting, stride=STRIDE)
    assert points.wrong == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_a_disk_that_fills_up_in_the_middle_is_told_and_leaves_nothing(operation: Operation, tmp_path: Path) -> None:
    points = fill_the_disk(tmp_path, operation, FULL_STEPS)
    assert points.wrong == []
