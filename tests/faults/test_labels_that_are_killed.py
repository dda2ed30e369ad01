"""The process that labels ends without a word after any key: every counted answer is there, and the next fits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medapp.workflows.label_plan import LabelPlan
from medapp.workflows.label_sitting import Sitting, Turn
from medapp.workflows.labelling import LabelProject

LABELS = """
import sys
from pathlib import Path
from medapp.workflows.label_sitting import Sitting, Turn
from medapp.workflows.labelling import LabelProject
project = LabelProject.open(Path(sys.argv[1]))
sitting = Sitting(project, "Ann", [])
for number in range(10 ** 6):
    sitting.say(sitting.answer(Turn(f"/bilder ü/{sys.argv[2]}-{number}.png"), "normal"))
    print(number, flush=True)
"""


@pytest.mark.parametrize("answers", [1, 2, 7, 40])
def test_no_counted_answer_is_lost(tmp_path: Path, answers: int) -> None:
    project = LabelProject.create(tmp_path, LabelPlan("P", ("normal", "ill")))
    for life in range(2):
        command = [sys.executable, "-c", LABELS, str(project.folder), str(life)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(answers):
                process.stdout.readline()
            process.kill()
            counted = answers + len(process.stdout.read().splitlines())
        verdicts = [v for v in LabelProject.open(project.folder).verdicts if f"/{life}-" in v.file]
        assert counted <= len(verdicts) <= counted + 1
    again = LabelProject.open(project.folder)
    sitting = Sitting(again, "Ann", [])
    before = len(again.verdicts)
    sitting.say(sitting.answer(Turn("/last.png"), "ill"))
    assert len(LabelProject.open(project.folder).verdicts) == before + 1
