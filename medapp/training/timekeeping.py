"""What a training knows of its own time: before, from earlier runs or a trial; then from what it has measured."""

from __future__ import annotations

from collections.abc import Callable

from medapp.training.cases.case import CaseFolder
from medapp.training.checking.check import Checked
from medapp.training.learning.forecast import work_of
from medapp.training.learning.lesson import Instant, Lesson
from medapp.training.learning.narration import Narrator
from medapp.training.learning.outlook import Outlook
from medapp.training.plan import Plan
from medapp.training.probe import rate_key, rates_for


def outlook_of(plan: Plan, listing: CaseFolder, asked: Callable[[], bool]) -> Outlook:
    """Return the outlook of a training that is about to read its cases; StoppedEarlyError where that is `asked`."""
    request = plan.request
    work = work_of(listing, request.effort, plan.config, pattern=request.pattern, steps=request.steps)
    return Outlook(work, rates_for(plan, asked)[0], rate_key(plan))


def note_rates(lesson: Lesson, checked: Checked, instant: Instant, narrator: Narrator) -> None:
    """Let the time left, and later trainings, rest on what was measured."""
    if narrator.outlook is None:
        return
    cases = len(lesson.development.positions) + len(lesson.sealed.positions)
    narrator.outlook.counted(cases, checked.patients)
    measured = {"looking": instant.seconds / max(1, cases)}
    if narrator.pulse is not None:
        measured["learning"] = 1 / narrator.pulse.images_per_second
    narrator.outlook.measured(**measured)
    narrator.outlook.keep()
