"""Explaining what was answered about files, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from medapp.classify.explanation import Explanation, Method, Probes, explain
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.readers import Readers
from medapp.jobs import Job, Progress, TimeLeft
from medapp.workflows.folder_reading import Answer


def explain_answers(
    answers: Sequence[Answer],
    package_of: Callable[[ModelKey], Package | None],
    engine: Probes,
    readers: Readers,
    method: Method,
) -> Job[dict[int, Explanation]]:
    """Explain every answer that is none of a refusal; may be stopped within an image.

    Yields
    ------
    Progress
        Images explained of those to be.

    Returns
    -------
    dict of int to Explanation
        By the number of the answer. A file that cannot be read any more, or whose model is gone, has none.
    """
    wanted = [number for number, answer in enumerate(answers) if answer.prediction.refused is None]
    explained: dict[int, Explanation] = {}
    left = TimeLeft()
    for done, number in enumerate(wanted):
        yield Progress(
            done, len(wanted), tr("explain.images", done=done, total=len(wanted)), left.after(done, len(wanted))
        )
        answer = answers[number]
        package = package_of(answer.prediction.model)
        if package is None:
            continue
        try:
            frame = readers.frame(answer.path, answer.frame - 1)
        except MedappError:
            continue
        job = explain(engine, frame, package, method)
        try:
            while True:
                next(job)
                yield Progress(done, len(wanted))
        except StopIteration as end:
            explained[number] = end.value
    return explained
