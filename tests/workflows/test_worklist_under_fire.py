"""A worklist whose engine is killed; the long form is ``python -m tests.faults worklist 100``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.worklists import kill_worklist

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="children are found through /proc")


def test_a_worklist_whose_engine_dies_ends_with_one_result_for_every_image(tmp_path: Path) -> None:
    outcome = kill_worklist(tmp_path, kills=2, images=80)
    assert outcome.kills == 2
    assert (outcome.lost, outcome.doubled, outcome.wrong, outcome.failed) == (0, 0, 0, 0)
    assert outcome.answered == outcome.kept == 80
