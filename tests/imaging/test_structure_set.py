"""Contours of radiotherapy as segments, on slices made for the test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from medapp.display.segments import lies_over, segments_of
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.segmentation import Segmentation
from medapp.imaging.segmentation_object import load_segmentation
from medapp.imaging.structure_set import STRUCTURE_SET
from medapp.imaging.study import Geometry, Instance
from tests.imaging.synthetic import dicom, item, saved, sequence

LIMITS = ReadLimits(memory_bytes=0)
SLICE = Geometry(
    position=(0, 0, 40), orientation=(1, 0, 0, 0, 1, 0), frame_of_reference="1.2.9", spacing_mm=(1, 1),
    spacing_source="patient",
)  # fmt: skip
IMAGE = Instance("ct.dcm", "dicom", 32, 32, sop_instance_uid="1.2.77", geometry=SLICE)


def square(low: float, high: float, z: float = 40.0) -> list[float]:
    return [low, low, z, high, low, z, high, high, z, low, high, z]


def contour(points: list[float], *, image: str = "", kind: str = "CLOSED_PLANAR") -> Dataset:
    made = item(ContourGeometricType=kind, NumberOfContourPoints=len(points) // 3, ContourData=points)
    if image:
        made.ContourImageSequence = sequence(item(ReferencedSOPInstanceUID=image))
    return made


def structures(folder: Path, *contours: Dataset, limits: ReadLimits = LIMITS, **changes: Any) -> Segmentation:
    made = dicom(None, Modality="RTSTRUCT", SOPClassUID=STRUCTURE_SET, StructureSetLabel="plan", **changes)
    made.StructureSetROISequence = sequence(
        item(ROINumber=3, ROIName="lung", ReferencedFrameOfReferenceUID="1.2.9", ROIGenerationAlgorithm="MANUAL")
    )
    made.ROIContourSequence = sequence(
        item(ReferencedROINumber=3, ROIDisplayColor=[10, 20, 30], ContourSequence=sequence(*contours))
    )
    return load_segmentation(saved(made, folder / "structures.dcm"), limits)


def shown(segmentation: Segmentation, instance: Instance = IMAGE) -> np.ndarray:
    frame = Frame(np.zeros((instance.rows, instance.columns), np.int16), geometry=instance.geometry)
    return segments_of(segmentation, instance, frame).index > 0


def box(low: int, high: int) -> np.ndarray:
    expected = np.zeros((32, 32), bool)
    expected[low:high, low:high] = True
    return expected


def test_a_contour_is_filled_on_the_slice_that_it_names(tmp_path: Path) -> None:
    read = structures(tmp_path, contour(square(9.6, 20.4), image="1.2.77"))
    np.testing.assert_array_equal(shown(read), box(10, 21))
    assert [(s.number, s.label, s.colour, s.algorithm) for s in read.segments] == [(3, "lung", (10, 20, 30), "MANUAL")]
    assert (read.label, read.refers_to) == ("plan", ("1.2.77",))
    assert lies_over(read, IMAGE)


def test_a_contour_without_a_name_is_found_by_its_place(tmp_path: Path) -> None:
    read = structures(tmp_path, contour(square(9.6, 20.4)))
    np.testing.assert_array_equal(shown(read), box(10, 21))
    away = replace(IMAGE, geometry=replace(SLICE, position=(0, 0, 43)))
    assert not shown(read, away).any()


def test_a_contour_inside_another_is_a_hole(tmp_path: Path) -> None:
    read = structures(tmp_path, contour(square(4.6, 25.4)), contour(square(9.6, 20.4)))
    assert shown(read)[6, 6]
    assert not shown(read)[15, 15]


def test_contours_of_a_sagittal_image_are_filled_in_its_plane(tmp_path: Path) -> None:
    points = [12.0, 5.6, -9.4, 12.0, 14.4, -9.4, 12.0, 14.4, -20.6, 12.0, 5.6, -20.6]
    sagittal = replace(
        IMAGE,
        geometry=replace(SLICE, position=(12, 0, 0), orientation=(0, 1, 0, 0, 0, -1)),
    )
    expected = np.zeros((32, 32), bool)
    expected[10:21, 6:15] = True
    np.testing.assert_array_equal(shown(structures(tmp_path, contour(points, image="1.2.77")), sagittal), expected)


@pytest.mark.parametrize(
    "left_out",
    [
        contour([1.0, 2.0, 40.0], kind="POINT"),
        contour(square(2, 9), kind="OPEN_PLANAR"),
        contour([1.0, 2.0, 40.0, 3.0, 4.0, 40.0]),
        contour([*square(2, 9), 1.0]),
    ],
)
def test_what_is_no_closed_contour_is_left_out(tmp_path: Path, left_out: Dataset) -> None:
    assert structures(tmp_path, left_out).planes == ()


def test_a_structure_set_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MedappError) as caught:
        structures(tmp_path, contour(square(0, 100)), limits=replace(LIMITS, frame_bytes=1000))
    assert caught.value.code == "segmentation.too_large"


@pytest.mark.data
def test_a_structure_set_of_the_reference_data_is_read(shared_data: Path) -> None:
    read = load_segmentation(str(shared_data / "dicom/pydicom/rtstruct.dcm"), LIMITS)
    assert [s.label for s in read.segments] == ["patient", "Isocenter 1", "Isocenter 2"]
    assert {plane.segment for plane in read.planes} == {1}
    assert len(read.planes) == 3
