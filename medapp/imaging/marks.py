"""Marks: what must stand beside a picture whatever else is hidden, such as that its compression lost something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from medapp.i18n import listed
from medapp.imaging.attributes import numbers, text, values
from medapp.imaging.study import Note

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

LOSSY_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, *range(52, 57), *range(59, 65), *range(100, 109))
)
"""Transfer syntaxes that cannot keep every value: DCT-based JPEG, MPEG, HEVC (PS3.5 A.4)."""
_METHODS = {
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "HTJ2K",
    "ISO_18181_1": "JPEG XL",
    "ISO_13818_2": "MPEG-2",
    "ISO_14496_10": "MPEG-4",
    "ISO_23008_2": "HEVC",
}


def marks_of(dataset: Dataset, transfer_syntax: str) -> tuple[Note, ...]:
    """Return the marks of a DICOM image; their texts have the keys ``mark.<code>``.

    Returns
    -------
    tuple of Note
        ``lossy`` (C.7.6.1.1.5), ``lossy_how`` with method and ratio, ``for_processing`` (C.8.11.1), ``burned_in``,
        ``quality_control``, ``derived`` (C.7.6.1.1.2), in this order.
    """
    return tuple(_marks(dataset, transfer_syntax))


def _marks(dataset: Dataset, transfer_syntax: str) -> Iterator[Note]:
    if is_lossy(dataset, transfer_syntax):
        yield _lossy(dataset)
    if text(dataset, "PresentationIntentType").upper() == "FOR PROCESSING":
        yield Note("for_processing")
    if text(dataset, "BurnedInAnnotation").upper() == "YES":
        yield Note("burned_in")
    if text(dataset, "QualityControlImage").upper() in {"YES", "BOTH"}:
        yield Note("quality_control")
    if any(str(v).strip().upper() == "DERIVED" for v in values(dataset, "ImageType")[:1]):
        yield Note("derived")


def is_lossy(dataset: Dataset, transfer_syntax: str) -> bool:
    """Tell whether compression has changed the pixels, now or at any time before (PS3.3 C.7.6.1.1.5).

    Notes
    -----
    Lossy Image Compression 01 stays when an image is decompressed. Where it is absent or 00, an inherently lossy
    transfer syntax, or a stated ratio or method, says the same.
    """
    if text(dataset, "LossyImageCompression") == "01" or transfer_syntax in LOSSY_SYNTAXES:
        return True
    return _ratio(dataset) > 1 or bool(text(dataset, "LossyImageCompressionMethod"))


def _ratio(dataset: Dataset) -> float:
    """Return the ratio over all steps of compression, 1 where none is stated."""
    product = 1.0
    for ratio in numbers(dataset, "LossyImageCompressionRatio"):
        product *= max(1.0, ratio)
    return product


def _lossy(dataset: Dataset) -> Note:
    methods = [str(v).strip() for v in values(dataset, "LossyImageCompressionMethod")]
    named = [_METHODS.get(method, method) for method in methods if method]
    ratio = _ratio(dataset)
    if ratio > 1:
        return Note.of("lossy_how", method=listed(named), ratio=f"{ratio:.3g}")
    return Note("lossy")
