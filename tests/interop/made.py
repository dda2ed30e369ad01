"""Outcomes made of numbers, one of each kind, for tests of what is sent on."""

from __future__ import annotations

from typing import Any

import numpy as np

from medapp.classify.prediction import ModelKey, Prediction
from medapp.imaging.frame import Frame
from medapp.imaging.source_header import SourceHeader
from medapp.interop.outcome import ModelFacts, Outcome

KEY = ModelKey("trial", "1.0", "ab" * 32)
FACTS = ModelFacts(
    KEY, "Träger <b>&amp;", "children, one hospital", "Of 100 it finds 97.", (("auc", 0.9, 0.8, 0.95, 90),)
)
HEADER = SourceHeader(
    (
        ("SOPClassUID", "1.2.840.10008.5.1.4.1.1.1"),
        ("SOPInstanceUID", "1.2.3.4"),
        ("StudyInstanceUID", "1.2.3"),
        ("SeriesInstanceUID", "1.2.3.9"),
        ("Modality", "CR"),
        ("PatientName", "Müller^Jörg"),
        ("PatientID", "ID7"),
        ("PatientBirthDate", "1970.01.02"),
        ("PatientSex", "m"),
        ("StudyDate", "20260102"),
        ("StudyTime", "101500"),
        ("AccessionNumber", "A1"),
        ("BodyPartExamined", "CHEST"),
    )
)


def frame_of(rows: int = 40, columns: int = 60, seed: int = 0) -> Frame:
    """A grey frame with a number of its own."""
    stored = np.arange(rows * columns, dtype=np.uint16).reshape(rows, columns)
    stored[0, 0] = seed
    return Frame(stored, bits_stored=12, modality="CR")


def prediction(kind: str = "answered", identity: str = "f" * 64) -> Prediction:
    """An answer of one kind: answered, unclear, several, unlike, no_model."""
    heat_map = np.zeros((7, 7), np.float32)
    heat_map[2:5, 1:4] = 1
    common: dict[str, Any] = {"threshold": 0.5, "alarm_class": "PNEUMONIA"}
    answer = {"NORMAL": 0.25, "PNEUMONIA": 0.75}
    if kind == "answered":
        return Prediction(KEY, identity, answer, "PNEUMONIA", heat_map=heat_map, **common)
    if kind == "unclear":
        return Prediction(KEY, identity, answer, "PNEUMONIA", heat_map=heat_map, unclear=(0.4, 0.8), **common)
    if kind == "several":
        given = {"effusion": 0.7, "=nodule": 0.2}
        limits = {"effusion": 0.5, "=nodule": 0.5}
        return Prediction(KEY, identity, given, "effusion", several=True, thresholds=limits, heat_map=heat_map)
    if kind == "unlike":
        return Prediction(KEY, identity, None, None, refused="ood.features", **common)
    params: dict[str, str | float] = {"modality": "CT"}
    return Prediction(KEY, identity, None, None, refused="scope.modality", refused_params=params, **common)


KINDS = ("answered", "unclear", "several", "unlike", "no_model")


def outcome(kind: str = "answered", header: SourceHeader | None = HEADER, number: int = 1) -> Outcome:
    """An outcome of one kind, about a frame of its own."""
    frame = frame_of(seed=number)
    return Outcome(number, "/a/Müller^Jörg/chest.dcm", 1, prediction(kind, frame.identity), FACTS, header, frame)


def changed(**values: str) -> SourceHeader:
    """The header with other values."""
    return SourceHeader(tuple({**dict(HEADER.attributes), **values}.items()))
