"""Cases in the memory, with a shortcut planted or none."""

from __future__ import annotations

import cv2
import numpy as np

from medapp.imaging.frame import Frame
from medapp.jobs import run_to_end
from medapp.training.cases.case import Case
from medapp.training.cases.case_traits import CaseTraits
from medapp.training.cases.file_facts import FileFacts, jpeg_quality
from medapp.training.cases.header_facts import HeaderFacts
from medapp.training.cases.sketch import sketch_of
from medapp.training.cases.survey import Seen
from medapp.training.checking.probes.result import ProbeResult
from medapp.training.checking.probes.run import run_probes
from tests.evidence.planted import CLASSES, Cases, Plant


def seen_of(cases: Cases, plant: Plant | None = None, strength: int = 0) -> list[Seen]:
    """Return the cases as a survey would, with the plant in the second class."""
    draw = np.random.default_rng(7)
    found = []
    for number, (label, side) in enumerate(zip(CLASSES, cases, strict=True)):
        for place, (patient, picture) in enumerate(side):
            case = Case(f"{label}/{place}", f"{label}/{place}", label, patient=patient)
            found.append(_seen(case, picture, plant if number else None, strength, draw, plant))
    return found


def _seen(
    case: Case,
    picture: np.ndarray,
    planted: Plant | None,
    strength: int,
    draw: np.random.Generator,
    plant: Plant | None,
) -> Seen:
    shown, quality = picture, 92
    if planted is not None:
        shown = (planted.strong, planted.weak)[strength](picture, draw)
        quality = planted.quality[strength] or quality
    kind = "jpg" if plant is not None and plant.quality[strength] else "png"
    _, data = cv2.imencode(f".{kind}", shown, [cv2.IMWRITE_JPEG_QUALITY, quality] if kind == "jpg" else [])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
    raw = data.tobytes()
    facts = FileFacts(kind, len(raw), jpeg_quality(raw) if kind == "jpg" else 0)
    maker = ""
    if plant is not None and plant.maker[strength]:
        share = plant.maker[strength] if planted else 1 - plant.maker[strength]
        maker = "ACME" if draw.random() < share else "CONTOSO"
    header, traits = HeaderFacts(maker=maker), CaseTraits(maker=maker)
    sketch = sketch_of(Frame(decoded), facts)
    return Seen(case, case.name, case.name, *decoded.shape, traits=traits, header=header, sketch=sketch)


def probed(seen: list[Seen]) -> tuple[ProbeResult, ...]:
    """Run the probes over the two classes."""
    truth = np.array([CLASSES.index(one.case.label) for one in seen], np.int64)
    return run_to_end(run_probes(seen, truth, CLASSES))
