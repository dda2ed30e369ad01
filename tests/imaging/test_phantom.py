"""The synthetic pictures: the same for the same seed, and what they claim to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom

from medapp.imaging.phantom import PhantomCase, ct_volume, radiograph, write_cases, write_ct_series, write_dicom


def test_the_same_case_gives_the_same_pixels() -> None:
    np.testing.assert_array_equal(radiograph(PhantomCase(7, nodule=True)), radiograph(PhantomCase(7, nodule=True)))


def test_two_cases_with_one_seed_differ_in_the_nodule_alone() -> None:
    with_nodule = radiograph(PhantomCase(7, nodule=True)).astype(int)
    without = radiograph(PhantomCase(7, nodule=False)).astype(int)
    changed = np.argwhere(with_nodule != without)
    extent = np.ptp(changed, axis=0)
    assert 8 < extent.min() <= extent.max() < 40
    assert (with_nodule - without).min() >= 0


def test_the_dicom_file_holds_the_drawn_pixels_and_a_valid_uid(tmp_path: Path) -> None:
    case = PhantomCase(3, nodule=False, size=64)
    dataset = pydicom.dcmread(write_dicom(tmp_path / "x.dcm", case))
    np.testing.assert_array_equal(dataset.pixel_array, radiograph(case))
    assert dataset.SOPInstanceUID.is_valid
    assert dataset.Modality == "DX"


def test_the_ct_series_rescales_to_hounsfield_units_in_the_order_of_position(tmp_path: Path) -> None:
    slices = [pydicom.dcmread(path) for path in write_ct_series(tmp_path, slices=3, size=64)]
    volume = np.stack([s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices])
    np.testing.assert_array_equal(volume, np.clip(ct_volume(slices=3, size=64), -1024, 3071))
    assert [s.ImagePositionPatient[2] for s in slices] == [0, 5, 10]


def test_a_labelled_folder_has_one_picture_a_patient_and_no_patient_twice(tmp_path: Path) -> None:
    folder = write_cases(tmp_path, patients_per_class=5, size=32)
    names = [path.name for path in folder.rglob("*.png")]
    assert len(names) == len(set(names)) == 10
    assert sorted(path.name for path in folder.iterdir()) == ["nodule", "normal"]
