"""What the check says about labels that may occur together, and which of them cannot be learned at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from medapp.i18n import listed
from medapp.training.cases.case import Case, SetAside, told
from medapp.training.cases.split import Use
from medapp.training.cases.survey import Seen, Survey
from medapp.training.checking.findings import FEW_PATIENTS, FEWEST_PATIENTS, IMBALANCE, Finding


@dataclass(frozen=True)
class _Count:
    """Patients, and pictures, of which a label is known."""

    positive: int
    negative: int


def learnable(survey: Survey) -> Survey:
    """Set the labels aside of which too few patients are known to have it, or not to have it.

    Cases that then have no known label are no cases any more.
    """
    folder = survey.folder
    if not folder.several:
        return survey
    counts = {name: _patients_of(survey.seen, name) for name in folder.classes}
    kept = tuple(n for n, count in counts.items() if min(count.positive, count.negative) >= FEWEST_PATIENTS)
    if kept == folder.classes:
        return survey
    aside = tuple(SetAside(n, c.positive, c.negative) for n, c in counts.items() if n not in kept)
    seen = [replace(one, case=_only(one.case, kept)) for one in survey.seen]
    usable = tuple(one for one in seen if one.case.marks)
    trimmed = replace(folder, classes=kept, set_aside=aside, unlabelled=folder.unlabelled + len(seen) - len(usable))
    return replace(survey, folder=trimmed, seen=usable)


def _only(case: Case, labels: Sequence[str]) -> Case:
    marks = tuple((name, there) for name, there in case.marks or () if name in labels)
    return replace(case, marks=marks, label=told(marks))


def _patients_of(seen: Sequence[Seen], name: str) -> _Count:
    positive = {one.case.patient for one in seen if name in one.case.shows}
    negative = {one.case.patient for one in seen if name in one.case.lacks}
    return _Count(len(positive), len(negative))


def about_table(survey: Survey) -> Iterator[Finding]:
    """Tell what of a table is no case."""
    folder = survey.folder
    for note in folder.notes:
        yield Finding(f"table_{note.code}", note.severity, note.params, note.names)
    if folder.unmatched and not folder.table:
        yield Finding("rows_unmatched", "serious", {"n": len(folder.unmatched)}, folder.unmatched)
    if folder.unlabelled:
        yield Finding("rows_unlabelled", "note", {"n": folder.unlabelled})
    if folder.unused:
        yield Finding("columns_unused", "note", {"columns": listed(folder.unused)})


def about_labels(survey: Survey, uses: Sequence[Use]) -> Iterator[Finding]:
    """Judge the numbers of each label."""
    folder = survey.folder
    for aside in folder.set_aside:
        counts = {"positive": aside.positive, "negative": aside.negative, "needed": FEWEST_PATIENTS}
        yield Finding("label_set_aside", "serious", {"name": aside.label, **counts})
    if not folder.classes:
        yield Finding("no_label", "blocking")
    for name in folder.classes:
        yield from _about_label(survey, uses, name)


def _about_label(survey: Survey, uses: Sequence[Use], name: str) -> Iterator[Finding]:
    patients = _patients_of(survey.seen, name)
    if patients.positive < FEW_PATIENTS:
        yield Finding("label_few", "caution", {"name": name, "patients": patients.positive, "wanted": FEW_PATIENTS})
    sealed = _patients_of([one for one, use in zip(survey.seen, uses, strict=True) if use == "sealed"], name)
    if not min(sealed.positive, sealed.negative):
        counts = {"positive": sealed.positive, "negative": sealed.negative}
        yield Finding("label_not_sealed", "serious", {"name": name, **counts})
    learned = _patients_of([one for one, use in zip(survey.seen, uses, strict=True) if use == "development"], name)
    if min(learned.positive, learned.negative) < 2:
        yield Finding("none_to_learn", "blocking", {"name": name})
    positive = sum(name in one.case.shows for one in survey.seen)
    negative = sum(name in one.case.lacks for one in survey.seen)
    if min(positive, negative) * IMBALANCE <= max(positive, negative):
        yield Finding("label_imbalance", "caution", {"name": name, "positive": positive, "negative": negative})
