"""From what is kept of an instance to the data set that a new object of its study begins with."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from medapp.errors import MedappError
from medapp.imaging.source_header import PATIENT, STUDY, SourceHeader
from medapp.interop.outcome import Outcome

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

UTF_8 = "ISO_IR 192"
TYPE_2 = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
"""Attributes of the Patient and General Study modules that are there even where they are empty (PS3.5 7.4.3)."""
_STORAGE = "1.2.840.10008.5.1.4.1.1."
ONE_FRAME = frozenset(
    f"{_STORAGE}{end}" for end in ("1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "4", "6.1", "7", "128")
)
"""SOP classes of single frames: CR, DX, MG, IO, CT, MR, US, SC, PET."""
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")
_AGE = re.compile(r"\d{3}[DWMY]")
_CODE = re.compile(r"[A-Z0-9_ ]{1,16}")
_LONGEST = {"LO": 64, "SH": 16, "LT": 10240}
_ONE_OF = {
    "PatientSex": ("M", "F", "O"),
    "PatientIdentityRemoved": ("YES", "NO"),
    "QualityControlSubject": ("YES", "NO"),
}
_SEVERAL = frozenset(("OtherPatientNames", "DeidentificationMethod"))
_IDENTITY = frozenset(("PatientID", "PatientName", "AccessionNumber", "StudyID", "IssuerOfPatientID"))
"""Never shortened: half an id is another patient's."""


def evidence_of(header: SourceHeader | None) -> Dataset:
    """Return what a new object keeps of its source: UIDs, patient and study.

    Parameters
    ----------
    header : SourceHeader or None
        None for a picture.

    Returns
    -------
    Dataset
        With the UIDs of the source, its Patient, General Study and Patient Study modules (PS3.3 C.7.1.1, C.7.2.1,
        C.7.2.2), all texts in UTF-8. A value that its representation does not allow is left empty, but ids and names
        are kept as they are.

    Raises
    ------
    MedappError
        ``send.not_dicom`` for a picture, ``send.no_study``, ``send.no_instance`` where the source lacks the UIDs.
    """
    from pydicom.dataset import Dataset

    if header is None:
        raise MedappError("send.not_dicom")
    if not _is_uid(header.get("StudyInstanceUID")):
        raise MedappError("send.no_study")
    uids = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID")
    if not all(_is_uid(header.get(keyword)) for keyword in uids):
        raise MedappError("send.no_instance")
    evidence = Dataset()
    evidence.SpecificCharacterSet = UTF_8
    for keyword in ("StudyInstanceUID", *uids):
        setattr(evidence, keyword, header.get(keyword))
    for keyword in (*PATIENT.split(), *STUDY.split()):
        value = allowed(keyword, header.get(keyword))
        if value or keyword in TYPE_2:
            setattr(evidence, keyword, value.split("\\") if "\\" in value else value)
    _drop_half_statements(evidence)
    return evidence


def frame_numbers(header: SourceHeader, frame_number: int) -> list[int] | None:
    """Return what a reference to one frame of an instance names (PS3.3 10.3).

    None where the instance has one frame, and where its SOP class allows one only, whatever the file holds: then the
    frame has to be told in words.
    """
    several = header.frames > 1 and header.get("SOPClassUID") not in ONE_FRAME
    return [frame_number] if several else None


def instances_of(outcome: Outcome, evidence: Dataset) -> dict[str, list[int] | None]:
    """Return the instances that an answer is about by SOP Instance UID, each with the frames that are named of it."""
    assert outcome.header is not None, "a picture has no evidence"
    if outcome.stack is None:
        return {evidence.SOPInstanceUID: frame_numbers(outcome.header, outcome.frame_number)}
    found: dict[str, list[int] | None] = {}
    for uid, number in outcome.stack.images:
        if not _is_uid(uid):
            raise MedappError("send.no_instance")
        named = frame_numbers(outcome.header, number)
        found[uid] = None if named is None else [*(found.get(uid) or []), *named]
    return found


def _drop_half_statements(evidence: Dataset) -> None:
    """Leave out what stands only together with something else (PS3.3 C.7.1.1, types 1C and 2C)."""
    if evidence.get("PatientIdentityRemoved") == "YES" and not evidence.get("DeidentificationMethod"):
        evidence.DeidentificationMethod = "Unknown"
    if not evidence.get("ResponsiblePerson") and "ResponsiblePersonRole" in evidence:
        del evidence.ResponsiblePersonRole
    if not evidence.get("ResponsiblePersonRole") and "ResponsiblePerson" in evidence:
        del evidence.ResponsiblePerson


def allowed(keyword: str, value: str) -> str:
    """Return `value` as the representation of its attribute allows it, or nothing (PS3.5 6.2)."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    if keyword not in _SEVERAL:
        value = value.partition("\\")[0]
    if keyword in _ONE_OF:
        return value.upper() if value.upper() in _ONE_OF[keyword] else ""
    representation = dictionary_VR(tag)
    checks = {"DA": _date, "TM": _time, "AS": _age, "CS": _code, "DS": _number}
    if representation in checks:
        return checks[representation](value)
    longest = _LONGEST.get(representation)
    return value if longest is None or keyword in _IDENTITY else value[:longest].strip()


def _is_uid(value: str) -> bool:
    return len(value) <= 64 and _UID.fullmatch(value) is not None


def _date(value: str) -> str:
    """Return a date as YYYYMMDD; the form of 1985 had dots between its parts."""
    digits = value.replace(".", "")
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return ""
    return digits if len(digits) == 8 and digits.isdigit() else ""


def _time(value: str) -> str:
    plain = value.replace(":", "")
    return plain if _TIME.fullmatch(plain) else ""


def _age(value: str) -> str:
    return value if _AGE.fullmatch(value) else ""


def _code(value: str) -> str:
    return value.upper() if _CODE.fullmatch(value.upper()) else ""


def _number(value: str) -> str:
    try:
        return value if len(value) <= 16 and float(value) >= 0 else ""
    except ValueError:
        return ""
