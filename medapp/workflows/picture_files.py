"""Pictures of images as files: nothing is overwritten, each file is whole, and what values mean stands beside them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp import schemas
from medapp.display.export import Export, Format, grey_of_16_bits, stored_of_16_bits
from medapp.display.look import Extent
from medapp.errors import MedappError
from medapp.files import json_bytes, new_folder, write_free
from medapp.imaging.frame import Frame

ENDINGS: dict[Format, str] = {"PNG": ".png", "TIFF": ".tif"}
ValueKind: TypeAlias = Literal["modality", "stored"]


@contextmanager
def told_disk() -> Iterator[None]:
    """Turn what a disk refuses into ``export.write``: full, no rights, not there."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise MedappError("export.write", reason=reason) from error


@contextmanager
def folder_of_pictures(parent: Path, name: str) -> Iterator[tuple[Path, Path]]:
    """Yield a folder to write to, and the path that it has when all went well; else nothing of it stays.

    Raises
    ------
    MedappError
        ``export.write``.
    """
    with told_disk():
        parent.mkdir(parents=True, exist_ok=True)
        target = _free(parent, name)
        with new_folder(target) as folder:
            yield folder, target


def _free(parent: Path, name: str) -> Path:
    number, target = 1, parent / name
    while target.exists():
        number += 1
        target = parent / f"{name}-{number}"
    return target


def write_picture(folder: Path, stem: str, pixels: NDArray[np.uint8], kind: Format) -> Path:
    """Write grey levels or colours of 8 bits, shape (h, w) or (h, w, 3), and return the file.

    Raises
    ------
    MedappError
        ``export.write``.
    """
    return _written(folder, stem, Export(_grey_where_equal(pixels)), kind)


def write_values(folder: Path, stem: str, frame: Frame, extent: Extent, values: ValueKind, kind: Format) -> Path:
    """Write modality or stored values as 16 bits, with a JSON file beside them that tells what they mean.

    Raises
    ------
    MedappError
        ``export.write``, ``render.colour_16``, ``export.deep``.
    """
    export = (grey_of_16_bits if values == "modality" else stored_of_16_bits)(frame, extent)
    path = _written(folder, stem, export, kind)
    document = values_document(path.name, frame, export, values, extent)
    with told_disk():
        write_free(folder, path.stem, ".json", json_bytes(document, indent=1) + b"\n")
    return path


def _written(folder: Path, stem: str, export: Export, kind: Format) -> Path:
    stream = io.BytesIO()
    export.save(stream, kind)
    with told_disk():
        return write_free(folder, stem, ENDINGS[kind], stream.getvalue())


def _grey_where_equal(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.ndim == 2 or not (np.ptp(pixels, axis=2) == 0).all():
        return pixels
    return pixels[..., 0]


def values_document(name: str, frame: Frame, export: Export, values: ValueKind, extent: Extent) -> dict[str, Any]:
    """Return what the pixels of an exported file mean; nothing of it says who the patient is.

    The value is ``(pixel - offset) * slope + intercept``.
    """
    told, geometry = export.texts, frame.geometry
    spacing = geometry.spacing_mm if geometry.spacing_source != "none" else None
    if spacing is not None and extent.turned.quarter_turns % 2:
        spacing = spacing[::-1]
    document = {
        "schema_version": 1,
        "file": name,
        "values": values,
        "offset": int(told.get("offset", "0")),
        "slope": float(told["slope"]) if "slope" in told else None,
        "intercept": float(told["intercept"]) if "intercept" in told else None,
        "unit": frame.unit,
        "bits_stored": frame.bits_stored,
        "modality": frame.modality,
        "inverted": frame.inverted,
        "spacing_mm": list(spacing) if spacing is not None else None,
        "spacing_source": geometry.spacing_source,
        "padding_pixels": 0 if frame.valid is None else int((~frame.valid).sum()),
        "windows": [{"center": w.center, "width": w.width, "function": w.function} for w in frame.windows],
    }
    schemas.check("export_values", document)
    return document
