"""A round magnifier over the picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from medapp.display.look import Covering
from medapp.ui.widgets.measure_drawing import PICKED, RIM
from medapp.ui.widgets.picture_layers import Layers
from medapp.ui.widgets.viewer_content import PictureOnScreen, ViewerContent

SIZE_PX = 240
FACTOR = 3.0
LEAST_ZOOM = 1.0
"""A loupe shows each pixel of the image at least once."""


class Loupe:
    """Shows what lies at a point larger, with the window and the turns of the picture."""

    def __init__(self) -> None:
        self._layers = Layers()

    def paint(self, painter: QPainter, content: ViewerContent, placed: PictureOnScreen, at: QPointF) -> None:
        """Paint the loupe with its middle at `at`, in pixels of the widget."""
        viewport, ratio = placed.viewport, placed.ratio
        zoom = max(viewport.effective_zoom(placed.shape, placed.screen) * FACTOR, LEAST_ZOOM)
        side = round(SIZE_PX * ratio)
        enlarged = replace(viewport, zoom=zoom, centre=placed.source_at(at))
        covering = Covering(content.overlays, content.shutters, placed.picture.segments if content.overlays else ())
        drawn = self._layers.image(placed.picture.shown, enlarged, content.voi, (side, side), covering)
        area = QRectF(at.x() - SIZE_PX / 2, at.y() - SIZE_PX / 2, SIZE_PX, SIZE_PX)
        circle = QPainterPath()
        circle.addEllipse(area)
        painter.save()
        painter.setClipPath(circle)
        painter.fillRect(area, Qt.GlobalColor.black)
        painter.drawImage(drawn.rectangle(ratio).translated(area.topLeft()), drawn.image)
        painter.restore()
        for width, colour in ((4.0, RIM), (1.6, PICKED)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(area)
