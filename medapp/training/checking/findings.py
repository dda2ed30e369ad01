"""What is wrong, or worth knowing, about a set of cases: one function a question, each gives findings with a weight."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from medapp.i18n import listed, tr
from medapp.training.cases.split import Side, Use
from medapp.training.cases.survey import Seen, Survey
from medapp.training.figures.intervals import Estimate

Severity: TypeAlias = Literal["blocking", "serious", "caution", "note"]
SEVERITIES: tuple[Severity, ...] = ("blocking", "serious", "caution", "note")

FEWEST_PATIENTS = 4
FEWEST_TO_LEARN = 2
FEW_PATIENTS = 50
IMBALANCE = 10
PATHS_SHOWN = 20
SMALL = 64
COUNTED = {"too_few", "few", "none_sealed", "none_to_learn", "base_knows_patients", "base_knows_cases"} | {
    "label_set_aside",
    "label_few",
    "label_not_sealed",
}
"""Findings that count patients, or images where patients are not known."""


CASES_SHOWN = 12


@dataclass(frozen=True)
class Remedy:
    """Something that a person can do about a finding.

    Attributes
    ----------
    code : str
        ``mask_border`` and ``crop_border`` (share), ``crop_to_body``, ``rewindow``, ``drop_source`` (value),
        ``exclude`` (cases), ``keep_one`` (groups), ``keep`` (because).
    params : mapping
        What it needs, as JSON values.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True)
class Finding:
    """One thing that the check says about the cases.

    Attributes
    ----------
    code : str
        Text: ``finding.<code>``.
    severity : {"blocking", "serious", "caution", "note"}
        Blocking: no training is possible. Serious: the figures would not be honest.
    params : dict
        Fills the places of the text.
    paths : tuple of str
        Files that it is about, at most `PATHS_SHOWN`, names below the folder of cases.
    patients_known : bool
        Where they are not, it counts images, and has a text of its own for that.
    cases : tuple of str
        Names of cases whose pictures show it, at most `CASES_SHOWN`.
    figure : Estimate or None
        The figure that it rests on.
    remedies : tuple of Remedy
        What can be done about it.
    kept_because : str
        Why a person kept it; empty where nobody did.
    """

    code: str
    severity: Severity
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    patients_known: bool = True
    cases: tuple[str, ...] = ()
    figure: Estimate | None = None
    remedies: tuple[Remedy, ...] = ()
    kept_because: str = ""

    @property
    def text(self) -> str:
        """The sentence for people."""
        key = f"finding.{self.code}"
        return tr(key if self.patients_known or self.code not in COUNTED else f"{key}.images", **self.params)


def all_findings(
    survey: Survey,
    sides: Sequence[Side],
    uses: Sequence[Use],
    known: Sequence[bool],
    others: Iterable[Finding] = (),
) -> list[Finding]:
    """Return every finding, the heaviest first.

    `known` are the cases whose patient the base has learned from, `others` what was found elsewhere.
    """
    found = [
        *others,
        *([] if survey.folder.several else _about_classes(survey, uses)),
        *_about_files(survey),
        *_about_patients(survey, sides),
        *_about_base(survey, uses, known),
        *_about_pictures(survey),
    ]
    told = {finding.code for finding in found}
    worded = [
        replace(finding, patients_known=survey.rule.known)
        for finding in found
        if finding.code != "confounded_size" or "sizes_tell_classes" not in told
    ]
    return by_weight(worded)


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the heaviest first."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _about_classes(survey: Survey, uses: Sequence[Use]) -> Iterator[Finding]:
    images = Counter(seen.case.label for seen in survey.seen)
    for name in survey.folder.classes:
        if not images[name]:
            yield Finding("empty_class", "blocking", {"name": name})
    if len(survey.folder.classes) < 2:
        yield Finding("one_class", "blocking", {"name": survey.folder.classes[0]})
        return
    sealed, development = (_patients_by_class(survey.seen, uses, use) for use in ("sealed", "development"))
    for name in filter(images.get, survey.folder.classes):
        yield from _about_numbers(name, len(sealed[name]), len(development[name]))
    if images and min(images.values()) * IMBALANCE <= max(images.values()):
        (most, n), (fewest, m) = images.most_common(1)[0], images.most_common()[-1]
        yield Finding("imbalance", "caution", {"most": most, "n": n, "fewest": fewest, "m": m})


def _about_numbers(name: str, sealed: int, development: int) -> Iterator[Finding]:
    """Judge the patients of one class whose pictures can be used."""
    patients = sealed + development
    if patients < FEWEST_PATIENTS:
        yield Finding("too_few", "blocking", {"name": name, "patients": patients, "needed": FEWEST_PATIENTS})
    elif patients < FEW_PATIENTS:
        yield Finding("few", "caution", {"name": name, "patients": patients, "wanted": FEW_PATIENTS})
    if not sealed:
        yield Finding("none_sealed", "serious", {"name": name})
    if development < FEWEST_TO_LEARN:
        yield Finding("none_to_learn", "blocking", {"name": name})


