"""Measurements of images that are exported and were not on screen: read and counted in the export's worker."""

from __future__ import annotations

from dataclasses import replace

from medapp.display.measuring.figures import figures_of
from medapp.storage.measurements import Measurements, image_key, series_key
from medapp.ui.cell_state import Picture
from medapp.ui.measuring_view import MeasuringView, Told, where_of


def with_kept(view: MeasuringView, picture: Picture, kept: Measurements) -> MeasuringView:
    """Return what is known of measurements, with those of a picture that nobody has looked at since the start."""
    where, series = where_of(picture), picture.place.series
    if where in view.sheets:
        return view
    instance, frame = picture.instance, picture.frame
    content = "" if instance.sop_instance_uid else frame.identity
    sheet = kept.get(image_key(instance.sop_instance_uid, frame.number, frame.shape, content))
    of_series = kept.get(series_key(picture.series.uid or series)).calibration
    if of_series is not None:
        view = replace(view, series={**view.series, series: of_series})
    view = replace(view, sheets={**view.sheets, where: sheet})
    measured, calibration = view.frame_of(picture), view.calibration_of(picture)
    told = {
        (where, one.id): Told(one.shape, calibration, figures_of(measured, one.shape)) for one in sheet.measurements
    }
    return replace(view, told={**view.told, **told})
