"""Series that were scanned, sorted, decoded and rescaled by us equal the NIfTI volumes that others made of them.

Every pixel is carried through its frame's own position and orientation into the truth's grid, so that order, geometry
and values are all judged. `docs/voxel-truth.md` lists what is compared and what cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from medapp.imaging.frame import Frame
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan
from medapp.imaging.study import Geometry, Series
from medapp.jobs import run_to_end
from tests.imaging.nifti import Volume, read_nifti

pytestmark = [pytest.mark.data, pytest.mark.filterwarnings("ignore::UserWarning")]


@dataclass(frozen=True)
class Truth:
    """A folder with one DICOM series, its NIfTI volume, and which images of which display sets make it.

    `first` and `count` choose the images of a display set; a truth in four dimensions has a volume for each set.
    """

    folder: str
    volume: str
    first: int = 0
    count: int | None = None
    philips_scale: bool = False


GENERIC = ("compressed", "compressed_j2k", "compressed_jpeg", "compressed_jpegls", "compressed_rle", "rgb")
PHILIPS = "dcm_qa_enh/In/Philips"
TRUTHS = (
    *[Truth(f"dicom2nifti/generic/{n}/001", f"dicom2nifti/generic/{n}/001_ground_truth.nii.gz") for n in GENERIC],
    Truth("dicom2nifti/hitachi/anatomical/001", "dicom2nifti/hitachi/anatomical/001_ground_truth.nii.gz"),
    Truth("dicom2nifti/failing/slicecount/001", "dicom2nifti/failing/slicecount/001_ground_truth.nii.gz"),
    Truth("dcm_qa_enh/In/Siemens/XA10", "dcm_qa_enh/Ref/Siemens_REST1_w_SMS_PF7-8_6.nii"),
    Truth(PHILIPS, "dcm_qa_enh/Ref/Philips_WIP_B0_NS_801_e1.nii", count=32, philips_scale=True),
    Truth(PHILIPS, "dcm_qa_enh/Ref/Philips_WIP_B0_NS_801_e2_fieldmaphz.nii", first=32, count=32),
)
WITHOUT_TRUTH = {
    "dicom2nifti/failing/gantrytilting/001": "its makers refuse a tilted gantry: to be a grid, it must be resampled",
    "dicom2nifti/failing/sliceincrement/001": "its makers refuse unequal steps: a slice is missing",
    "dicom2nifti/failing/sliceorientation/001": "its makers refuse two orientations in one series: we split them",
    "dcm_qa_philips_dti/601_WIP_dti_ax": "slices without their volumes: no NIfTI is with them",
    "dcm_qa_agfa/Agfa": "no NIfTI is with it; it equals the Siemens originals, which is tested below",
    "dcm_qa_agfa/Siemens": "no NIfTI is with it; it is the truth of the copies that went through Agfa's archive",
}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as pool:
        list(pool.headers([__file__]))  # the process starts here, not within a test
        yield pool


def _series(folder: Path, readers: Readers) -> list[Series]:
    found = run_to_end(scan([folder], readers))
    assert found.problems == ()
    return [series for study in found.studies for series in study.series]


def _images(series: Series, readers: Readers, first: int, count: int | None) -> Iterator[Frame]:
    for index in range(first, series.frames if count is None else first + count):
        instance, frame = series.locate(index)
        yield readers.frame(instance.source, frame)


def _voxels_of(geometry: Geometry, shape: tuple[int, int], affine: NDArray[np.float64]) -> NDArray[np.int64]:
    """The voxel (3, rows, columns) under each pixel; each must be a whole one."""
    assert geometry.position is not None
    assert geometry.orientation is not None
    assert geometry.spacing_mm is not None
    to_patient = np.zeros((4, 3))  # of (column, row, 1)
    to_patient[:3, 0] = np.array(geometry.orientation[:3]) * geometry.spacing_mm[1]
    to_patient[:3, 1] = np.array(geometry.orientation[3:]) * geometry.spacing_mm[0]
    to_patient[:, 2] = (*geometry.position, 1)
    to_voxel = np.linalg.inv(affine) @ np.diag([-1, -1, 1, 1]) @ to_patient  # NIfTI's x and y go the other way
    assert np.abs(to_voxel - np.rint(to_voxel)).max() < 0.01
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    pixels = np.stack([columns, rows, np.ones_like(rows)])
    return np.einsum("ij,jrc->irc", np.rint(to_voxel)[:3], pixels).astype(np.int64)


def _philips_slope(path: Path, slope: float) -> float:
    """What turns displayed values into Philips' floating point values: 1 / (RS × SS)."""
    scale = pydicom.dcmread(path)[0x52009230][0][0x2005140F][0][0x2005100E].value
    return 1 / (slope * float(scale))


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda t: Path(t.volume).name if "dcm_qa" in t.folder else t.folder)
def test_a_series_equals_its_nifti(truth: Truth, shared_data: Path, readers: Readers) -> None:
    folder = shared_data / "dicom" / truth.folder
    volume = read_nifti(shared_data / "dicom" / truth.volume)
    sets = _series(folder, readers)
    seen: set[tuple[int, int]] = set()
    for time, series in enumerate(sets):
        for frame in _images(series, readers, truth.first, truth.count):
            seen.add((time, _compared(frame, volume, time, truth, series)))
            pixels = frame.stored.size if not frame.is_colour else frame.stored.size // 3 * 4
    assert len(seen) == volume.values.size // pixels


