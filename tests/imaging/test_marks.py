from __future__ import annotations

from typing import Any

import pytest

from medapp.imaging.marks import is_lossy, marks_of
from tests.imaging.synthetic import item

PLAIN, BASELINE, J2K = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.91"


@pytest.mark.parametrize(
    ("attributes", "syntax", "lossy"),
    [
        ({}, PLAIN, False),
        ({"LossyImageCompression": "00"}, PLAIN, False),
        ({"LossyImageCompression": "00"}, J2K, False),
        ({"LossyImageCompression": "01"}, PLAIN, True),
        ({}, BASELINE, True),
        ({}, "1.2.840.10008.1.2.4.51", True),
        ({}, "1.2.840.10008.1.2.4.102", True),
        ({}, "1.2.840.10008.1.2.4.57", False),
        ({}, "1.2.840.10008.1.2.4.70", False),
        ({}, "1.2.840.10008.1.2.4.80", False),
        ({"LossyImageCompressionRatio": "9.5"}, PLAIN, True),
        ({"LossyImageCompressionRatio": "1"}, PLAIN, False),
        ({"LossyImageCompressionMethod": "ISO_10918_1"}, PLAIN, True),
    ],
)
def test_lossy_is_what_the_attribute_the_syntax_or_a_ratio_says(
    attributes: dict[str, Any], syntax: str, lossy: bool
) -> None:
    assert is_lossy(item(**attributes), syntax) is lossy


def test_ratios_of_several_steps_multiply_and_methods_are_named() -> None:
    dataset = item(
        LossyImageCompression="01",
        LossyImageCompressionRatio=["2.5", "4"],
        LossyImageCompressionMethod=["ISO_10918_1", "ISO_15444_1"],
    )
    (mark,) = marks_of(dataset, PLAIN)
    assert dict(mark.params) == {"method": "JPEG, JPEG 2000", "ratio": "10"}


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ({"PresentationIntentType": "FOR PROCESSING"}, ["for_processing"]),
        ({"PresentationIntentType": "FOR PRESENTATION"}, []),
        ({"BurnedInAnnotation": "YES"}, ["burned_in"]),
        ({"BurnedInAnnotation": "NO"}, []),
        ({"QualityControlImage": "YES"}, ["quality_control"]),
        ({"ImageType": ["DERIVED", "PRIMARY"]}, ["derived"]),
        ({"ImageType": ["ORIGINAL", "PRIMARY"]}, []),
    ],
)
def test_other_marks(attributes: dict[str, Any], codes: list[str]) -> None:
    assert [mark.code for mark in marks_of(item(**attributes), PLAIN)] == codes
