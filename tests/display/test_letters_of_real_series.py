"""Orientation letters against geometry that is computed here by other means: by walking in the patient.

For each edge of the screen, take a step on the screen, carry it back through the viewport's affine into pixels and
through the image's position and orientation into the patient, and say which way that step goes.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pydicom
import pytest

from medapp.display.overlays import Letters, orientation_letters
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import find
from medapp.imaging.study import Geometry

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SERIES = {
    "axial": "weasis_headneck_ct/*",
    "sagittal": "dicom2nifti/generic/compressed/001/*.dcm",
    "coronal": "pydicom/dicomdirtests/98892003/MR2/*",
    "axial, tilted": "dicom2nifti/failing/gantrytilting/001/*.dcm",
    "oblique": "dicom2nifti/failing/sliceorientation/001/*.dcm",
    "doubly oblique": "dicom2nifti/hitachi/anatomical/001/*.dcm",
    "scout": "pydicom/dicomdirtests/98892001/CT2N/*",
}
VIEWPORTS = [Viewport(quarter_turns=turns, flipped=flipped) for turns, flipped in product(range(4), (False, True))]
SCREEN = (300, 200)


def _walked(dataset: pydicom.Dataset, viewport: Viewport) -> dict[str, np.ndarray]:
    """The way in the patient (left, posterior, head) of a step to each edge of the screen."""
    rows, columns = (float(v) for v in dataset.PixelSpacing)
    cosines = np.array([float(v) for v in dataset.ImageOrientationPatient])
    to_patient = np.stack([cosines[:3] * columns, cosines[3:] * rows], axis=1)
    shape = ImageShape(int(dataset.Rows), int(dataset.Columns))
    to_screen = np.asarray(viewport.source_to_screen(shape, SCREEN))[:, :2]
    steps = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
    return {edge: to_patient @ np.linalg.solve(to_screen, np.array(step, float)) for edge, step in steps.items()}


def _letters(way: np.ndarray) -> str:
    way = way / np.linalg.norm(way)
    named = [("LR", way[0]), ("PA", way[1]), ("HF", way[2])]
    named.sort(key=lambda pair: -abs(pair[1]))
    return "".join(pair[0] if value > 0 else pair[1] for pair, value in named if abs(value) > 0.25)


@pytest.mark.data
@pytest.mark.parametrize("plane", SERIES)
def test_the_letters_are_where_a_walk_in_the_patient_leads(shared_data: Path, plane: str) -> None:
    files = sorted(p for p in (shared_data / "dicom").glob(SERIES[plane]) if p.read_bytes()[128:132] == b"DICM")[:6]
    assert files
    for path in files:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        found = find(str(path), ReadLimits(memory_bytes=0))
        for viewport in VIEWPORTS:
            ways = _walked(dataset, viewport)
            told = orientation_letters(found.instance.geometry, viewport)  # type: ignore[union-attr]
            for edge, way in ways.items():
                assert getattr(told, edge) == _letters(way), (path.name, viewport, edge)


@pytest.mark.data
def test_an_axial_ct_as_stored_is_seen_from_the_feet(shared_data: Path) -> None:
    path = next(p for p in sorted((shared_data / "dicom/weasis_headneck_ct").iterdir()) if p.stat().st_size > 20_000)
    found = find(str(path), ReadLimits(memory_bytes=0))
    letters = orientation_letters(found.instance.geometry, Viewport())  # type: ignore[union-attr]
    assert letters == Letters(left="R", right="L", top="A", bottom="P")


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        (("L", "F"), Letters("R", "L", "H", "F")),
        (("A", "F"), Letters("P", "A", "H", "F")),
        (("P", "FL"), Letters("A", "P", "HR", "FL")),
    ],
)
def test_a_radiograph_is_lettered_by_its_patient_orientation(orientation: tuple[str, str], letters: Letters) -> None:
    geometry = Geometry(patient_orientation=orientation)
    assert orientation_letters(geometry, Viewport()) == letters
    mirrored = orientation_letters(geometry, Viewport(flipped=True))
    assert (mirrored.left, mirrored.right) == (letters.right, letters.left)


@pytest.mark.data
def test_a_mammogram_and_radiographs_without_it_have_no_letters_made_up(shared_data: Path) -> None:
    for name in ("pydicom/dicomdirtests/77654033/CR1/6154", "highdicom/dx_image.dcm"):
        path = shared_data / "dicom" / name
        told = list(pydicom.dcmread(path, stop_before_pixels=True).get("PatientOrientation") or [])
        found = find(str(path), ReadLimits(memory_bytes=0))
        letters = orientation_letters(found.instance.geometry, Viewport())  # type: ignore[union-attr]
        assert [letters.right, letters.bottom] == (told or ["", ""])
