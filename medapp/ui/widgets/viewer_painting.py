"""Paints what a viewer shows: the picture, the heat map over it, drawings and texts."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QRegion

from medapp.display.look import Covering
from medapp.i18n import tr
from medapp.ui.widgets.annotations import draw_annotations, draw_identity, draw_message
from medapp.ui.widgets.cell_marks import draw_badges, draw_cross_line
from medapp.ui.widgets.heat_contour import draw_contours
from medapp.ui.widgets.picture_layers import Drawn, HeatMapView, Layers
from medapp.ui.widgets.presentation_drawing import draw_legend, draw_presentation
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent

CORNER_PX = 90
DIMMED = 0.45


class Painting:
    """Keeps what was drawn until what it depends on changes."""

    def __init__(self) -> None:
        self._layers = Layers()

    def picture_changed(self) -> None:
        """Forget what was drawn for another picture."""
        self._layers.picture_changed()

    def drawn(self, content: ViewerContent, placed: PictureOnScreen, *, moving: bool) -> Drawn:
        """Return the picture as it is drawn, and where; valid until the next is.

        While a hand moves it, it is made of fewer pixels: they are all there when it is still.
        """
        covering = Covering(content.overlays, content.shutters, placed.picture.segments if content.overlays else ())
        return self._layers.image(
            placed.picture.shown, placed.viewport, content.voi, placed.screen, covering, moving=moving
        )

    def paint_picture(
        self, painter: QPainter, content: ViewerContent, placed: PictureOnScreen, drawn: Drawn, *, late: bool
    ) -> None:
        """Paint the picture with what lies on it; dimmed while another is waited for."""
        painter.setOpacity(DIMMED if late else 1.0)
        painter.drawImage(drawn.rectangle(placed.ratio), drawn.image)
        if content.heat_map is not None:
            self._paint_heat_map(painter, content.heat_map, placed)
        painter.setOpacity(1.0)
        if content.cross_line is not None:
            draw_cross_line(painter, content.cross_line, placed)
        _paint_drawings(painter, content, placed)

    def _paint_heat_map(self, painter: QPainter, view: HeatMapView, placed: PictureOnScreen) -> None:
        frame = placed.picture.shown
        painter.drawImage(_area(painter), self._layers.heat_map(view, frame, placed.viewport, placed.screen))
        to_screen = placed.viewport.source_to_screen(placed.shape, placed.screen)
        draw_contours(painter, self._layers.contours(view, frame), to_screen, placed.ratio)


def paint_black(painter: QPainter, picture: QRectF, *, late: bool) -> None:
    """Paint what lies around the picture; all, where a dimmed picture is to come over it."""
    area = QRectF(_area(painter))
    for black in [area] if late else _around(picture, area):
        painter.fillRect(black, Qt.GlobalColor.black)


def paint_texts(painter: QPainter, content: ViewerContent, *, late: bool, focused: bool) -> None:
    """Paint the corners, and the sentence in the middle where there is one."""
    area = _area(painter)
    if content.picture is not None:
        told = [tr("key_images.mark")] if content.key_image else []
        draw_annotations(
            painter,
            area,
            content.picture,
            content.viewport,
            content.voi,
            full=content.annotations,
            told=told,
            calibration=content.measures.calibration,
        )
        if content.identity and not content.annotations:
            draw_identity(painter, area, content.picture)
        draw_badges(painter, area, content.badges)
    if content.message:
        draw_message(painter, area, content.message)
    elif late:
        draw_message(painter, area, tr("ui.loading"))
    if focused and content.picture is None:
        painter.setPen(QColor("#4aa3ff"))
        painter.drawRect(area.adjusted(0, 0, -1, -1))


def changed_by_window(area: QRect, picture: QRectF) -> QRegion:
    """Return what a change of the window changes: the picture, and the corner that tells the window."""
    corner = QRect(0, 0, round(area.width() * 0.45), CORNER_PX)
    corner.moveBottomRight(area.bottomRight())
    return QRegion(picture.toAlignedRect()).united(QRegion(corner))


def _paint_drawings(painter: QPainter, content: ViewerContent, placed: PictureOnScreen) -> None:
    """Paint what belongs to the picture and is no part of it."""
    if not content.overlays:
        return
    picture = placed.picture
    if picture.presented is not None:
        draw_presentation(painter, picture.presented, placed.viewport, placed.screen, placed.ratio)
    if content.annotations:
        draw_legend(painter, _area(painter), picture.segments)


def _area(painter: QPainter) -> QRect:
    return QRect(0, 0, painter.device().width(), painter.device().height())


def _around(inner: QRectF, outer: QRectF) -> list[QRectF]:
    """Return what of `outer` lies above, below, left and right of `inner`."""
    above = QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top())
    below = QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom())
    left = QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height())
    right = QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height())
    return [part for part in (above, below, left, right) if part.width() > 0 and part.height() > 0]
