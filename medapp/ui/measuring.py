"""Measurements of the images on screen: changed, taken back, kept on the disk, and told in figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Slot

from medapp.display.measuring.figures import Figures, figures_of, pixels_around
from medapp.display.measuring.shapes import Calibration, Measurement, Shape, Sheet
from medapp.imaging.frame import Frame
from medapp.jobs import Job, Progress
from medapp.storage.measurements import Measurements, image_key, series_key
from medapp.ui.cell_state import Picture
from medapp.ui.measuring_view import MeasuringView, Name, Told, Where, where_of
from medapp.ui.measuring_wishes import Drawn, Relabelled, Reshaped, Selected, Wish
from medapp.ui.session import Session
from medapp.ui.state import State

AT_ONCE_PIXELS = 30_000
"""Statistics of more pixels than these take a worker: about 3 ms."""
STEPS_KEPT = 200
Change = Callable[[Sheet], Sheet]


@dataclass(frozen=True)
class _Steps:
    """The sheets of one image before and after the present one; `nudged` is what keys have moved last."""

    before: tuple[Sheet, ...] = ()
    after: tuple[Sheet, ...] = ()
    nudged: str = ""


class Measuring(QObject):
    """Changes the measurements in the session's state; every change is on the disk a moment later."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._keys: dict[Where, str] = {}
        self._waiting: dict[Where, list[Change]] = {}
        self._steps: dict[str, _Steps] = {}
        self._counting: dict[Name, Told] = {}
        session.changed.connect(self._follow)

    @property
    def _view(self) -> MeasuringView:
        return self._session.state.measuring

    @property
    def _picture(self) -> Picture | None:
        return self._session.state.picture

    @Slot(object)
    def take(self, wish: Wish) -> None:
        """Do what was asked for by drawing on the image of the active cell."""
        match wish:
            case Drawn(shape):
                measurement = Measurement.of(shape)
                self._update(shown=True)  # what is drawn is to be seen
                self._change(lambda sheet: sheet.adding(measurement))
            case Reshaped(name, shape, nudged):
                self._change(lambda sheet: _with(sheet, name, shape=shape), nudged=name if nudged else "")
            case Relabelled(name, at):
                self._change(lambda sheet: _with(sheet, name, label_at=at))
            case Selected(name):
                self._update(selected=name)

    def delete(self, name: str) -> None:
        """Take a measurement off the image."""
        self._change(lambda sheet: sheet.without(name))

    def delete_all(self) -> None:
        """Take all measurements off the image; its calibration stays."""
        self._change(lambda sheet: replace(sheet, measurements=()))

    def calibrate(self, calibration: Calibration | None) -> None:
        """Give the image a spacing, or take that back."""
        self._change(lambda sheet: replace(sheet, calibration=calibration))

    def calibrate_series(self, calibration: Calibration | None) -> None:
        """Give all images of the series a spacing, or take that back; images with one of their own keep it."""
        picture = self._picture
        if picture is None:
            return
        series = {key: known for key, known in self._view.series.items() if key != picture.place.series}
        if calibration is not None:
            series[picture.place.series] = calibration
        self._update(series=series)
        kept = Sheet(calibration=calibration)
        self._keep(series_key(_series_name(picture)), kept)

    def toggle(self) -> None:
        """Show measurements, or hide them."""
        self._update(shown=not self._view.shown)

    def undo(self) -> None:
        """Take the last step on the image back."""
        self._step(back=True)

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._step(back=False)

    def _step(self, *, back: bool) -> None:
        picture = self._picture
        key = self._keys.get(where_of(picture)) if picture is not None else None
        if picture is None or key is None:
            return
        sheet, steps = self._view.sheet_of(picture), self._steps.get(key, _Steps())
        if back and steps.before:
            self._steps[key] = _Steps(steps.before[:-1], (sheet, *steps.after))
            self._put(key, steps.before[-1])
        elif not back and steps.after:
            self._steps[key] = _Steps((*steps.before, sheet), steps.after[1:])
            self._put(key, steps.after[0])

    def _change(self, change: Change, *, nudged: str = "") -> None:
        """Change what is drawn on the active image; where that is still being read, as soon as it is known."""
        if self._picture is None:
            return
        where = where_of(self._picture)
        if where in self._keys:
            self._change_of(where, change, nudged)
        else:
            self._waiting.setdefault(where, []).append(change)

    def _change_of(self, where: Where, change: Change, nudged: str = "") -> None:
        """Change a sheet; what keys move on and on is one step, so that it is taken back as one."""
        sheet, key = self._view.sheets[where], self._keys[where]
        changed = change(sheet)
        if changed == sheet:
            return
        steps = self._steps.get(key, _Steps())
        goes_on = nudged and steps.nudged == nudged and not steps.after
        before = steps.before if goes_on else (*steps.before, sheet)[-STEPS_KEPT:]
        self._steps[key] = _Steps(before, nudged=nudged)
        self._put(key, changed)

    def _put(self, key: str, sheet: Sheet) -> None:
        """Take a sheet, for every file that holds the image: it may lie in several places."""
        places = [where for where, known in self._keys.items() if known == key]
        undoable = {where for where, known in self._keys.items() if self._steps.get(known, _Steps()).before}
        redoable = {where for where, known in self._keys.items() if self._steps.get(known, _Steps()).after}
        self._update(
            sheets={**self._view.sheets, **dict.fromkeys(places, sheet)},
            selected=self._view.selected if sheet.find(self._view.selected) else "",
            undoable=frozenset(undoable),
            redoable=frozenset(redoable),
        )
        self._keep(key, sheet)

    def _keep(self, key: str, sheet: Sheet) -> None:
        self._session.note_jobs.start(_kept(self._session.services.measurements, key, sheet))

    def _update(self, **changes: Any) -> None:  # noqa: ANN401 - fields of MeasuringView
        self._session.update(measuring=replace(self._view, **changes))

    @Slot(object)
    def _follow(self, state: State) -> None:
        """Read what is known of the images that are on screen, and tell what is drawn on them in figures."""
        if not state.scan.studies and state.measuring.sheets:
            self._forget()
            return
        pictures = pictures_on_screen(state)
        for picture in pictures:
            if where_of(picture) not in self._waiting and where_of(picture) not in state.measuring.sheets:
                self._read(picture)
        told = {name: each for picture in pictures for name, each in self._told(state.measuring, picture).items()}
        if told.keys() - self._view.told.keys() or any(
            self._view.told[name] is not each for name, each in told.items()
        ):
            self._update(told={**self._view.told, **told})

    def _forget(self) -> None:
        """Let go of what belongs to files that were closed: others may lie there when they are opened again."""
        for known in (self._keys, self._steps, self._counting):
            known.clear()
        self._session.update(measuring=MeasuringView(shown=self._view.shown))

    def _read(self, picture: Picture) -> None:
        where, series = where_of(picture), picture.place.series
        self._waiting[where] = []

        def arrived(read: tuple[str, Sheet, Sheet]) -> None:
            key, sheet = read[0], read[1]
            same = next((other for other, known in self._keys.items() if known == key), None)
            if same is not None:
                sheet = self._view.sheets[same]  # newer than what was read
            self._keys[where] = key
            calibrations = dict(self._view.series)
            if read[2].calibration is not None:
                calibrations.setdefault(series, read[2].calibration)
            self._update(sheets={**self._view.sheets, where: sheet}, series=calibrations)
            for change in self._waiting.pop(where, []):
                self._change_of(where, change)

        def failed(error: BaseException) -> None:
            del self._waiting[where]
            self._session.fail(error)

        job = _read(self._session.services.measurements, picture)
        self._session.note_jobs.start(job, done=arrived, failed=failed)

    def _told(self, view: MeasuringView, picture: Picture) -> Mapping[Name, Told]:
        """Return what each measurement of a picture comes to; large areas without statistics until they are counted."""
        calibration = view.calibration_of(picture)
        told: dict[Name, Told] = {}
        for each in view.sheet_of(picture).measurements:
            name = where_of(picture), each.id
            known = view.told.get(name)
            if known is not None and known.shape == each.shape and known.calibration == calibration:
                told[name] = known
            else:
                told[name] = self._tell(name, view.frame_of(picture), each.shape, calibration)
        return told

    def _tell(self, name: Name, frame: Frame, shape: Shape, calibration: Calibration | None) -> Told:
        if pixels_around(shape, frame.shape) <= AT_ONCE_PIXELS:
            return Told(shape, calibration, figures_of(frame, shape))
        told = Told(shape, calibration, figures_of(frame, shape, with_statistics=False))
        self._counting[name] = told

        def counted(figures: Figures) -> None:
            if self._counting.get(name) is told:
                del self._counting[name]
                whole = replace(told, figures=figures)
                self._update(told={**self._view.told, name: whole})

        self._session.jobs.start(_counted(frame, shape), done=counted)
        return told


