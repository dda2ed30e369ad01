"""A new DICOM object as the bytes of a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from medapp.interop.quiet import quiet

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def file_bytes(dataset: Dataset) -> bytes:
    """Return a data set as a file with preamble and meta information (PS3.10 7.1); the preamble is zeros."""
    from pydicom.filewriter import dcmwrite

    stream = io.BytesIO()
    with quiet():
        dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()
