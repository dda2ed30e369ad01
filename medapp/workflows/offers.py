"""What can be done about a finding of a project's check, and which pictures show it; from the check's answer alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medapp.training.checking.findings import Remedy
from medapp.training.checking.remedies import KEEP, subject_of

_WITH_PATHS = frozenset(
    {"patients_missing", "patient_in_two_classes", "patient_across_split", "base_knows_patients"}
    | {"several_frames", "some_colour", "table_conflicts", "table_images_without_row"}
)
"""Findings whose paths are images below the folder of cases."""
_UNREADABLE = {"unreadable": "unreadable", "not_images": "not_images"}


def key_of(finding: Mapping[str, Any]) -> str:
    """Return what tells a finding from all others of a check."""
    return f"{finding['code']}|{subject_of(finding.get('params', {}))}"


def found(checked: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """Return the finding with that key; None where the check has become another."""
    return next((finding for finding in checked["findings"] if key_of(finding) == key), None)


def offered(finding: Mapping[str, Any], checked: Mapping[str, Any]) -> tuple[Remedy, ...]:
    """Return what can be done besides keeping it: what the check offers, and what follows from its lists of files.

    Parameters
    ----------
    finding : mapping
        One of the check's answer.
    checked : mapping
        The whole answer.

    Returns
    -------
    tuple of Remedy
        In the order in which they are offered.
    """
    told = [Remedy(one["code"], one["params"]) for one in finding.get("remedies", ())]
    remedies = [one for one in told if one.code != KEEP and one.params.get("value") != ""]
    if remedies:
        return tuple(remedies)
    return tuple(_by_files(finding["code"], checked))


def _by_files(code: str, checked: Mapping[str, Any]) -> Iterator[Remedy]:
    if files := [row["path"] for row in checked.get(_UNREADABLE.get(code, ""), ())]:
        yield Remedy("exclude", {"cases": files})
    groups = [list(group["paths"]) for group in _groups(code, checked)]
    if groups and code == "label_conflict":
        yield Remedy("exclude", {"cases": [path for group in groups for path in group]})
    elif groups:
        yield Remedy("keep_one", {"groups": groups})


def pictures_of(finding: Mapping[str, Any], checked: Mapping[str, Any]) -> tuple[str, ...]:
    """Return names or paths of the files whose pictures show a finding: copies beside each other."""
    if groups := _groups(finding["code"], checked):
        return tuple(path for group in groups for path in group["paths"])
    shown = finding.get("cases") or (finding.get("paths", ()) if finding["code"] in _WITH_PATHS else ())
    return tuple(shown)


def _groups(code: str, checked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the groups of the same picture that a finding is about."""
    groups: Sequence[Mapping[str, Any]] = checked.get("duplicates", ())
    if code == "label_conflict":
        return [group for group in groups if len(group["labels"]) > 1]
    if code == "duplicate_across_split":
        return [group for group in groups if group["across_split"]]
    return [group for group in groups if len(group["labels"]) == 1] if code == "duplicates" else []
