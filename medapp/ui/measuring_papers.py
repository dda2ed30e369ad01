"""Measurements in words: the list of the image on screen; text for a report and a table of its series."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.display.measuring.report import MeasuredImage, report_text
from medapp.display.measuring.shapes import Measurement
from medapp.display.measuring.statistics import Statistics
from medapp.display.measuring.wording import label_lines, sentence
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job
from medapp.ui.cell_state import Picture
from medapp.ui.measuring import Measuring
from medapp.ui.measuring_view import MeasuringView, Told
from medapp.ui.measuring_wishes import Selected
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.measurements_dialog import MeasurementRow, MeasurementsDialog
from medapp.workflows.measured import MeasuredSeries, measured_images, write_measured


class MeasuringPapers(QObject):
    """Shows the list while a person looks at it; copies and writes in a worker, for areas may have to be counted."""

    def __init__(self, window: QWidget, session: Session, measuring: Measuring, flash: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window, self._session, self._measuring, self._flash = window, session, measuring, flash
        self._dialog: MeasurementsDialog | None = None
        session.changed.connect(self._follow)

    def show_list(self) -> None:
        """Open the list, or bring it forward."""
        if self._dialog is None:
            self._dialog = dialog = MeasurementsDialog(self._window)
            dialog.selected.connect(self._select)
            dialog.delete_requested.connect(self._measuring.delete)
            dialog.copy_requested.connect(self.copy)
            dialog.save_requested.connect(self.save)
            dialog.finished.connect(self._close)
            self._follow(self._session.state)
            dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    @Slot()
    def _close(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(str)
    def _select(self, name: str) -> None:
        self._measuring.take(Selected(name))

    @Slot(object)
    def _follow(self, state: State) -> None:
        if self._dialog is None:
            return
        rows = rows_of(state.measuring, state.picture)
        self._dialog.render_rows(rows, state.measuring.selected, _statistics_of(state.measuring, state.picture))

    @Slot()
    def copy(self) -> None:
        """Copy the measurements of the series on screen as sentences for a report."""
        picture = self._session.state.picture
        if picture is not None:
            job = _reported(self._images(picture), partial(_about, picture))
            self._session.jobs.start(job, title=tr("measure.collecting"), done=self._copied)

    def _copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._flash(tr("measure.copied"))

    @Slot()
    def save(self) -> None:
        """Ask for a file, and write the measurements of the series on screen as a table."""
        picture = self._session.state.picture
        if picture is None:
            return
        kinds = tr("measure.save_kind")
        name, _ = QFileDialog.getSaveFileName(self._window, tr("measure.save_title"), "measurements.csv", kinds)
        if name:
            path = Path(name) if Path(name).suffix else Path(name).with_suffix(".csv")
            job = _written(self._images(picture), path)
            done = partial(self._saved, path.name)
            self._session.jobs.start(job, title=tr("measure.collecting"), done=done)

    def _saved(self, name: str, _: object) -> None:
        self._flash(tr("measure.saved", name=name))

    def _images(self, picture: Picture) -> Job[list[MeasuredImage]]:
        view, services = self._session.state.measuring, self._session.services
        asked = MeasuredSeries(picture.series, view.sheets, view.series.get(picture.place.series))
        return measured_images(asked, services.measurements, services.cache)


def rows_of(view: MeasuringView, picture: Picture | None) -> tuple[MeasurementRow, ...]:
    """Return the measurements of a picture in words, as far as they have been counted."""
    if picture is None:
        return ()
    frame = view.frame_of(picture)
    return tuple(_row(frame, each, view.told_of(picture, each.id)) for each in view.sheet_of(picture).measurements)


def _row(frame: Frame, measurement: Measurement, told: Told | None) -> MeasurementRow:
    kind = tr(f"measure.{measurement.shape.kind}")
    if told is None:
        return MeasurementRow(measurement.id, kind, "", "")
    short = " · ".join(label_lines(frame, told.shape, told.figures))
    return MeasurementRow(measurement.id, kind, short, sentence(frame, told.shape, told.figures))


def _statistics_of(view: MeasuringView, picture: Picture | None) -> Statistics | None:
    told = view.told_of(picture, view.selected) if picture is not None else None
    return told.figures.statistics if told is not None else None


def _about(picture: Picture, number: int) -> str:
    """Return which image was measured, without whose it is: a report has its own head."""
    described = " · ".join(part for part in (picture.frame.modality, picture.series.description) if part)
    return tr("measure.about", series=described, number=number, count=picture.series.frames)


def _reported(images: Job[list[MeasuredImage]], about: Callable[[int], str]) -> Job[str]:
    return report_text((yield from images), about)


def _written(images: Job[list[MeasuredImage]], path: Path) -> Job[None]:
    write_measured(path, (yield from images))
