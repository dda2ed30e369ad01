"""Scans that were opened one after the other, as one; and where an image is in it."""

from __future__ import annotations

from dataclasses import replace

from medapp.imaging.stacks import with_companions
from medapp.imaging.study import Scan, Study
from medapp.ui.cell_state import Place
from medapp.ui.state import find_series, place_of


def joined(before: Scan, found: Scan) -> Scan:
    """Return what was open and what was found; a study that was open takes the series found in it."""
    studies = {_study_key(study): study for study in before.studies}
    for study in found.studies:
        key = _study_key(study)
        studies[key] = _merged(studies[key], study) if key in studies else study
    known = {problem.path for problem in found.problems} | {n.path for n in found.not_images}
    others = (*[n for n in before.not_images if n.path not in known], *found.not_images)
    return Scan(
        with_companions(tuple(studies.values()), others),
        others,
        (*[p for p in before.problems if p.path not in known], *found.problems),
    )


def _study_key(study: Study) -> tuple[str, str, str, str]:
    """Return what makes two studies the same; a UID alone does not, where it is empty or used twice."""
    patient = study.patient
    return study.uid, patient.patient_id, patient.name, study.series[0].instances[0].kind


def _merged(old: Study, new: Study) -> Study:
    """Return the series of both; one that was found again, or is part of one that was found, is left out."""
    sources = {instance.source for series in new.series for instance in series.instances}
    kept = [s for s in old.series if not all(instance.source in sources for instance in s.instances)]
    return replace(new, series=(*kept, *new.series))


def moved(place: Place, before: Scan, after: Scan) -> Place | None:
    """Return where the image at `place` is after a scan went on."""
    located = find_series(before, place.series)
    if located is None:
        return None
    instance, frame = located[1].locate(place.index)
    return place_of(after, instance.source, frame)
