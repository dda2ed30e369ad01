"""The table of answers that may be passed on: a line a sealed case, with hashes in place of names and patients."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from medapp.training.cases.split import salted
from medapp.training.cases.survey import Seen
from medapp.training.cases.truth import is_several
from medapp.training.checking.check import Checked
from medapp.training.figures.evaluate import Answers
from medapp.training.reporting.label_answers import label_cells, label_columns

ANSWERS_FILE = "eval/predictions.csv"


def answers_csv(checked: Checked, answers: Answers) -> str:
    """Return what the model said about each sealed case as CSV.

    Parameters
    ----------
    checked : Checked
        All cases.
    answers : Answers
        About the sealed ones, in their order.

    Returns
    -------
    str
        Columns ``name`` and ``patient`` (salted hashes, those of ``configs/training_set.json``), ``truth``, ``p(…)``
        for each class, ``answer``, ``refused``. Of several labels ``truth(…)``, ``p(…)`` and ``answer(…)`` for each,
        the truth blank where it is not known.
    """
    salt = checked.split.salt
    sealed = [seen for seen, use in zip(checked.survey.seen, checked.uses, strict=True) if use == "sealed"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if is_several(answers.truth):
        writer.writerows(_of_labels(sealed, answers, salt))
        return text.getvalue()
    writer.writerow(["name", "truth", "patient", *(f"p({name})" for name in answers.classes), "answer", "refused"])
    rows = zip(sealed, answers.truth, answers.probabilities, answers.given(), answers.refused, strict=True)
    for seen, truth, probabilities, given, refused in rows:
        hashed = salted(salt, seen.content), answers.classes[truth], salted(salt, seen.case.patient)
        told = answers.classes[given], "yes" if refused else "no"
        writer.writerow([*hashed, *(f"{p:.6f}" for p in probabilities), *told])
    return text.getvalue()


def _of_labels(sealed: Sequence[Seen], answers: Answers, salt: str) -> Iterator[list[str]]:
    """Yield the header and the rows of labels that may occur together."""
    yield ["name", "patient", *label_columns(answers.classes), "refused"]
    cells = label_cells(answers.truth, answers.probabilities, answers.thresholds)
    for seen, told, refused in zip(sealed, cells, answers.refused, strict=True):
        yield [salted(salt, seen.content), salted(salt, seen.case.patient), *told, "yes" if refused else "no"]
