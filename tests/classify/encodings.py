"""One radiograph in every way in which a file can hold it without loss: the same picture must get the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from tests.imaging.synthetic import compressed, dicom, item, saved, sequence
from tests.imaging.test_transfer_syntaxes import LOSSLESS

Pixels: TypeAlias = NDArray[np.uint16]
Writer: TypeAlias = Callable[[Pixels, Path], Path]
BITS, HIGHEST, STEP = 12, 4095, 16
GRAIN = 8.0
"""Half a grey level of 8 bits: far less than the noise of a detector, and what no enlarged picture has."""


def twelve_bits(picture: NDArray[np.uint8]) -> Pixels:
    """Return a radiograph of 8 bits in 12 bits, so that each depth from 8 bits on holds it exactly."""
    return picture.astype(np.uint16) * STEP


def finely_cut(picture: NDArray[np.uint8], side: int = 896) -> Pixels:
    """Return a radiograph enlarged, with values between the grey levels and a detector's grain: 8 bits round it."""
    larger = cv2.resize(picture.astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(0).normal(0, GRAIN, larger.shape)
    return np.rint(np.clip(larger / 255 * HIGHEST + grain, 0, HIGHEST)).astype(np.uint16)


def _dataset(pixels: NDArray[Any], **tags: Any) -> FileDataset:
    about = {"Modality": "DX", "SOPClassUID": DigitalXRayImageStorageForPresentation}
    return dicom(pixels, **{"BitsStored": BITS, "HighBit": BITS - 1, **about, **tags})


def _saved(dataset: FileDataset, path: Path) -> Path:
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    return Path(saved(dataset, path))


def _plain(values: Callable[[Pixels], NDArray[Any]], **tags: Any) -> Writer:
    return lambda pixels, folder: _saved(_dataset(values(pixels), **tags), folder / "picture.dcm")


def _in_syntax(syntax: str, pixels: Pixels, folder: Path) -> Path:
    big_endian = syntax == ExplicitVRBigEndian
    dataset = _dataset(pixels.astype(">u2") if big_endian else pixels, syntax=syntax)
    return _saved(dataset, folder / "picture.dcm")


def _coded(name: str, pixels: Pixels, folder: Path) -> Path:
    syntax, encode = LOSSLESS[name]
    return _saved(compressed(_dataset(pixels), syntax, [encode(pixels, BITS)]), folder / "picture.dcm")


def _same(pixels: Pixels) -> Pixels:
    return pixels


def _eight(pixels: Pixels) -> NDArray[np.uint8]:
    return np.minimum((pixels + STEP // 2) // STEP, 255).astype(np.uint8)


def _ten(pixels: Pixels) -> Pixels:
    return np.minimum((pixels + 2) // 4, 1023).astype(np.uint16)


def _inverse(pixels: Pixels) -> Pixels:
    return (HIGHEST - pixels).astype(np.uint16)


def _three(pixels: Pixels) -> NDArray[np.uint8]:
    return np.repeat(_eight(pixels)[..., None], 3, axis=2)


def _ybr(pixels: Pixels) -> NDArray[np.uint8]:
    planes = np.full((*pixels.shape, 3), 128, np.uint8)
    planes[..., 0] = _eight(pixels)
    return planes


def _lut() -> dict[str, Any]:
    table = (np.arange(HIGHEST + 1, dtype=np.uint32) * 15 + 9).astype(np.uint16)
    entries = item(LUTDescriptor=[HIGHEST + 1, 0, 16], LUTData=table.tobytes(), ModalityLUTType="US")
    entries["LUTData"].VR = "OW"
    return {"ModalityLUTSequence": sequence(entries)}


def _palette() -> dict[str, Any]:
    ramp = (np.arange(HIGHEST + 1, dtype=np.uint32) * 65535 // HIGHEST).astype(np.uint16).tobytes()
    tags: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        tags[f"{colour}PaletteColorLookupTableDescriptor"] = [HIGHEST + 1, 0, 16]
        tags[f"{colour}PaletteColorLookupTableData"] = ramp
    return tags


def _png(depth: Callable[[Pixels], NDArray[Any]], pixels: Pixels, folder: Path) -> Path:
    path = folder / "picture.png"
    path.write_bytes(imagecodecs.png_encode(depth(pixels)))
    return path


def _tiff(values: Callable[[Pixels], NDArray[Any]], photometric: str, pixels: Pixels, folder: Path) -> Path:
    path = folder / "picture.tif"
    tifffile.imwrite(path, values(pixels), photometric=photometric)
    return path


def _sixteen(pixels: Pixels) -> Pixels:
    return (pixels * 16).astype(np.uint16)


_EIGHT_BITS = {"BitsStored": 8, "HighBit": 7}
_SYNTAXES = {
    "implicit little endian": ImplicitVRLittleEndian,
    "explicit little endian": ExplicitVRLittleEndian,
    "explicit big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}
ENCODINGS: Mapping[str, Writer] = {
    **{name: partial(_in_syntax, syntax) for name, syntax in _SYNTAXES.items()},
    **{name: partial(_coded, name) for name in LOSSLESS},
    "MONOCHROME1": _plain(_inverse, PhotometricInterpretation="MONOCHROME1"),
    "presentation LUT INVERSE": _plain(
        _inverse, PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"
    ),
    "8 bits": _plain(_eight, **_EIGHT_BITS),
    "10 bits": _plain(_ten, BitsStored=10, HighBit=9),
    "16 bits": _plain(_sixteen, BitsStored=16, HighBit=15),
    "12 bits, signed": _plain(lambda p: p.astype(np.int16) - 2048),
    "16 bits, signed": _plain(lambda p: (p.astype(np.int32) * 16 - 32768).astype(np.int16), BitsStored=16, HighBit=15),
    "rescale 0.25, -7": _plain(_same, RescaleSlope="0.25", RescaleIntercept="-7"),
    "rescale 2.5, -1024": _plain(_same, RescaleSlope="2.5", RescaleIntercept="-1024"),
    "rescale -1, 4095": _plain(_inverse, RescaleSlope="-1", RescaleIntercept="4095"),
    "modality LUT": _plain(_same, **_lut()),
    "a narrow window": _plain(_same, WindowCenter="900", WindowWidth="300", VOILUTFunction="SIGMOID"),
    "RGB": _plain(_three, **_EIGHT_BITS),
    "YBR_FULL": _plain(_ybr, PhotometricInterpretation="YBR_FULL", **_EIGHT_BITS),
    "PALETTE COLOR": _plain(_same, **_palette()),
    "PNG, 8 bits": partial(_png, _eight),
    "PNG, 16 bits": partial(_png, _sixteen),
    "PNG, RGB": partial(_png, _three),
    "TIFF, 8 bits": partial(_tiff, _eight, "minisblack"),
    "TIFF, 16 bits": partial(_tiff, _sixteen, "minisblack"),
    "TIFF, white is 0": partial(_tiff, lambda p: (65535 - _sixteen(p)).astype(np.uint16), "miniswhite"),
}
"""Each writes a radiograph of 12 bits into a folder and returns the file."""
REFERENCE = "explicit little endian"
ROUNDING = ("10 bits", "8 bits", "PNG, 8 bits", "TIFF, 8 bits", "RGB")
"""Those that hold no more than 8 or 10 bits: what was cut more finely is rounded."""
