"""The check before a training: what the cases are, what is wrong with them, and what their numbers can prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medapp.classify.preprocess import PreprocessSpec
from medapp.errors import MedappError
from medapp.folders import user_folders
from medapp.i18n import counted, listed, spaced, tell, tr
from medapp.jobs import Job, run_to_end
from medapp.training.cases.case import CaseFolder
from medapp.training.cases.case_traits import CaseTraits
from medapp.training.cases.check_memory import CheckMemory
from medapp.training.cases.dataset import list_cases
from medapp.training.cases.known_headers import KnownHeaders
from medapp.training.cases.sketch_store import SketchStore
from medapp.training.cases.split import SEALED_FRACTION, Side, Split, Use, salt_from_seed, salted, split_cases
from medapp.training.cases.survey import ReadsFrames, Survey, survey
from medapp.training.cases.table_cases import Uncertain
from medapp.training.checking.case_uses import by_label, members_of, uses_of
from medapp.training.checking.collecting import advice
from medapp.training.checking.confounding import Confounding, confounders
from medapp.training.checking.duplicates.groups import Duplicate, Group, duplicates_of, same_pictures
from medapp.training.checking.duplicates.telling import duplicate_findings
from medapp.training.checking.effort import which_effort
from medapp.training.checking.findings import Finding, all_findings, by_weight
from medapp.training.checking.label_findings import about_labels, about_table, learnable
from medapp.training.checking.probes.result import ProbeResult
from medapp.training.checking.probes.telling import shortcut_findings
from medapp.training.checking.remedies import Taken, listing_with, spec_with, survey_with, with_reasons
from medapp.training.checking.remembered import known_groups, known_probes
from medapp.training.checking.side_findings import about_confounding, about_numbers, about_writing
from medapp.training.figures.intervals import least_shown


@dataclass(frozen=True)
class Checked:
    """A set of cases after its check.

    Attributes
    ----------
    survey : Survey
        What was read.
    split : Split
        The side of every patient.
    uses : tuple of {"sealed", "development", "left_out"}
        What each case of ``survey.seen`` is for. Left out: extra copies of a picture, pictures with two classes,
        and pictures for learning whose patient lies in the given test.
    duplicates : tuple of Duplicate
        Groups of the same picture.
    findings : tuple of Finding
        The heaviest first.
    probes : tuple of ProbeResult
        Whether the classes can be told apart without the patient; empty where that was not asked.
    confounding : tuple of Confounding
        What goes with the classes beside the picture.
    """

    survey: Survey
    split: Split
    uses: tuple[Use, ...]
    duplicates: tuple[Duplicate, ...]
    findings: tuple[Finding, ...]
    probes: tuple[ProbeResult, ...] = ()
    confounding: tuple[Confounding, ...] = ()

    @property
    def patients(self) -> int:
        """How many patients there are; where patients are unknown, each picture counts as its own."""
        return len({seen.case.patient for seen in self.survey.seen})

    def patients_of_class(self) -> dict[str, int]:
        """Return how many patients have pictures of each class."""
        keys: dict[str, set[str]] = {name: set() for name in self.survey.folder.classes}
        for seen in self.survey.seen:
            for name in seen.case.shows:
                keys[name].add(seen.case.patient)
        return {name: len(found) for name, found in keys.items()}

    def counts(self, use: Use) -> dict[str, int]:
        """Return the pictures of each class, or with each label, that are for `use`."""
        chosen = (s.case for s, u in zip(self.survey.seen, self.uses, strict=True) if u == use)
        found = Counter(name for case in chosen for name in case.shows)
        return {name: found[name] for name in self.survey.folder.classes}

    def patient_count(self, use: Use) -> int:
        """Return the number of patients whose pictures are for `use`."""
        return len({s.case.patient for s, u in zip(self.survey.seen, self.uses, strict=True) if u == use})

    @property
    def blocking(self) -> Finding | None:
        """The first finding that makes a training impossible."""
        return next((finding for finding in self.findings if finding.severity == "blocking"), None)

    @property
    def proves(self) -> str:
        """What is sealed, as it was split, and what so many can show at most."""
        patients = _patients_for(self, "sealed")
        if not patients:
            return tr("check.proves.nothing")
        name, n = min(patients.items(), key=lambda item: (item[1], item[0]))
        sealed = self.patient_count("sealed")
        total = sealed + self.patient_count("development")
        source = "given" if self.split.given else "sealed"
        unit = "patients" if self.survey.rule.known else "images"
        split = tr(
            f"check.split.{source}.{unit}",
            sealed=sealed,
            total=total,
            percent=round(100 * sealed / total),
            classes=counted(patients),
        )
        proves = tr("check.proves", n=n, name=name, least=round(100 * least_shown(n)))
        more = advice(name, n, sealed / total, given=self.split.given, patients_known=self.survey.rule.known)
        return spaced((split, _held_out(self.split), proves, more))

    @property
    def effort(self) -> str:
        """Which effort to begin with, by the patients of the rarest class that there are to learn from."""
        patients = _patients_for(self, "development")
        if not patients:
            return ""
        name, n = min(patients.items(), key=lambda item: (item[1], item[0]))
        return which_effort(name, n, patients_known=self.survey.rule.known)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of ``medapp check --json`` (``schemas/check.json``)."""
        images = Counter(name for seen in self.survey.seen for name in seen.case.shows)
        return {
            "schema_version": 1,
            "research_use": tr("research_use"),
            "images": len(self.survey.seen),
            "classes": {name: images[name] for name in self.survey.folder.classes},
            "patients": self.patients,
            "patients_known": self.survey.rule.known,
            "patients_of_class": self.patients_of_class(),
            "patients_from": self.survey.rule.source,
            "unreadable": [{"path": p.path, "code": p.code, "reason": tell(p)} for p in self.survey.unreadable],
            "not_images": [{"path": n.path, "what": n.what} for n in self.survey.not_images],
            "duplicates": [_duplicate_to_json(group) for group in self.duplicates],
            "findings": [_finding_to_json(finding) for finding in self.findings],
            "probes": [probe.to_json() for probe in self.probes],
            "confounding": [one.to_json() for one in self.confounding],
            "split": self._split_to_json(),
            "proves": self.proves,
            "effort": self.effort,
            "unmatched": list(self.survey.folder.unmatched),
            "excluded": self.survey.folder.excluded,
            **({"table": dict(self.survey.folder.table)} if self.survey.folder.table else {}),
            **self._labels_to_json(),
        }

    def _labels_to_json(self) -> dict[str, Any]:
        """Return, where labels may occur together, how often each is known to be there, not to be there, or neither."""
        if not self.survey.folder.several:
            return {}
        there = Counter(name for seen in self.survey.seen for name in seen.case.shows)
        not_there = Counter(name for seen in self.survey.seen for name in seen.case.lacks)
        total = len(self.survey.seen)
        return {
            "labels": {
                name: {
                    "positive": there[name],
                    "negative": not_there[name],
                    "unknown": total - there[name] - not_there[name],
                }
                for name in self.survey.folder.classes
            }
        }

    def _split_to_json(self) -> dict[str, Any]:
        return {
            "given": self.split.given,
            "fraction": SEALED_FRACTION,
            "sealed": self.counts("sealed"),
            "development": self.counts("development"),
            "left_out": self.counts("left_out"),
            "sealed_patients": self.patient_count("sealed"),
            "development_patients": self.patient_count("development"),
            "by": self.split.by,
            "sites": list(self.split.held.sites) if self.split.held else [],
            "since": self.split.held.since if self.split.held else "",
        }


