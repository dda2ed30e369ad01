"""What tables and documents say of an answer: plain values, without identity unless it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from medapp.classify.reasons import reason_of
from medapp.interop.outcome import Outcome
from medapp.interop.words import remarks

_IDENTITY = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "issuer_of_patient_id": "IssuerOfPatientID",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_date": "StudyDate",
    "accession_number": "AccessionNumber",
    "study_instance_uid": "StudyInstanceUID",
    "series_instance_uid": "SeriesInstanceUID",
    "sop_instance_uid": "SOPInstanceUID",
}


@dataclass(frozen=True)
class Refused:
    """A form in which one answer could not be sent on, and why: a code and its sentence."""

    form: str
    code: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One answer with what was written of it.

    Attributes
    ----------
    values : dict
        As `values_of` gives them.
    files : tuple of str
        Names of the files that hold this answer alone.
    refused : tuple of Refused
    """

    values: dict[str, Any]
    files: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = field(default_factory=tuple)


def values_of(outcome: Outcome, *, with_identity: bool) -> dict[str, Any]:
    """Return an answer as JSON values.

    Parameters
    ----------
    outcome : Outcome
    with_identity : bool
        Whether path, patient, exam and UIDs are told; else the image is named by the hash of its values alone.

    Returns
    -------
    dict
        An item of ``results`` in the schema ``send_on``, less its files.
    """
    prediction = outcome.prediction
    return {
        "number": outcome.number,
        "image": prediction.identity or None,
        "frame": outcome.frame_number,
        "state": prediction.state,
        "label": prediction.label if prediction.state == "answered" else None,
        "labels": list(prediction.given) if prediction.state == "answered" else [],
        "several": prediction.several,
        "probabilities": prediction.probabilities,
        "calibrated": prediction.calibrated,
        "alarm_class": prediction.alarm_class,
        "threshold": prediction.threshold,
        "thresholds": dict(prediction.thresholds),
        "unclear": list(prediction.unclear) if prediction.unclear else None,
        "refused": prediction.refused,
        "reason": reason_of(prediction),
        "in_distribution": prediction.in_distribution,
        "remarks": remarks(prediction),
        "model": {
            "id": outcome.model.key.id,
            "name": outcome.model.name,
            "version": outcome.model.key.version,
            "package_sha256": outcome.model.key.manifest_hash,
        },
        "device": prediction.device,
        "identity": identity_of(outcome) if with_identity else None,
    }


def identity_of(outcome: Outcome) -> dict[str, str]:
    """Return whose image it is and where it came from, empty where the file does not say."""
    header = outcome.header
    told = {name: header.get(keyword) if header else "" for name, keyword in _IDENTITY.items()}
    return {"path": outcome.source, "file": file_name(outcome.source), **told}


def file_name(source: str) -> str:
    """Return the last part of a source, within an archive or not."""
    return PurePath(source.rsplit("!/", 1)[-1]).name