def _about_files(survey: Survey) -> Iterator[Finding]:
    if survey.unreadable:
        yield Finding("unreadable", "caution", {"n": len(survey.unreadable)})
    if survey.not_images:
        yield Finding("not_images", "note", {"n": len(survey.not_images)})
    if survey.folder.outside:
        yield Finding("outside_classes", "note", {"n": survey.folder.outside})


def _about_patients(survey: Survey, sides: Sequence[Side]) -> Iterator[Finding]:
    rule = survey.rule
    if not rule.known:
        yield Finding("patients_unknown", "serious")
        return
    if rule.source == "names":
        yield Finding("patients_recognised", "note", {"naming": rule.naming})
    alone = [seen for seen in survey.seen if seen.case.patient.startswith("image:")]
    if alone:
        yield Finding("patients_missing", "caution", {"n": len(alone)}, _names(alone))
    labels: dict[str, set[str]] = defaultdict(set)
    held: dict[str, set[Side]] = defaultdict(set)
    for seen, side in zip(survey.seen, sides, strict=True):
        labels[seen.case.patient] |= set() if survey.folder.several else {seen.case.label}
        held[seen.case.patient].add(side)
    if both := [patient for patient, names in labels.items() if len(names) > 1]:
        about = [seen for seen in survey.seen if seen.case.patient in set(both)]
        yield Finding("patient_in_two_classes", "caution", {"n": len(both)}, _names(about))
    if both := [patient for patient, places in held.items() if len(places) > 1]:
        about = [seen for seen in survey.seen if seen.case.patient in set(both)]
        yield Finding("patient_across_split", "serious", {"n": len(both)}, _names(about))


def _about_base(survey: Survey, uses: Sequence[Use], known: Sequence[bool]) -> Iterator[Finding]:
    met: dict[Use, list[Seen]] = defaultdict(list)
    for seen, use, is_known in zip(survey.seen, uses, known, strict=True):
        if is_known:
            met[use].append(seen)
    if sealed := met["sealed"]:
        count = len({seen.case.patient for seen in sealed})
        yield Finding("base_knows_patients", "serious", {"n": count}, _names(sealed))
    if met["development"]:
        yield Finding("base_knows_cases", "caution", {"n": len({seen.case.patient for seen in met["development"]})})


def _about_pictures(survey: Survey) -> Iterator[Finding]:
    if any(seen.frames > 1 for seen in survey.seen):
        several = [seen for seen in survey.seen if seen.frames > 1]
        yield Finding("several_frames", "caution", {"n": len(several)}, _names(several))
    coloured = [seen for seen in survey.seen if seen.colour]
    if 0 < len(coloured) < len(survey.seen):
        yield Finding("some_colour", "caution", {"n": len(coloured)}, _names(coloured))
    modalities = Counter(seen.modality for seen in survey.seen)
    if len(modalities) > 1:
        told = listed(f"{name} {n}" for name, n in modalities.most_common())
        yield Finding("modalities_differ", "caution", {"modalities": told})
    sizes = {label: Counter[tuple[int, int]]() for label in survey.folder.classes}
    for seen in survey.seen:
        for name in seen.case.shows:
            sizes[name][seen.rows, seen.columns] += 1
    common = {label: counts.most_common(1)[0] for label, counts in sizes.items() if counts}
    usual = {label: size for label, (size, n) in common.items() if 2 * n > sizes[label].total()}
    if len(set(usual.values())) > 1:
        told = listed(f"{label} {columns}×{rows}" for label, (rows, columns) in sorted(usual.items()))
        yield Finding("sizes_tell_classes", "serious", {"sizes": told})
    elif len({size for counts in sizes.values() for size in counts}) > 1:
        yield Finding("sizes_differ", "note", {"n": len({size for counts in sizes.values() for size in counts})})
    if any(min(seen.rows, seen.columns) < SMALL for seen in survey.seen):
        yield Finding("small_pictures", "note", {"size": SMALL})


def _patients_by_class(seen: Sequence[Seen], uses: Sequence[Use], use: str) -> dict[str, set[str]]:
    patients: dict[str, set[str]] = defaultdict(set)
    for one, its_use in zip(seen, uses, strict=True):
        if its_use == use:
            patients[one.case.label].add(one.case.patient)
    return patients


def _names(seen: Iterable[Seen]) -> tuple[str, ...]:
    return tuple(one.case.name for one in seen)[:PATHS_SHOWN]
