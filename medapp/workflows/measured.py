"""What was measured on the images of a stack, also on those that are not on screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medapp.display.measuring.report import MeasuredImage, as_csv
from medapp.display.measuring.scale import calibrated
from medapp.display.measuring.shapes import Calibration, Sheet
from medapp.errors import MedappError
from medapp.files import write_bytes
from medapp.imaging.frames import FrameCache
from medapp.imaging.study import Instance, Series
from medapp.jobs import Job, Progress
from medapp.storage.measurements import Measurements, image_key

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, eq=False)
class MeasuredSeries:
    """Where the measurements of a stack are known from.

    Attributes
    ----------
    series : Series
    sheets : mapping
        Those that are known already, by source and frame number (from 1); others are looked up in the store.
    calibration : Calibration or None
        By hand, of the whole series; an image's own comes before it.
    """

    series: Series
    sheets: Mapping[tuple[str, int], Sheet]
    calibration: Calibration | None = None


def measured_images(asked: MeasuredSeries, measurements: Measurements, cache: FrameCache) -> Job[list[MeasuredImage]]:
    """Return the images of a stack that have measurements, with what these come to; others are not decoded.

    Raises ``measurements.none`` where nothing is measured on any of them.
    """
    found, count = [], asked.series.frames
    for index in range(count):
        yield Progress(index, count)
        instance, stored = asked.series.locate(index)
        sheet = asked.sheets.get((instance.source, stored + 1))
        if sheet is None:
            sheet = _kept(instance, stored + 1, measurements)
        if sheet.measurements:
            frame = calibrated(cache.load(instance.source, stored), sheet.calibration or asked.calibration)
            found.append(MeasuredImage.of(index + 1, frame, sheet))
    if not found:
        raise MedappError("measurements.none")
    return found


def _kept(instance: Instance, number: int, measurements: Measurements) -> Sheet:
    """Return what was kept of an image; a picture without a UID would have to be decoded to be known."""
    if not instance.sop_instance_uid:
        return Sheet()
    return measurements.get(image_key(instance.sop_instance_uid, number, (instance.rows, instance.columns), ""))


def write_measured(path: Path, images: list[MeasuredImage]) -> None:
    """Write measurements as a table (UTF-8 CSV); raises ``measurements.table`` where the disk refuses."""
    try:
        write_bytes(path, BOM + as_csv(images).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise MedappError("measurements.table", name=path.name, reason=error.strerror or "") from error
