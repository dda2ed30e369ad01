"""Running the probes over the cases of a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from medapp.i18n import tr
from medapp.jobs import Job, Progress
from medapp.training.cases.sketch import CORNERS
from medapp.training.cases.survey import Seen
from medapp.training.checking.probes.causes import with_causes
from medapp.training.checking.probes.looking import Look, Question, look
from medapp.training.checking.probes.naming import telling, with_value
from medapp.training.checking.probes.questions import among_asked, questions, thinned
from medapp.training.checking.probes.reach import reach_of
from medapp.training.checking.probes.result import RED, ProbeResult
from medapp.training.checking.probes.sight import Sight
from medapp.training.checking.probes.sights import Sketches, all_sights, attributes

SHOWN_OF_EACH = 6
ENOUGH_TO_NAME = 1500


def run_probes(seen: Sequence[Seen], truth: NDArray[np.int64], classes: Sequence[str]) -> Job[tuple[ProbeResult, ...]]:
    """Ask every probe whether it can tell the classes apart.

    Parameters
    ----------
    seen : sequence of Seen
        The cases; those without a sketch are left out.
    truth : ndarray of int, shape (n,) or (n, labels)
        What is true of them.
    classes : sequence of str
        Classes or labels.

    Yields
    ------
    Progress
        One a probe.

    Returns
    -------
    tuple of ProbeResult
        Of each probe the question that it answers best, the reddest first; empty where the patients are too few.
    """
    there = np.array([one.sketch is not None for one in seen], np.bool_)
    seen = [one for one in seen if one.sketch is not None]
    asked = questions(seen, truth[there], classes) if seen else ()
    if not asked:
        return ()
    asked, seen = among_asked(asked, seen)
    sights = [sight for sight in all_sights(seen) if sight.aspects]
    looks, found = len(sights) * len(asked), []
    for done, sight in enumerate(sights):
        yield Progress(done, len(sights), tr("probe.looking"))
        answers = [(question, answer) for question in asked if (answer := _asked(sight, question, looks))]
        if answers:
            question, answer = max(answers, key=lambda pair: pair[1].area.low or 0.0)
            found.append(_result(sight, question, answer, seen, looks))
    yield Progress(len(sights), len(sights), tr("probe.looking"))
    return with_causes(found)


def _asked(sight: Sight, question: Question, looks: int) -> Look | None:
    return look(sight.among(question.cases), question, looks)


def _result(sight: Sight, question: Question, answer: Look, seen: Sequence[Seen], looks: int) -> ProbeResult:
    result = ProbeResult(sight.code, question.name, answer.area)
    if (answer.area.low or 0.0) <= RED:
        return result
    cases = [seen[place] for place in question.cases]
    fewer = thinned(question, ENOUGH_TO_NAME)
    aspects = telling(sight.among(fewer.cases), fewer, looks)
    if sight.code in {"headers", "people"}:
        told = attributes(cases)
        aspects = tuple(with_value(one, told[one.name], question.positive) for one in aspects)
    result = replace(result, aspects=aspects, shown=_shown(cases, question, answer))
    if sight.code not in {"frame", "corners"}:
        return result
    corners = tuple(one.name for one in aspects if one.name in CORNERS)
    thumbnails = Sketches([one.sketch for one in cases if one.sketch is not None]).thumbnails
    return replace(result, share=reach_of(thumbnails, question.positive, corners))


def _shown(cases: Sequence[Seen], question: Question, answer: Look) -> tuple[str, ...]:
    """Return the names of cases of either side that are told best, each of another patient."""
    names: list[str] = []
    for side, scores in ((question.positive, -answer.scores), (~question.positive, answer.scores)):
        met: set[str] = set()
        for place in np.argsort(scores, kind="stable").tolist():
            case = cases[place].case
            if side[place] and case.patient not in met:
                met.add(case.patient)
                names.append(case.name)
            if len(met) == SHOWN_OF_EACH:
                break
    return tuple(names)
