"""Numbers, names and dates in the form that people read."""

from __future__ import annotations

import math

from medapp.i18n import tr
from medapp.imaging.study import Patient
from medapp.imaging.test_pattern import PATTERN_UID
from medapp.ui.cell_state import Picture


def patient_text(patient: Patient) -> str:
    """Return the name of a patient, or the id, or that there is none."""
    return name_text(patient.name) or patient.patient_id or tr("ui.no_patient")


def name_text(name: str) -> str:
    """Return a DICOM person name (PS3.5 6.2.1.1) as it is read: family name, given name."""
    alphabetic = name.split("=", maxsplit=1)[0]
    parts = [part.strip() for part in alphabetic.split("^")]
    family, given = parts[0], " ".join(p for p in parts[1:3] if p)
    return ", ".join(p for p in (family, given) if p) or name.replace("^", " ").replace("=", " ").strip()


def plain_text(text: str) -> str:
    """Return a description without the carets that some scanners put between its parts."""
    return " ".join(text.replace("^", " ").split())


def modality_text(modality: str) -> str:
    """Return a modality as it is told: the DICOM code, or that there is no header."""
    return tr("ui.without_header") if modality == "PICTURE" else modality or tr("ui.unknown_modality")


def sex_text(sex: str) -> str:
    """Return the sex of a DICOM header (PS3.3 C.7.1.1: M, F, O) in a word; anything else as it is."""
    words = {"M": tr("ui.male"), "F": tr("ui.female"), "O": tr("ui.other_sex")}
    return tr("ui.sex", value=words.get(sex, sex)) if sex else ""


def date_text(date: str) -> str:
    """Return a DICOM date (YYYYMMDD) as YYYY-MM-DD; anything else as it is."""
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 and date.isdigit() else date


def time_text(time: str) -> str:
    """Return a DICOM time (HHMMSS.F) as HH:MM; anything else as it is."""
    return f"{time[:2]}:{time[2:4]}" if len(time) >= 4 and time[:4].isdigit() else time


def ordinal_text(number: int) -> str:
    """Return the number of one in a row: 1st, 2nd, 11th in English."""
    last = 0 if 10 <= number % 100 <= 20 else number % 10
    return tr(f"ui.ordinal_{last if last in {1, 2, 3} else 'other'}", n=number)


def seconds_text(seconds: float) -> str:
    """Return a duration: seconds under a minute, else minutes; never none at all."""
    if seconds < 0.05:
        return tr("ui.seconds_below", value="0.1")
    if seconds < 10:
        return tr("ui.seconds", value=f"{seconds:.1f}")
    if seconds < 60:
        return tr("ui.seconds", value=f"{seconds:.0f}")
    minutes = round(seconds / 60)
    return tr("ui.minutes", value=minutes)


def time_left_text(seconds: float | None) -> str:
    """Return the time left as m:ss, or nothing while it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = math.ceil(seconds)
    return tr("ui.time_left", value=f"{whole // 60}:{whole % 60:02d}")


def identity_text(picture: Picture | None) -> str:
    """Return who the picture shows and when it was made: name, id, birth date, sex, exam.

    Of the test pattern, which shows nobody, what it is for: over the pattern itself nothing may stand.
    """
    if picture is None:
        return ""
    if picture.instance.sop_instance_uid == PATTERN_UID:
        told = (plain_text(picture.study.description), f"\u26a0 {tr('size.not_calibrated')}", tr("size.pattern_hint"))
        return "   ·   ".join(told)
    patient, study = picture.study.patient, picture.study
    parts = [name_text(patient.name), tr("ui.id", id=patient.patient_id) if patient.patient_id else ""]
    if patient.birth_date:
        parts.append(tr("ui.born", date=date_text(patient.birth_date)))
    parts.append(sex_text(patient.sex))
    if study.date:
        parts.append(tr("ui.exam", date=date_text(study.date)))
    parts.append(plain_text(study.description))
    known = [part for part in parts if part]
    return "   ·   ".join(known) if known else tr("ui.no_identity")