def _compared(frame: Frame, volume: Volume, time: int, truth: Truth, series: Series) -> int:
    """Compare one image with its plane of the truth; return which plane that is."""
    values: NDArray[Any] = np.asarray(frame.modality_values(), np.float64)
    i, j, k = _voxels_of(frame.geometry, frame.shape, volume.affine)
    expected = volume.values[i, j, k]
    if frame.is_colour:
        expected = expected[..., :3]
    elif expected.ndim == 3:
        expected = expected[..., time]
    if truth.philips_scale:
        values = values * _philips_slope(Path(series.instances[0].source), frame.slope)
    np.testing.assert_allclose(
        values, expected, rtol=1e-6, atol=0.03 * frame.slope
    )  # slopes of truths are 32-bit floats
    planes = [axis for axis in (i, j, k) if axis.min() == axis.max()]
    assert len(planes) == 1
    return int(planes[0].flat[0])


def test_every_series_has_a_truth_or_a_reason(shared_data: Path) -> None:
    root = shared_data / "dicom"
    series = {
        path.parent.relative_to(root).as_posix()
        for group in ("dicom2nifti", "dcm_qa_enh", "dcm_qa_agfa", "dcm_qa_philips_dti")
        for path in (root / group).rglob("*")
        if path.suffix in {".dcm", ".img"}
    }
    assert series == {truth.folder for truth in TRUTHS} | set(WITHOUT_TRUTH)


def test_images_from_another_archive_equal_the_originals(shared_data: Path, readers: Readers) -> None:
    root = shared_data / "dicom" / "dcm_qa_agfa"
    ours, originals = (_series(root / name, readers) for name in ("Agfa", "Siemens"))
    assert len(ours) == len(originals) == 4
    for one, other in zip(ours, originals, strict=True):
        for left, right in zip(_images(one, readers, 0, None), _images(other, readers, 0, None), strict=True):
            np.testing.assert_array_equal(left.stored, right.stored)
            assert left.geometry.position == pytest.approx(right.geometry.position)


def test_directions_of_diffusion_are_scrolled_as_volumes(shared_data: Path, readers: Readers) -> None:
    sets = _series(shared_data / "dicom" / "dcm_qa_philips_dti", readers)
    assert [len(series.instances) for series in sets] == [4] * 9 + [3] * 8
    for series in sets:
        heights = [i.geometry.position[2] for i in series.instances if i.geometry.position]
        assert heights == sorted(set(heights))
