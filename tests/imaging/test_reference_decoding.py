"""All reference files: which decode, which are damaged and why, and what other decoders make of the same files."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.pixels import apply_color_lut, pixel_array

from medapp.errors import MedappError, Problem
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame
from medapp.imaging.opening import find, load
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.study import NotImage
from tests.imaging.synthetic import LIMITS

pytestmark = [pytest.mark.data, pytest.mark.filterwarnings("ignore")]  # of pydicom, about the odd values in the files

DAMAGED = {
    "pydicom/JPEG2000-embedded-sequence-delimiter.dcm": "dicom.frame_size",  # SIZ overwritten: 3,722,445,056 columns
    "pydicom/MR_truncated.dcm": "dicom.truncated",
    "pydicom/meta_missing_tsyntax.dcm": "dicom.no_size",  # two bytes of pixels, neither rows nor columns
    "pydicom/nested_priv_SQ.dcm": "dicom.no_size",  # the same
    "pydicom/no_meta.dcm": "dicom.not_dicom",  # a byte too many at the start: all is shifted by one
    "pydicom/rtplan_truncated.dcm": "dicom.cut_off",
}
WEASIS_STEP = 40
"""Of the 295 slices of one CT, every 40th: they are alike, and each takes 30 ms."""


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    everything = sorted(p for p in (shared_data / "dicom").rglob("*") if p.is_file())
    alike = [p for p in everything if "weasis" in str(p)]
    return [p for p in everything if p not in set(alike) - set(alike[::WEASIS_STEP])]


@pytest.fixture(scope="module")
def images(files: list[Path]) -> dict[Path, FoundImage]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {path: find(str(path), LIMITS) for path in files}
    return {path: image for path, image in found.items() if isinstance(image, FoundImage)}


def _name(path: Path) -> str:
    return path.as_posix().split("/data/dicom/")[1]


def _some_frames(frames: int) -> list[int]:
    return sorted({0, frames // 2, frames - 1})


def test_every_file_with_pixels_decodes_but_those_that_are_damaged(files: list[Path]) -> None:
    """The exact list: a file that begins to fail, or to work, is seen."""
    failed: dict[str, str] = {}
    decoded = 0
    with Readers(ReaderConfig(processes=1)) as readers:
        for reply in list(readers.headers([str(path) for path in files])):
            if isinstance(reply.found, Problem):
                failed[_name(Path(reply.source))] = reply.found.code
            elif isinstance(reply.found, FoundImage):
                for index in _some_frames(reply.found.instance.frames):
                    try:
                        frame = readers.frame(reply.source, index)
                    except MedappError as error:
                        failed[_name(Path(reply.source))] = error.code
                    else:
                        assert frame.shape == (reply.found.instance.rows, reply.found.instance.columns)
                        decoded += 1
    assert failed == DAMAGED
    assert decoded > 500


def test_nothing_that_has_pixels_is_listed_as_without_an_image(files: list[Path]) -> None:
    for path in files:
        if isinstance(find(str(path), LIMITS), NotImage) and path.read_bytes()[128:132] == b"DICM":
            dataset = dcmread(path, defer_size=1024)
            assert not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & set(dataset.dir()), path.name


def _compared(
    images: dict[Path, FoundImage], decode: Callable[[Path, int], NDArray[Any] | None], values: Callable[[Frame], Any]
) -> Iterator[tuple[str, float]]:
    """Yield each frame that the other decoder reads, and the largest difference from ours (inf for another shape)."""
    for path, image in images.items():
        if image.instance.kind != "dicom" or _name(path) in DAMAGED:
            continue
        for index in _some_frames(image.instance.frames):
            theirs = decode(path, index)
            if theirs is None:
                continue
            frame = load(str(path), index, LIMITS)
            ours = values(frame)
            if frame.is_colour and theirs.dtype.itemsize > 1:
                theirs = theirs >> (8 * theirs.dtype.itemsize - 8)
            same = ours.shape == theirs.shape
            yield _name(path), float(np.abs(ours.astype(float) - theirs.astype(float)).max()) if same else float("inf")


def _by_pydicom(path: Path, index: int) -> NDArray[Any] | None:
    """Stored values, or None where pydicom has no decoder (JPEG-LS, lossless and 12-bit JPEG, HTJ2K …) or fails."""
    try:
        dataset = dcmread(path)
        stored = pixel_array(dataset, index=index)
        if dataset.PhotometricInterpretation != "PALETTE COLOR":
            return stored
        colours = apply_color_lut(stored, dataset)
    except Exception:  # noqa: BLE001 - whatever it cannot do is no comparison
        return None
    return (colours if colours.max() <= 255 else colours >> 8).astype(np.uint8)


PYDICOM_DIFFERS = {  # pydicom converts YBR with other rounding; all else must be equal
    "cornerstone3D/TestPattern_JPEG-Baseline_YBR422.dcm": 1,
    "cornerstone3D/TestPattern_JPEG-Baseline_YBRFull.dcm": 1,
    "dicomParser/encapsulated/multi-frame/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm": 1,
}


def test_stored_values_are_those_that_pydicom_decodes(images: dict[Path, FoundImage]) -> None:
    compared = list(_compared(images, _by_pydicom, lambda frame: frame.stored))
    differences: dict[str, float] = {}
    for name, difference in compared:
        if difference:
            differences[name] = max(difference, differences.get(name, 0))
    assert differences == PYDICOM_DIFFERS
    assert len(compared) > 350


GDCM_DIFFERS = {
    "32 bits are not swapped in big endian": {"pydicom/rtdose_expb.dcm"},
    "colour of more than 8 bits in RLE is put together wrongly": {
        "pydicom/SC_rgb_rle_16bit.dcm",
        "pydicom/SC_rgb_rle_16bit_2frame.dcm",
        "pydicom/SC_rgb_rle_32bit.dcm",
        "pydicom/SC_rgb_rle_32bit_2frame.dcm",
    },
    "a Modality LUT Sequence is not applied": {"pydicom-data/mlut_18.dcm"},
    "the first frame's rescale is used for all": {"dcm_qa_enh/In/Philips/IM_0027_fMAP.dcm"},
}
ROUNDING = 1.0
"""Of YBR; all else is equal."""


def _by_gdcm(path: Path, index: int) -> NDArray[Any] | None:
    """Modality values by GDCM, inside SimpleITK; None where it refuses the file."""
    import SimpleITK as Itk

    try:
        image = Itk.ReadImage(str(path))
    except RuntimeError:
        return None
    values = Itk.GetArrayFromImage(image)
    frames = values if values.ndim == (4 if image.GetNumberOfComponentsPerPixel() > 1 else 3) else values[None]
    return _as_shown_by_gdcm(path, frames[index]) if index < len(frames) else None


def _as_shown_by_gdcm(path: Path, values: NDArray[Any]) -> NDArray[Any]:
    """Undo what GDCM does to values: it shows MONOCHROME1 inverted and one bit as 255."""
    dataset = dcmread(path, stop_before_pixels=True, force=True)
    if dataset.BitsAllocated == 1:
        return values // 255
    if dataset.PhotometricInterpretation != "MONOCHROME1":
        return values
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    most = 2**dataset.BitsStored - 1
    return (most - (values - intercept) / slope) * slope + intercept


def test_modality_values_are_those_of_gdcm(images: dict[Path, FoundImage]) -> None:
    pytest.importorskip("SimpleITK").ProcessObject_SetGlobalWarningDisplay(False)
    explained = set().union(*GDCM_DIFFERS.values())
    compared = list(_compared(images, _by_gdcm, lambda frame: frame.modality_values()))
    unlike = {name for name, difference in compared if difference > ROUNDING}
    assert unlike == explained
    assert len(compared) > 350
