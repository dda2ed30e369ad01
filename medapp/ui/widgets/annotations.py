"""Texts over the image: corners, orientation letters, scale bar, and the word while one is waited for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from medapp.display.measure import scale_bar
from medapp.display.measuring.scale import calibrated
from medapp.display.measuring.shapes import Calibration
from medapp.display.overlays import corner_texts, orientation_letters
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.voi import Voi
from medapp.ui.cell_state import Picture
from medapp.ui.widgets.outlined_text import OFFSETS, SHADOW, TEXT, draw_outlined
from medapp.ui.widgets.picture_notes import about_picture, must_be_seen
from medapp.ui.widgets.wording import date_text, name_text, sex_text, time_text

DIM = QColor("#b3b9c0")
MARGIN = 10
SCALE_LIFT = 52


def draw_annotations(
    painter: QPainter,
    area: QRect,
    picture: Picture,
    viewport: Viewport,
    voi: Voi | None,
    *,
    full: bool,
    told: Sequence[str] = (),
    calibration: Calibration | None = None,
) -> None:
    """Draw everything that says what the picture shows, and what else is `told`; not `full`: what is never hidden.

    The letters are: they tell the sides, and nobody's identity. A `calibration` by hand holds for the bar, too.
    """
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    _draw_letters(painter, area, picture, viewport)
    if not full:
        _draw_lines(painter, area, [*told, *must_be_seen(picture)], right=False, bottom=True)
        return
    ratio = painter.device().devicePixelRatioF()
    screen = (round(area.width() * ratio), round(area.height() * ratio))
    shape = ImageShape.of(picture.shown)
    zoom = viewport.effective_zoom(shape, screen)
    measured = calibrated(picture.shown, calibration)
    corners = corner_texts(
        picture.study,
        picture.series,
        picture.instance,
        measured,
        voi,
        position=picture.place.index,
        zoom=zoom,
    )
    _draw_lines(painter, area, _readable(corners.top_left, picture), right=False, bottom=False)
    _draw_lines(painter, area, _readable(corners.top_right, picture), right=True, bottom=False)
    _draw_lines(painter, area, [*told, *about_picture(picture), *corners.bottom_left], right=False, bottom=True)
    _draw_lines(painter, area, corners.bottom_right, right=True, bottom=True)
    _draw_scale(painter, area, measured, viewport, screen)


def draw_identity(painter: QPainter, area: QRect, picture: Picture) -> None:
    """Draw whose picture it is: where several patients are side by side, that is never hidden."""
    patient = picture.study.patient
    born = " · ".join(text for text in (date_text(patient.birth_date), sex_text(patient.sex)) if text)
    lines = [text for text in (name_text(patient.name), patient.patient_id, born) if text]
    _draw_lines(painter, area, lines, right=False, bottom=False)


def draw_message(painter: QPainter, area: QRect, text: str) -> None:
    """Draw a sentence in the middle of the viewer."""
    box = QRectF(area).adjusted(area.width() * 0.15, 0, -area.width() * 0.15, 0)
    flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    painter.setPen(SHADOW)
    for dx, dy in OFFSETS:
        painter.drawText(box.translated(dx, dy), flags, text)
    painter.setPen(DIM)
    painter.drawText(box, flags, text)


def _readable(lines: Sequence[str], picture: Picture) -> list[str]:
    """Return the lines with names and dates as people write them."""
    patient, study = picture.study.patient, picture.study
    written = {patient.name: name_text(patient.name)}
    born = " ".join(text for text in (patient.birth_date, patient.sex) if text)
    spelled = " · ".join(text for text in (date_text(patient.birth_date), sex_text(patient.sex)) if text)
    for date in (patient.birth_date, study.date):
        written[date] = date_text(date)
    written[study.time[:6]] = time_text(study.time)
    return [spelled if line == born else _replaced(line, written) for line in lines]


def _replaced(line: str, written: dict[str, str]) -> str:
    """Return the line with what it begins or ends with as people write it."""
    for raw, text in written.items():
        if raw and line.startswith(raw):
            line = text + line.removeprefix(raw)
        elif raw and line.endswith(" " + raw):
            line = line.removesuffix(raw) + text
    return line


def _draw_lines(painter: QPainter, area: QRect, lines: Sequence[str], *, right: bool, bottom: bool) -> None:
    height = painter.fontMetrics().height() + 1
    top = area.height() - MARGIN - height * len(lines) if bottom else MARGIN
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    width = area.width() * 0.42
    left = area.width() - MARGIN - width if right else MARGIN
    metrics = painter.fontMetrics()
    for number, line in enumerate(lines):
        elided = metrics.elidedText(line, Qt.TextElideMode.ElideRight, round(width))
        box = QRectF(left, top + number * height, width, height)
        draw_outlined(painter, box, side | Qt.AlignmentFlag.AlignVCenter, elided, TEXT)


def _draw_letters(painter: QPainter, area: QRect, picture: Picture, viewport: Viewport) -> None:
    letters = orientation_letters(picture.shown.geometry, viewport)
    box = QRectF(area).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    centre = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignVCenter
    font = painter.font()
    plain = painter.font()
    font.setBold(True)
    font.setPixelSize(round(max(font.pixelSize(), 13) * 1.15))
    painter.setFont(font)
    for text, flags in (
        (letters.left, Qt.AlignmentFlag.AlignLeft | centre[1]),
        (letters.right, Qt.AlignmentFlag.AlignRight | centre[1]),
        (letters.top, Qt.AlignmentFlag.AlignTop | centre[0]),
        (letters.bottom, Qt.AlignmentFlag.AlignBottom | centre[0]),
    ):
        draw_outlined(painter, box, flags, text, TEXT)
    painter.setFont(plain)


def _draw_scale(painter: QPainter, area: QRect, frame: Frame, viewport: Viewport, screen: tuple[int, int]) -> None:
    """Draw a bar of a round length; where its millimetres come from stands beside it."""
    bar = scale_bar(frame, viewport, screen)
    if bar is None:
        return
    length = bar.length_px / painter.device().devicePixelRatioF()
    x, y = (area.width() - length) / 2, area.height() - SCALE_LIFT
    for colour, width in ((SHADOW, 4), (TEXT, 2)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(x, y), QPointF(x + length, y))
        for end in (x, x + length):
            painter.drawLine(QPointF(end, y - 4), QPointF(end, y))
    height = painter.fontMetrics().height()
    box = QRectF(x - 160, y - height - 4, length + 320, height)
    draw_outlined(painter, box, Qt.AlignmentFlag.AlignCenter, bar.text, TEXT)
