"""Pictures and contents made of numbers, for tests of single widgets."""

from __future__ import annotations

import numpy as np

from medapp.classify.prediction import ModelKey, Prediction
from medapp.imaging.frame import Frame
from medapp.imaging.study import Instance, Patient, Series, Study, Window
from medapp.ui.answer_state import ModelFacts
from medapp.ui.cell_state import Picture, Place

FACTS = ModelFacts("chest", "Chest model", "1.0", "children at one hospital")


def ramp_frame(*, colour: bool = False, inverted: bool = False, seed: int = 0) -> Frame:
    """A frame of 64 × 64 with all grey levels of 12 bits, or of colours."""
    if colour:
        return Frame(np.full((64, 64, 3), (200, 40, seed), np.uint8))
    stored = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)
    stored[0, 0] = seed
    return Frame(stored, bits_stored=12, modality="DX", inverted=inverted)


def picture_of(frame: Frame, *, name: str = "Muster^Max", index: int = 0) -> Picture:
    """The frame with a study around it."""
    instance = Instance("chest.dcm", "dicom", 64, 64, lossy=True)
    series = Series("1.2", frame.modality, (instance,), "PA")
    study = Study("1", Patient(name, "ID7", birth_date="19700102"), (series,), date="20260102", time="101500")
    automatic = None if frame.is_colour else Window(2048, 4096)
    return Picture(Place("1/1.2", index), study, series, instance, frame, automatic)


def prediction_for(
    identity: str,
    probabilities: dict[str, float] | None = None,
    *,
    refused: str | None = None,
    heat_map: bool = True,
    note: str | None = None,
) -> Prediction:
    """An answer of two classes, or a refusal."""
    given = None if refused else probabilities or {"NORMAL": 0.13, "PNEUMONIA": 0.87}
    return Prediction(
        ModelKey("chest", "1.0", "0" * 64),
        identity,
        given,
        None if given is None else max(given, key=given.__getitem__),
        refused=refused,
        threshold=0.4 if given and len(given) == 2 else None,
        alarm_class="PNEUMONIA" if given and len(given) == 2 else None,
        heat_map=np.eye(7, dtype=np.float32) if heat_map and not refused else None,
        seconds=0.05,
        device="cpu",
        note=note,
    )