def check(
    root: Path | CaseFolder,
    readers: ReadsFrames,
    pattern: str | None = None,
    salt: str | None = None,
    recorded: Mapping[str, Side] | None = None,
    uncertain: Uncertain = "",
    taken: Sequence[Taken] = (),
) -> Job[Checked]:
    """Read and check the cases in `root`.

    Parameters
    ----------
    root : Path or CaseFolder
        Folder with a sub-folder per class, or a table of labels; or what one of them was listed as.
    readers : Readers
        The reader pool.
    pattern : str, optional
        Regular expression that finds the patient in the file's name.
    salt : str, optional
        Key of the split; that of seed 0 by default.
    recorded : mapping, optional
        Sides that the base model's training recorded.
    uncertain : {"", "unknown", "positive", "negative"}
        What -1 and ? in a table mean.
    taken : sequence of Taken
        What was decided about earlier findings.

    Yields
    ------
    Progress
        One a case.

    Raises
    ------
    MedappError
        Those of `list_cases` and `survey`; ``cases.nothing`` where no picture could be read.
    """
    listing = root if isinstance(root, CaseFolder) else list_cases(root, uncertain)
    memory = CheckMemory(user_folders().cache / "check")
    known = KnownHeaders(readers, memory, listing.root)
    with SketchStore(user_folders().cache) as store:
        read = yield from survey(listing_with(listing, taken), known, pattern, store=store)
    surveyed = survey_with(learnable(read), taken)
    groups = yield from known_groups(surveyed.seen, memory)
    checked = judge(surveyed, salt or salt_from_seed(0), recorded, groups=groups, taken=taken)
    folder = surveyed.folder
    truth = folder.truth(tuple(one.case for one in surveyed.seen))
    spec = spec_with(PreprocessSpec(), taken)
    results = yield from known_probes(surveyed.seen, truth, folder.classes, spec, memory)
    return with_probes(checked, results, taken)


