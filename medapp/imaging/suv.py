"""From PET values to SUV by body weight: the factor, or the reason why it cannot be known.

After the vendor-neutral pseudo code of the QIBA FDG-PET/CT profile (version 1.13, appendix G), for PS3.3 C.8.9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from medapp.imaging.attributes import first_item, number, text, values
from medapp.imaging.moments import moment_of, parse_clock, parse_moment

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ENHANCED_PET = "1.2.840.10008.5.1.4.1.1.130"
_PHILIPS, _GE = "Philips PET Private Group", "GEMS_PETD_01"
_HALF_LIVES_AT_MOST = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SuvScale:
    """SUV of the modality value 1, or None and the key of the reason (``note.suv.<reason>``)."""

    factor: float | None
    reason: str = ""


class _UnknownError(Exception):
    """The factor cannot be known; the argument is the reason's key."""


def suv_scale(dataset: Dataset) -> SuvScale:
    """Return the factor from modality values to body-weight SUV of a PET image.

    Parameters
    ----------
    dataset : Dataset
        Of a PET image; its slope and intercept are applied before the factor.

    Returns
    -------
    SuvScale

    Notes
    -----
    SUVbw = activity [Bq/ml] × weight [g] / dose [Bq], the dose decayed to the moment that the image is corrected to
    (Decay Correction, C.8.9.1.1.5: START or ADMIN). Counts need the factor of Philips; GML is SUV already.
    """
    try:
        return SuvScale(_factor(dataset))
    except _UnknownError as unknown:
        return SuvScale(None, str(unknown))


def _factor(dataset: Dataset) -> float:
    units = text(dataset, "Units").upper()
    if units == "GML":
        if text(dataset, "SUVType").upper() in {"", "BW"}:
            return 1.0
        raise _UnknownError("other_type")
    if units == "CNTS":
        return _counts_factor(dataset)
    if units != "BQML":
        raise _UnknownError("units")
    return _activity_factor(dataset)


def _counts_factor(dataset: Dataset) -> float:
    """Return Philips's factor to SUV, or its factor to Bq/ml times ours (both apply to modality values)."""
    to_suv = _private(dataset, 0x7053, _PHILIPS, 0x00)
    if to_suv:
        return to_suv
    to_activity = _private(dataset, 0x7053, _PHILIPS, 0x09)
    if to_activity:
        return to_activity * _activity_factor(dataset)
    raise _UnknownError("counts")


def _private(dataset: Dataset, group: int, creator: str, element: int) -> float:
    """Return a private number, 0 where it is not there."""
    try:
        return float(dataset.private_block(group, creator)[element].value)
    except Exception:  # noqa: BLE001 - missing, or a malformed value that can raise anything
        return 0.0


def _activity_factor(dataset: Dataset) -> float:
    corrections = {str(v).strip().upper() for v in values(dataset, "CorrectedImage")}
    if corrections and not {"ATTN", "DECY"} <= corrections:
        raise _UnknownError("not_corrected")
    weight = number(dataset, "PatientWeight")
    if weight is None or not 0 < weight < 1000:
        raise _UnknownError("no_weight")
    source = first_item(dataset, "RadiopharmaceuticalInformationSequence")
    dose = None if source is None else number(source, "RadionuclideTotalDose")
    if source is None or dose is None or dose <= 0:
        raise _UnknownError("no_dose")
    if text(dataset, "SOPClassUID") == ENHANCED_PET:
        dose *= 1e6  # megabecquerel there (C.8.22.4)
    return weight * 1000 / (dose * _left_of_dose(dataset, source))


def _left_of_dose(dataset: Dataset, source: Dataset) -> float:
    """Return the share of the dose that is left at the moment that the image is corrected to."""
    correction = text(dataset, "DecayCorrection").upper()
    if correction == "ADMIN":
        return 1.0
    is_enhanced = text(dataset, "DecayCorrected").upper() == "YES"
    if correction != "START" and not is_enhanced:
        raise _UnknownError("not_corrected")
    half_life = number(source, "RadionuclideHalfLife")
    if half_life is None or half_life <= 0:
        raise _UnknownError("no_half_life")
    to = moment_of(dataset, "DecayCorrectionDateTime") if is_enhanced else None
    elapsed = _elapsed(source, to or _scan_start(dataset, half_life), half_life)
    return float(2 ** (-elapsed / half_life))


def _elapsed(source: Dataset, scan: datetime, half_life: float) -> float:
    """Return the seconds from administration to `scan`.

    A date that does not fit (shifted by anonymisation) is not believed; a time alone is on the day of the scan, or on
    the day before where it would be later.
    """
    longest = half_life * _HALF_LIVES_AT_MOST
    full = moment_of(source, "RadiopharmaceuticalStartDateTime")
    if full is not None and 0 <= (scan - full).total_seconds() <= longest:
        return (scan - full).total_seconds()
    clock = full.time() if full is not None else parse_clock(text(source, "RadiopharmaceuticalStartTime"))
    if clock is None:
        raise _UnknownError("no_start")
    start = datetime.combine(scan.date(), clock)
    if start > scan:
        start -= _DAY
    seconds = (scan - start).total_seconds()
    if seconds > longest:
        raise _UnknownError("no_start")
    return seconds


def _scan_start(dataset: Dataset, half_life: float) -> datetime:
    """Return when the scan started: the moment that START means for every bed position."""
    series = moment_of(dataset, "SeriesDate", "SeriesTime")
    acquired = moment_of(dataset, "AcquisitionDate", "AcquisitionTime")
    if series is not None and (acquired is None or series <= acquired):
        return series
    if acquired is None:
        raise _UnknownError("no_scan_time")
    # the series was made later than the scan (processed again): its time says nothing about decay
    return _ge_start(dataset) or _from_reference_time(dataset, acquired, half_life)


def _ge_start(dataset: Dataset) -> datetime | None:
    try:
        stamp = dataset.private_block(0x0009, _GE)[0x0D].value
    except Exception:  # noqa: BLE001 - missing, or a malformed value that can raise anything
        return None
    return parse_moment(str(stamp).strip())


def _from_reference_time(dataset: Dataset, acquired: datetime, half_life: float) -> datetime:
    """Return the start that Frame Reference Time counts from: C.8.9.4.1.5, when the mean count rate is reached."""
    reference, duration = number(dataset, "FrameReferenceTime"), number(dataset, "ActualFrameDuration")
    if reference is None or not duration or duration <= 0:
        return acquired
    decay = math.log(2) / half_life
    decayed = decay * duration / 1000
    mean_at = math.log(decayed / -math.expm1(-decayed)) / decay
    return acquired - timedelta(milliseconds=reference) + timedelta(seconds=mean_at)
