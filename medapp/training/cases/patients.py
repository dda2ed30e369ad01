"""What tells patients apart: the DICOM header, a pattern on the file name, or a naming that is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, TypeAlias

from medapp.errors import MedappError

PatientSource: TypeAlias = Literal["pattern", "table", "dicom", "names", "unknown"]

KNOWN_NAMINGS = {
    # Kermany, Zhang, Goldbaum 2018: person12_bacteria_47, IM-0115-0001, NORMAL2-IM-0588-0001
    "kermany": r"(?:^|NORMAL\d+-)(person\d+|IM-\d+)",
}
RECOGNISED_SHARE = 0.95
LONGEST_PATTERN = 500


@dataclass(frozen=True)
class PatientRule:
    """How the patient of each case is found.

    Attributes
    ----------
    source : {"pattern", "table", "dicom", "names", "unknown"}
        A pattern that was given, a column of the table of labels, the header, a naming that was recognised, or nothing.
    pattern : str
        The regular expression, for ``pattern`` and ``names``.
    naming : str
        Which known naming, for ``names``.
    """

    source: PatientSource
    pattern: str = ""
    naming: str = ""

    @property
    def known(self) -> bool:
        """Whether patients are told apart at all; if not, figures are optimistic."""
        return self.source != "unknown"


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return `pattern` compiled; raises ``MedappError("patients.pattern", …)`` where it is no regular expression."""
    if len(pattern) > LONGEST_PATTERN:
        raise MedappError("patients.pattern", fault=f"longer than {LONGEST_PATTERN} characters")
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise MedappError("patients.pattern", fault=str(error)) from None


def patient_in_name(pattern: re.Pattern[str], name: str) -> str:
    r"""Return the patient that `pattern` finds in the file's name, or an empty string.

    Parameters
    ----------
    pattern : re.Pattern
        Searched in the last part of `name`. Its groups, joined, are the patient; without groups the
        whole match.
    name : str
        A path or a file name.

    Examples
    --------
    >>> patient_in_name(re.compile(r"p(\d+)_(\w)"), "A/p12_L_3.png")
    '12|L'
    """
    match = pattern.search(PurePath(name).name)
    if match is None:
        return ""
    found = match.groups(default="") if pattern.groups else (match.group(),)
    return "|".join(found) if any(found) else ""


def choose_rule(
    names: Sequence[str], header_keys: Sequence[str], pattern: str | None = None, told: Sequence[str] = ()
) -> PatientRule:
    """Decide what tells patients apart.

    Parameters
    ----------
    names : sequence of str
        File names of the cases.
    header_keys : sequence of str
        Issuer and Patient ID of each, empty where the file has none.
    pattern : str, optional
        A regular expression that a person gave; it wins.
    told : sequence of str, optional
        The patients that a table of labels names; empty texts where it names none.

    Returns
    -------
    PatientRule
        The pattern; else the table where it names any; else the headers where all but 5 % have an ID;
        else a known naming that fits at least 95 % of the names; else unknown.

    Raises
    ------
    MedappError
        ``patients.pattern`` where it is no regular expression, ``patients.no_match`` where it fits no name.
    """
    if pattern:
        compiled = compile_pattern(pattern)
        if names and not any(patient_in_name(compiled, name) for name in names):
            raise MedappError("patients.no_match", pattern=pattern[:80])
        return PatientRule("pattern", pattern)
    if any(told):
        return PatientRule("table")
    enough = RECOGNISED_SHARE * len(names)
    if names and sum(map(bool, header_keys)) >= enough:
        return PatientRule("dicom")
    for naming, known in KNOWN_NAMINGS.items():
        compiled = re.compile(known)
        if names and sum(bool(patient_in_name(compiled, name)) for name in names) >= enough:
            return PatientRule("names", known, naming)
    return PatientRule("unknown")


def patient_key(rule: PatientRule, name: str, header_key: str, content: str, told: str = "") -> str:
    """Return the patient key of one case.

    Parameters
    ----------
    rule : PatientRule
        What tells patients apart.
    name : str
        The file's name.
    header_key : str
        Issuer and Patient ID, or empty.
    content : str
        Hash of the picture: a case without a patient is its own patient, and stays the same one
        when the file is renamed.
    told : str
        The patient that a table of labels names.
    """
    found = ""
    if rule.source == "dicom":
        found = header_key
    elif rule.source == "table":
        found = told
    elif rule.known:
        found = patient_in_name(re.compile(rule.pattern), name)
    return f"patient:{found}" if found else f"image:{content}"
