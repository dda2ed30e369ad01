"""Measurements on real files against their headers and pydicom's own pixels: position, spacing, rescale, frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_rescale

from medapp.display.measuring.figures import figures_of
from medapp.display.measuring.shapes import Kind, Shape
from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load

pytestmark = [pytest.mark.data, pytest.mark.filterwarnings("ignore::UserWarning")]
FILES = {
    "axial": "weasis_headneck_ct/*",
    "axial, tilted": "dicom2nifti/failing/gantrytilting/001/*.dcm",
    "oblique": "dicom2nifti/failing/sliceorientation/001/*.dcm",
    "doubly oblique": "dicom2nifti/hitachi/anatomical/001/*.dcm",
    "coronal": "pydicom/dicomdirtests/98892003/MR2/*",
}


def in_patient(dataset: pydicom.Dataset, point: tuple[float, float]) -> np.ndarray:
    """Return where a pixel lies in the patient (PS3.3 C.7.6.2.1.1)."""
    cosines = np.array([float(v) for v in dataset.ImageOrientationPatient])
    between_rows, between_columns = (float(v) for v in dataset.PixelSpacing)
    origin = np.array([float(v) for v in dataset.ImagePositionPatient])
    return origin + cosines[:3] * between_columns * point[0] + cosines[3:] * between_rows * point[1]


def frame_of(path: Path, index: int = 0) -> Frame:
    return load(str(path), index, ReadLimits())


@pytest.mark.parametrize("name", FILES)
def test_lengths_and_values_are_those_of_the_file(shared_data: Path, name: str) -> None:
    path = sorted(p for p in (shared_data / "dicom").glob(FILES[name]) if p.is_file())[0]
    dataset, frame = pydicom.dcmread(path), frame_of(path)
    rows, columns = frame.shape
    start, end = (columns * 0.21, rows * 0.33), (columns * 0.77, rows * 0.58)
    length = figures_of(frame, Shape(Kind.LENGTH, (start, end))).length
    assert length == pytest.approx(np.linalg.norm(in_patient(dataset, start) - in_patient(dataset, end)), rel=1e-5)
    top, left, bottom, right = rows // 3, columns // 3, rows // 3 + 9, columns // 3 + 14
    counted = figures_of(frame, Shape(Kind.RECTANGLE, ((left, top), (right, bottom)))).statistics
    values = apply_rescale(dataset.pixel_array, dataset)[top : bottom + 1, left : right + 1].astype(np.float64)
    assert counted is not None
    assert counted.left_out == 0
    assert (counted.n, counted.minimum, counted.maximum) == (values.size, values.min(), values.max())
    assert (counted.mean, counted.sd) == (pytest.approx(values.mean()), pytest.approx(values.std(ddof=1)))


def test_every_frame_of_a_file_has_its_own_values(shared_data: Path) -> None:
    path = shared_data / "dicom" / "dcm_qa_enh" / "In" / "Siemens" / "XA10" / "6_1.dcm"
    dataset = pydicom.dcmread(path)
    rows, columns = dataset.Rows, dataset.Columns
    centre, half = (columns / 2, rows / 2), (columns / 5, rows / 7)
    shape = Shape(
        Kind.ELLIPSE, ((centre[0] - half[0], centre[1] - half[1]), (centre[0] + half[0], centre[1] + half[1]))
    )
    y, x = np.mgrid[0:rows, 0:columns]
    inside = ((x - centre[0]) / half[0]) ** 2 + ((y - centre[1]) / half[1]) ** 2 <= 1
    means = set()
    for index in range(int(dataset.NumberOfFrames)):
        counted = figures_of(frame_of(path, index), shape).statistics
        rescale = dataset.PerFrameFunctionalGroupsSequence[index].PixelValueTransformationSequence[0]
        values = dataset.pixel_array[index][inside] * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept)
        assert counted is not None
        assert (counted.n, counted.mean) == (int(inside.sum()), pytest.approx(values.mean()))
        means.add(counted.mean)
    assert len(means) > 1


def test_a_length_in_an_ultrasound_region_is_what_the_region_says(shared_data: Path) -> None:
    path = shared_data / "dicom" / "pydicom-data" / "OBXXXX1A_2frame.dcm"
    region = pydicom.dcmread(path).SequenceOfUltrasoundRegions[0]
    start = (region.RegionLocationMinX0 + 10.0, region.RegionLocationMinY0 + 12.0)
    end = (start[0] + 60.0, start[1] + 25.0)
    figures = figures_of(frame_of(path, 1), Shape(Kind.LENGTH, (start, end)))
    assert region.PhysicalUnitsXDirection == region.PhysicalUnitsYDirection == 3  # centimetres
    truth = 10 * np.hypot(60 * float(region.PhysicalDeltaX), 25 * float(region.PhysicalDeltaY))
    assert figures.length == pytest.approx(truth)
    assert figures.scale.source in {"region", "doubtful"}
