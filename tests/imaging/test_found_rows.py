from __future__ import annotations

import json

from medapp.errors import Problem
from medapp.imaging.found import Found, FoundImage
from medapp.imaging.found_rows import from_row, to_row
from medapp.imaging.study import Geometry, Instance, Note, NotImage, Patient, PresentationRef, Window
from medapp.imaging.traits import Traits

IMAGE = FoundImage(
    Instance(
        "a/ü.dcm",
        "dicom",
        4,
        5,
        frames=2,
        instance_number=3,
        image_type=("DERIVED", "PRIMARY"),
        windows=(Window(40, 400, name="SOFT"), Window(1, 2, "SIGMOID")),
        geometry=Geometry((1.0, 2.0, 3.5), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), spacing_mm=(0.5, 0.25), aspect=(1, 2)),
        frame_order=(1, 0),
        refers_to=("1.2", "1.3"),
    ),
    "MR",
    "1.2.3",
    alone=True,
    traits=Traits(("DERIVED",), echo=4.6, direction=(0.0, 1.0, 0.0), acquisition=2),
    notes=(Note.of("gap", missing=2, after="3–4", step_mm=5.0),),
    patient=Patient("Doe^Jane", "7"),
    series_number=4,
)


def _sent(found: Found) -> Found:
    return from_row(json.loads(json.dumps(to_row(found))))


def test_what_was_found_arrives_as_it_was_sent() -> None:
    state = PresentationRef("p", "WIDE", refers_to=("1.2",))
    others = (NotImage("a", "pdf"), NotImage("p", "presentation_state", state), Problem("b", "file.missing", {"n": 1}))
    for found in (IMAGE, FoundImage(Instance("x", "picture", 1, 1), "PICTURE", ""), *others):
        assert _sent(found) == found


def test_equal_values_of_many_files_are_one_object() -> None:
    one, other = _sent(IMAGE), _sent(IMAGE)
    assert isinstance(one, FoundImage)
    assert isinstance(other, FoundImage)
    assert one.patient is other.patient
    assert one.traits is other.traits
    assert one.instance.windows is other.instance.windows
    assert one.instance.geometry.orientation is other.instance.geometry.orientation
