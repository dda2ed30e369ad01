from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medapp.imaging.functional_groups import FrameScope
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load
from medapp.imaging.real_world import RealWorldMapping, real_world_of
from tests.imaging.synthetic import dicom, frame_of, item, ramp, sequence


def mapping_item(unit: str = "um2/s", **changes: Any) -> Dataset:
    made = {
        "RealWorldValueFirstValueMapped": 0,
        "RealWorldValueLastValueMapped": 4095,
        "RealWorldValueSlope": 0.5,
        "RealWorldValueIntercept": 10.0,
        "LUTLabel": "ADC",
        "MeasurementUnitsCodeSequence": sequence(item(CodeValue=unit, CodingSchemeDesignator="UCUM", CodeMeaning=unit)),
        **changes,
    }
    return item(**{name: value for name, value in made.items() if value is not None})


def only(changed: Dataset, *, is_float: bool = False, is_signed: bool = False) -> RealWorldMapping:
    scope = FrameScope(item(RealWorldValueMappingSequence=sequence(changed)), ())
    (mapping,) = real_world_of(scope, is_float=is_float, is_signed=is_signed)
    return mapping


def test_a_line_maps_stored_values_within_its_range() -> None:
    mapping = only(mapping_item())
    assert mapping.value_of(100) == 60.0
    assert mapping.value_of(-1) is None
    assert mapping.value_of(4096) is None


def test_a_table_maps_value_by_value() -> None:
    mapping = only(mapping_item(RealWorldValueLUTData=[1.5, 2.5, 9.0], RealWorldValueFirstValueMapped=7))
    assert [mapping.value_of(v) for v in (6, 7, 8, 9, 10)] == [None, 1.5, 2.5, 9.0, None]


def test_bounds_of_signed_values_are_signed_whatever_their_representation_says() -> None:
    mapping = only(mapping_item(RealWorldValueFirstValueMapped=63488), is_signed=True)
    assert mapping.first == -2048


def test_float_values_are_not_bounded_by_whole_numbers() -> None:
    assert only(mapping_item(RealWorldValueLastValueMapped=1), is_float=True).value_of(123.5) == 71.75
    exact = mapping_item(DoubleFloatRealWorldValueFirstValueMapped=0.0, DoubleFloatRealWorldValueLastValueMapped=1.0)
    assert only(exact, is_float=True).value_of(123.5) is None


@pytest.mark.parametrize(
    ("code", "read"),
    [("um2/s", "µm²/s"), ("[hnsf'U]", "HU"), ("1", ""), ("g/ml{SUVbw}", "SUVbw"), ("mm", "mm"), ("{counts}", ""),
     ("cm-1", "cm⁻¹"), ("Bq/ml", "Bq/ml"), ("ms", "ms")],
)  # fmt: skip
def test_units_are_written_as_people_read_them(code: str, read: str) -> None:
    assert only(mapping_item(code)).unit == read


def test_a_mapping_without_slope_and_table_is_none() -> None:
    scope = FrameScope(item(RealWorldValueMappingSequence=sequence(mapping_item(RealWorldValueSlope=None))), ())
    assert real_world_of(scope, is_float=False, is_signed=False) == ()


def test_the_quantity_is_named_where_it_is_coded() -> None:
    quantity = item(ConceptCodeSequence=sequence(item(CodeMeaning="Apparent Diffusion Coefficient")))
    mapping = only(mapping_item(QuantityDefinitionSequence=sequence(quantity)))
    assert mapping.quantity == "Apparent Diffusion Coefficient"


def test_each_frame_has_its_own_mapping(tmp_path: Path) -> None:
    groups = [
        item(RealWorldValueMappingSequence=sequence(mapping_item(RealWorldValueSlope=slope))) for slope in (1.0, 3.0)
    ]
    made = dicom(np.stack([ramp(), ramp()]), PerFrameFunctionalGroupsSequence=sequence(*groups))
    assert [frame_of(made, tmp_path, i).real_world[0].slope for i in (0, 1)] == [1.0, 3.0]


def test_a_mapping_does_not_change_what_is_shown(tmp_path: Path) -> None:
    frame = frame_of(dicom(ramp(), RealWorldValueMappingSequence=sequence(mapping_item())), tmp_path)
    np.testing.assert_array_equal(frame.modality_values(), ramp())
    assert frame.unit == "", "the modality values are not in the unit of the mapping"


def test_a_mapping_to_suv_gives_pet_its_factor(tmp_path: Path) -> None:
    suv = mapping_item("g/ml{SUVbw}", RealWorldValueSlope=0.002, RealWorldValueIntercept=0.0)
    made = dicom(ramp(), Modality="PT", RescaleSlope=4, RescaleIntercept=0, RealWorldValueMappingSequence=sequence(suv))
    frame = frame_of(made, tmp_path)
    assert frame.suv_factor == pytest.approx(0.0005)
    assert frame.notes == ()


@pytest.mark.data
@pytest.mark.parametrize("name", ["parametric_map_float.dcm", "parametric_map_double_float.dcm"])
def test_a_parametric_map_is_read_as_float_with_its_mapping(shared_data: Path, name: str) -> None:
    frame = load(str(shared_data / "dicom/pydicom-data" / name), 0, ReadLimits(memory_bytes=0))
    assert frame.stored.dtype.kind == "f"
    assert [m.label for m in frame.real_world] == ["1"]
    value = float(frame.stored.max())
    assert frame.real_world[0].value_of(value) == value