def pictures_on_screen(state: State) -> list[Picture]:
    """Return the pictures of all cells, each once."""
    found = [state.cell(number).picture for number in range(len(state.cells))]
    return list({id(picture): picture for picture in found if picture is not None}.values())


def _with(sheet: Sheet, name: str, **changes: Any) -> Sheet:  # noqa: ANN401 - fields of Measurement
    measurement = sheet.find(name)
    return sheet if measurement is None else sheet.changing(replace(measurement, **changes))


def _series_name(picture: Picture) -> str:
    return picture.series.uid or picture.place.series


def _read(measurements: Measurements, picture: Picture) -> Job[tuple[str, Sheet, Sheet]]:
    """Read what is known of an image and of its series, and under which name it is kept."""
    yield Progress(0, 1)
    instance, frame = picture.instance, picture.frame
    identity = "" if instance.sop_instance_uid else frame.identity
    key = image_key(instance.sop_instance_uid, frame.number, frame.shape, identity)
    return key, measurements.get(key), measurements.get(series_key(_series_name(picture)))


def _kept(measurements: Measurements, key: str, sheet: Sheet) -> Job[None]:
    yield Progress(0, 1)
    measurements.put(key, sheet)


def _counted(frame: Frame, shape: Shape) -> Job[Figures]:
    yield Progress(0, 1)
    return figures_of(frame, shape)
