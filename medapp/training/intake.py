"""Reading the cases of a training once, and what of them is gone meanwhile."""

from __future__ import annotations

from pathlib import Path

from medapp.errors import MedappError, Problem
from medapp.files import is_there
from medapp.i18n import listed
from medapp.jobs import Progress
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.survey import ReadsFrames, Survey, survey
from medapp.training.learning.narration import Narrator, StoppedEarlyError
from medapp.training.learning.pictures import PictureCache

MOST_NAMED = 10
GONE_SHARE, GONE_AT_LEAST = 0.1, 5


def refuse_alarm(listing: CaseFolder, alarm: str) -> None:
    """Raise ``train.alarm`` where `alarm` is not one of two classes that exclude each other; empty is none at all."""
    if alarm and (listing.several or alarm not in listing.classes or len(listing.classes) != 2):
        raise MedappError("train.alarm", alarm=alarm[:80], classes=listed(listing.classes))


def read_cases(
    listing: CaseFolder, readers: ReadsFrames, pattern: str, pictures: PictureCache, narrator: Narrator
) -> Survey:
    """Read every case once: for the check, and as network pictures.

    A file that is gone since it was listed is told, and the rest goes on.

    Raises
    ------
    StoppedEarlyError
        Where the person stopped it.
    MedappError
        ``cases.vanished`` where the folder is gone, or so many of its files that it may be unplugged.
    """
    job = survey(listing, readers, pattern or None, pictures.put)
    while True:
        try:
            report = next(job)
        except StopIteration as end:
            surveyed: Survey = end.value
            break
        if isinstance(report, Progress) and narrator.progress("reading", report.done, report.total):
            job.close()
            raise StoppedEarlyError
    _tell_gone(listing, surveyed, narrator)
    return surveyed


def _tell_gone(listing: CaseFolder, surveyed: Survey, narrator: Narrator) -> None:
    gone = [problem for problem in surveyed.unreadable if not is_there(Path(problem.path))]
    if not is_there(listing.root) or len(gone) >= max(GONE_AT_LEAST, GONE_SHARE * len(listing.cases)):
        raise MedappError("cases.vanished", folder=listing.root.name, n=len(gone))
    for problem in gone[:MOST_NAMED]:
        narrator.note("train.note.gone", name=_named(listing, problem))
    if len(gone) > MOST_NAMED:
        narrator.note("train.note.more_gone", n=len(gone) - MOST_NAMED)


def _named(listing: CaseFolder, problem: Problem) -> str:
    """Return the file's name below the folder of cases: in the run folder, as in the table of predictions."""
    return next((case.name for case in listing.cases if case.source == problem.path), Path(problem.path).name)
