"""DICOM files made for one test each: small, with exactly the attributes that the test is about."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import write_file_meta_info
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

from medapp.imaging.frame import Frame
from medapp.imaging.limits import ReadLimits
from medapp.imaging.opening import load

LIMITS = ReadLimits(memory_bytes=0)


def item(**attributes: Any) -> Dataset:
    """A sequence item."""
    dataset = Dataset()
    for name, value in attributes.items():
        setattr(dataset, name, value)
    return dataset


def sequence(*items: Dataset) -> Sequence:
    return Sequence(list(items))


def dicom(pixels: NDArray[Any] | None, *, syntax: str = ExplicitVRLittleEndian, **attributes: Any) -> FileDataset:
    """A data set around `pixels` (frames, rows, columns[, 3] or rows, columns[, 3] with Samples… given)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    order = {"is_implicit_VR": syntax == ImplicitVRLittleEndian, "is_little_endian": syntax != ExplicitVRBigEndian}
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128, **order)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality = "MR"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    if pixels is not None:
        _describe(dataset, pixels)
        dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
        dataset["PixelData"].VR = "OW"
    for name, value in attributes.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    return dataset


def _describe(dataset: Dataset, pixels: NDArray[Any]) -> None:
    colour = pixels.ndim >= 3 and pixels.shape[-1] == 3
    shape = pixels.shape[:-1] if colour else pixels.shape
    if len(shape) == 3:
        dataset.NumberOfFrames = shape[0]
    dataset.Rows, dataset.Columns = shape[-2:]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0


def compressed(dataset: FileDataset, syntax: str, streams: list[bytes]) -> FileDataset:
    """`dataset` with its pixels replaced by compressed frames."""
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.PixelData = encapsulate(streams)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def saved(dataset: FileDataset, path: Path) -> str:
    """Write `dataset` and return its source."""
    path.parent.mkdir(parents=True, exist_ok=True)
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_transfer_syntax:
        dataset.save_as(path, enforce_file_format=True)
    else:  # one that pydicom does not know yet
        dataset.save_as(path, implicit_vr=False, little_endian=True, force_encoding=True)
    return str(path)


def relabelled(dataset: FileDataset, syntax: str, path: Path) -> str:
    """Write `dataset` as it is encoded, with another transfer syntax in its meta information."""
    content = Path(saved(dataset, path)).read_bytes()
    start = 132 + 12 + int.from_bytes(content[140:144], "little")
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    meta = BytesIO()
    write_file_meta_info(meta, dataset.file_meta)
    path.write_bytes(content[:132] + meta.getvalue() + content[start:])
    return str(path)


def frame_of(dataset: FileDataset, folder: Path, index: int = 0) -> Frame:
    """Write `dataset` to a file and decode frame `index` of it, as a reader does."""
    return load(saved(dataset, folder / "image.dcm"), index, LIMITS)


def ramp(rows: int = 4, columns: int = 4, dtype: Any = np.int16) -> NDArray[Any]:
    return np.arange(rows * columns, dtype=dtype).reshape(rows, columns)
