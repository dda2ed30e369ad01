"""Factors from activity to SUV, against values computed by hand: 70 kg, 370 MBq of F-18, one hour of uptake.

2 ** (-3600 / 6586.2) = 0.684633, so 70,000 g / (370e6 Bq x 0.684633) = 2.763366e-4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from medapp.i18n import catalogue
from medapp.imaging.suv import ENHANCED_PET, suv_scale
from tests.imaging.synthetic import dicom, frame_of, item, ramp, sequence

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value:UserWarning")  # pydicom's, on a time that is none
AFTER_AN_HOUR, AT_ONCE = 2.763366e-4, 1.891892e-4


def pet(*, tracer: dict[str, Any] | None = None, **changes: Any) -> Dataset:
    """A PET data set; None takes an attribute away."""
    made = {
        "RadionuclideTotalDose": "370000000",
        "RadionuclideHalfLife": "6586.2",
        "RadiopharmaceuticalStartTime": "100000",
        **(tracer or {}),
    }
    attributes = {
        "Units": "BQML",
        "DecayCorrection": "START",
        "CorrectedImage": ["ATTN", "DECY", "SCAT"],
        "PatientWeight": "70",
        "SeriesDate": "20240301",
        "SeriesTime": "110000",
        "AcquisitionDate": "20240301",
        "AcquisitionTime": "110500.25",
        "RadiopharmaceuticalInformationSequence": sequence(
            item(**{name: value for name, value in made.items() if value is not None})
        ),
        **changes,
    }
    return item(**{name: value for name, value in attributes.items() if value is not None})


def test_activity_is_related_to_the_dose_that_is_left_when_the_scan_starts() -> None:
    assert suv_scale(pet()).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_beds_acquired_later_have_the_factor_of_the_whole_scan() -> None:
    assert suv_scale(pet(AcquisitionTime="112000")).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_correction_to_the_injection_needs_no_decay() -> None:
    assert suv_scale(pet(DecayCorrection="ADMIN")).factor == pytest.approx(AT_ONCE, rel=1e-6)


def test_an_injection_before_midnight_is_an_hour_earlier_not_a_day_later() -> None:
    late = pet(
        tracer={"RadiopharmaceuticalStartTime": "233000"},
        SeriesTime="003000",
        AcquisitionTime="003100",
    )
    assert suv_scale(late).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_the_date_of_the_injection_counts_for_long_lived_nuclides() -> None:
    tracer = {
        "RadiopharmaceuticalStartDateTime": "20240227110000",
        "RadionuclideHalfLife": "282240",  # Zr-89: three days are 259,200 s
        "RadionuclideTotalDose": "37000000",
    }
    assert suv_scale(pet(tracer=tracer)).factor == pytest.approx(70000 / (37e6 * 2 ** (-259200 / 282240)), rel=1e-9)


def test_a_date_shifted_by_anonymisation_leaves_its_time_of_day() -> None:
    shifted = pet(tracer={"RadiopharmaceuticalStartDateTime": "19990101100000.000000"})
    assert suv_scale(shifted).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_a_series_processed_later_takes_the_start_from_the_frame_reference_time() -> None:
    """120 s of acquisition: the mean count rate is reached after 59.937 s; the frame starts 300 s after the scan."""
    later = pet(
        SeriesTime="150000", AcquisitionTime="110500", FrameReferenceTime="359936.9", ActualFrameDuration="120000"
    )
    assert suv_scale(later).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_a_series_processed_later_by_ge_has_the_start_in_a_private_attribute() -> None:
    later = pet(SeriesTime="150000")
    block = later.private_block(0x0009, "GEMS_PETD_01", create=True)
    block.add_new(0x0D, "DT", "20240301110000.00")
    assert suv_scale(later).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_a_series_processed_later_falls_back_to_the_acquisition() -> None:
    later = pet(SeriesTime="150000", AcquisitionTime="110000")
    assert suv_scale(later).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


def test_counts_of_philips_have_its_own_factor() -> None:
    counts = pet(Units="CNTS")
    block = counts.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x00, "DS", "0.000587")
    assert suv_scale(counts).factor == pytest.approx(0.000587)


def test_counts_of_philips_with_a_factor_to_activity_go_on_from_there() -> None:
    counts = pet(Units="CNTS")
    block = counts.private_block(0x7053, "Philips PET Private Group", create=True)
    block.add_new(0x09, "DS", "2.5")
    assert suv_scale(counts).factor == pytest.approx(2.5 * AFTER_AN_HOUR, rel=1e-6)


def test_values_in_grams_per_millilitre_are_suv_already() -> None:
    assert suv_scale(pet(Units="GML", PatientWeight=None)).factor == 1.0
    assert suv_scale(pet(Units="GML", SUVType="BW")).factor == 1.0


def test_the_dose_of_enhanced_pet_is_in_megabecquerel() -> None:
    enhanced = pet(
        tracer={"RadionuclideTotalDose": "370", "RadiopharmaceuticalStartDateTime": "20240301100000"},
        SOPClassUID=ENHANCED_PET,
        DecayCorrection=None,
        DecayCorrected="YES",
        DecayCorrectionDateTime="20240301110000",
    )
    assert suv_scale(enhanced).factor == pytest.approx(AFTER_AN_HOUR, rel=1e-6)


@pytest.mark.parametrize(
    ("reason", "changes", "tracer"),
    [
        ("units", {"Units": "PCNT"}, {}),
        ("units", {"Units": None}, {}),
        ("other_type", {"Units": "GML", "SUVType": "LBM"}, {}),
        ("counts", {"Units": "CNTS"}, {}),
        ("not_corrected", {"DecayCorrection": "NONE"}, {}),
        ("not_corrected", {"CorrectedImage": ["DECY"]}, {}),
        ("no_weight", {"PatientWeight": None}, {}),
        ("no_weight", {"PatientWeight": "0"}, {}),
        ("no_dose", {}, {"RadionuclideTotalDose": None}),
        ("no_dose", {"RadiopharmaceuticalInformationSequence": None}, {}),
        ("no_half_life", {}, {"RadionuclideHalfLife": None}),
        ("no_start", {}, {"RadiopharmaceuticalStartTime": None}),
        ("no_start", {}, {"RadiopharmaceuticalStartTime": "half past ten"}),
        ("no_start", {}, {"RadionuclideHalfLife": "122.2"}),  # an hour is 29 half-lives of O-15
        ("no_scan_time", {"SeriesTime": None, "AcquisitionTime": None}, {}),
    ],
)
def test_what_is_missing_is_told_and_nothing_guessed(
    reason: str, changes: dict[str, Any], tracer: dict[str, Any]
) -> None:
    scale = suv_scale(pet(tracer=tracer, **changes))
    assert (scale.factor, scale.reason) == (None, reason)
    assert f"note.suv.{reason}" in catalogue()


def test_suv_of_another_kind_is_named_as_such(tmp_path: Path) -> None:
    made = dicom(ramp(), Modality="PT", Units="GML", SUVType="LBM")
    frame = frame_of(made, tmp_path)
    assert (frame.unit, frame.suv_factor) == ("SUV LBM", None)
    assert [note.code for note in frame.notes] == ["suv.other_type"]
