"""Which studies are of the same patient, which of them are earlier, and which series of two studies are alike."""

from __future__ import annotations

from collections.abc import Iterable

from medapp.imaging.slices import normal_of
from medapp.imaging.study import Patient, Scan, Series, Study


def is_same_patient(one: Patient, other: Patient) -> bool:
    """Tell whether two studies are certainly of one patient.

    Notes
    -----
    The same Patient ID (of the same issuer, where both name one) is asked for, and nothing that speaks against it: a
    name or a birth date that both have and that differ. Without an ID, only the very same patient is the same.
    """
    if not one.patient_id or not other.patient_id:
        return one == other
    pairs = (
        (one.patient_id.strip(), other.patient_id.strip()),
        (one.issuer, other.issuer),
        (_plain(one.name), _plain(other.name)),
        (one.birth_date, other.birth_date),
    )
    return all(mine == its or not (mine and its) for mine, its in pairs)


def _plain(name: str) -> str:
    """Return a name without what is written in different ways: case, spaces, separators, other alphabets."""
    first = name.split("=", maxsplit=1)[0]
    return " ".join(first.replace("^", " ").replace(",", " ").casefold().split())


def priors_of(scan: Scan, study: Study) -> tuple[Study, ...]:
    """Return the earlier studies of the patient that are open, the latest first.

    Raises nothing: a study without a date, or without a patient's ID, has no earlier ones.
    """
    if not study.date or not study.patient.patient_id:
        return ()
    others = (one for one in scan.studies if one is not study and one.date)
    earlier = [o for o in others if is_same_patient(o.patient, study.patient) and _when(o) < _when(study)]
    return tuple(sorted(earlier, key=_when, reverse=True))


def later_of(scan: Scan, study: Study) -> tuple[Study, ...]:
    """Return the later studies of the patient that are open, the earliest first."""
    others = [one for one in scan.studies if study in priors_of(scan, one)]
    return tuple(sorted(others, key=_when))


def _when(study: Study) -> tuple[str, str]:
    return study.date, study.time


def most_alike(series: Series, others: Iterable[Series]) -> Series | None:
    """Return the series of another study that is to be compared with `series`; None where no modality is the same.

    Notes
    -----
    What is the same counts: plane, description, view and side, body part, then how many images there are.
    """
    candidates = [other for other in others if other.modality == series.modality and other.frames]
    return max(candidates, key=lambda other: _likeness(series, other), default=None)


def _likeness(one: Series, other: Series) -> tuple[float, ...]:
    mine, its = one.instances[0], other.instances[0]
    same_view = (mine.view_position, mine.laterality) == (its.view_position, its.laterality)
    few, many = sorted((one.frames, other.frames))
    return (
        plane_of_body(one) == plane_of_body(other),
        same_view,
        one.description.casefold() == other.description.casefold(),
        _shared_words(one.description, other.description),
        one.body_part == other.body_part,
        few / many,
    )


def plane_of_body(series: Series) -> str:
    """Return what the images are most nearly: ``sagittal``, ``coronal`` or ``axial``; empty where nobody knows."""
    normal = normal_of(series.instances[0].geometry)
    if normal is None:
        return ""
    sizes = [abs(part) for part in normal]
    return ("sagittal", "coronal", "axial")[sizes.index(max(sizes))]


def _shared_words(one: str, other: str) -> float:
    mine, its = set(one.casefold().split()), set(other.casefold().split())
    return len(mine & its) / max(1, len(mine | its))