def with_probes(checked: Checked, results: tuple[ProbeResult, ...], taken: Sequence[Taken] = ()) -> Checked:
    """Return what was checked, and what the probes found among its findings."""
    findings = by_weight([*checked.findings, *with_reasons(shortcut_findings(results), taken)])
    return replace(checked, probes=results, findings=tuple(findings))


def judge(
    surveyed: Survey,
    salt: str,
    recorded: Mapping[str, Side] | None = None,
    has_learned: Callable[[str], bool] | None = None,
    groups: Sequence[Group] | None = None,
    taken: Sequence[Taken] = (),
) -> Checked:
    """Split the cases that were read and find what is wrong; raises ``cases.nothing`` where there are none.

    `recorded` are the sides to keep; `has_learned` tells of a patient key whether the starting model has learned from
    it, by default where a side to keep says so. `groups` are the positions of the cases that show the same picture,
    looked for where they are not given. `taken` is what was decided about earlier findings: the cases that it leaves
    out are no longer in `surveyed`.
    """
    folder = surveyed.folder
    if not surveyed.seen and not folder.set_aside:
        raise MedappError("cases.nothing", folder=folder.root.name)
    if groups is None:
        groups = run_to_end(same_pictures(surveyed.seen))
    members = members_of(surveyed.seen, groups)
    split = split_cases(by_label(surveyed.seen, members) if folder.several else members, salt, recorded)
    sides = [member.given or split.side_of(member.patient) for member in members]
    duplicates = duplicates_of(surveyed.seen, groups, sides)
    uses = uses_of(surveyed.seen, sides, split, duplicates)
    learned = {hashed for hashed, side in (recorded or {}).items() if side == "development"}
    met = has_learned or (lambda patient: salted(salt, patient) in learned)
    known = [met(one.case.patient) for one in surveyed.seen]
    labels = about_labels(surveyed, uses) if folder.several else ()
    left_out = {one.case.source for one, use in zip(surveyed.seen, uses, strict=True) if use == "left_out"}
    confounding = confounders(surveyed.seen, folder.classes)
    others = [
        *about_table(surveyed),
        *labels,
        *duplicate_findings(duplicates, left_out),
        *about_writing(surveyed),
        *about_confounding(confounding),
        *about_numbers(surveyed),
    ]
    findings = all_findings(surveyed, sides, uses, known, others)
    return Checked(surveyed, split, uses, duplicates, tuple(with_reasons(findings, taken)), confounding=confounding)


def traits_for(checked: Checked, use: Use) -> list[CaseTraits]:
    """Return what is known of each case that is for `use`, in their order."""
    return [one.traits for one, is_for in zip(checked.survey.seen, checked.uses, strict=True) if is_for == use]


def _held_out(split: Split) -> str:
    if split.held is None:
        return ""
    return tr(f"check.split.by_{split.held.by}", sites=listed(split.held.sites), since=split.held.since)


def _patients_for(checked: Checked, wanted: Use) -> dict[str, int]:
    """Return the patients of each class that has any for this use."""
    patients: dict[str, set[str]] = {}
    for seen, use in zip(checked.survey.seen, checked.uses, strict=True):
        if use == wanted:
            for name in seen.case.shows:
                patients.setdefault(name, set()).add(seen.case.patient)
    return {name: len(patients[name]) for name in checked.survey.folder.classes if name in patients}


def _duplicate_to_json(group: Duplicate) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "paths": [seen.case.source for seen in group.members],
        "labels": list(group.labels),
        "across_split": group.across_split,
    }


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": finding.text,
        "params": dict(finding.params),
        "paths": list(finding.paths),
        "cases": list(finding.cases),
        "figure": finding.figure.to_json() if finding.figure else None,
        "remedies": [remedy.to_json() for remedy in finding.remedies],
        "kept_because": finding.kept_because,
    }
