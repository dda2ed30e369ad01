from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medapp.imaging.regions import UltrasoundRegion, regions_of
from tests.imaging.synthetic import dicom, frame_of, item, sequence


def region_item(bounds: tuple[int, int, int, int] = (10, 20, 109, 119), **changes: Any) -> Dataset:
    """An item of the Sequence of Ultrasound Regions: two-dimensional, 0.05 cm a pixel."""
    left, top, right, bottom = bounds
    made = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        "RegionLocationMinX0": left,
        "RegionLocationMinY0": top,
        "RegionLocationMaxX1": right,
        "RegionLocationMaxY1": bottom,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.05,
        "PhysicalDeltaY": 0.05,
        **changes,
    }
    return item(**{name: value for name, value in made.items() if value is not None})


def only(changed: Dataset, rows: int = 480, columns: int = 640) -> UltrasoundRegion:
    (region,) = regions_of(item(SequenceOfUltrasoundRegions=sequence(changed)), rows, columns)
    return region


def test_centimetres_become_millimetres() -> None:
    assert only(region_item()).spacing_mm == pytest.approx((0.5, 0.5))


def test_a_direction_that_counts_down_has_a_positive_spacing() -> None:
    assert only(region_item(PhysicalDeltaY=-0.05)).spacing_mm == pytest.approx((0.5, 0.5))


def test_bounds_are_inclusive() -> None:
    region = only(region_item())
    assert region.contains(10, 20)
    assert region.contains(109.4, 119.4)
    assert not region.contains(110, 119)
    assert not region.contains(9, 20)


@pytest.mark.parametrize(
    ("code", "unit"),
    [(1, "%"), (2, "dB"), (4, "s"), (5, "Hz"), (6, "dB/s"), (7, "cm/s"), (9, "cm²/s"), (10, "ml"), (12, "°")],
)
def test_units_other_than_length_are_kept(code: int, unit: str) -> None:
    region = only(region_item(RegionSpatialFormat=3, PhysicalUnitsYDirection=code))
    assert (region.kind, region.y_unit, region.spacing_mm) == ("spectral", unit, None)


def test_an_m_mode_region_has_time_across_and_depth_down() -> None:
    """10 ms and 0.5 mm a pixel, counted from the region's corner."""
    changed = region_item(RegionSpatialFormat=2, PhysicalUnitsXDirection=4, PhysicalDeltaX=0.01)
    assert only(changed).physical_at(30, 40) == pytest.approx((0.2, 10.0))


def test_velocities_count_from_the_reference_pixel_which_counts_from_the_region() -> None:
    changed = region_item(
        RegionSpatialFormat=3,
        PhysicalUnitsXDirection=4,
        PhysicalUnitsYDirection=7,
        PhysicalDeltaX=0.004,
        PhysicalDeltaY=-0.8,
        ReferencePixelX0=0,
        ReferencePixelY0=50,
        ReferencePixelPhysicalValueX=0.0,
        ReferencePixelPhysicalValueY=0.0,
    )
    assert only(changed).physical_at(10 + 25, 20 + 50 - 10) == pytest.approx((0.1, 8.0))


def test_a_region_beyond_the_picture_does_not_fit() -> None:
    assert only(region_item((84, 31, 595, 414)), 240, 320).fits is False
    assert only(region_item((120, 60, 800, 518)), 600, 800).fits, "one pixel too far is a habit of scanners"


def test_low_priority_is_flagged_in_the_lowest_bit() -> None:
    assert only(region_item(RegionFlags=3)).has_priority is False
    assert only(region_item(RegionFlags=2)).has_priority is True


@pytest.mark.parametrize("broken", [{"RegionLocationMaxX1": 3}, {"RegionLocationMinY0": None}])
def test_regions_without_an_area_are_left_out(broken: dict[str, Any]) -> None:
    assert regions_of(item(SequenceOfUltrasoundRegions=sequence(region_item(**broken))), 480, 640) == ()


def test_unknown_units_and_formats_mean_nothing() -> None:
    region = only(region_item(RegionSpatialFormat=77, PhysicalUnitsXDirection=99, PhysicalDeltaY=None))
    assert (region.kind, region.x_unit, region.y_unit, region.spacing_mm) == ("none", "", "", None)


def test_a_decoded_frame_has_its_regions(tmp_path: Path) -> None:
    pixels = np.zeros((480, 640), np.uint8)
    frame = frame_of(dicom(pixels, Modality="US", SequenceOfUltrasoundRegions=sequence(region_item())), tmp_path)
    assert [r.kind for r in frame.regions] == ["2d"]
