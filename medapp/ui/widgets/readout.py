"""The values under the pointer, in a small label over the image."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from medapp.display.measure import value_at
from medapp.display.viewport import ImageShape, Viewport
from medapp.i18n import tr
from medapp.ui.cell_state import Picture

EDGE_PX, LINES_BELOW = 8, 3


class Readout(QLabel):
    """Tells what lies under the pointer; it lies above the lines of the lower right corner and takes no mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self.setObjectName("readout")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("viewer.readout_name"))
        self.hide()

    def tell(self, picture: Picture | None, viewport: Viewport, screen: tuple[int, int], at: QPointF | None) -> None:
        """Show the values of the pixel at a point of the viewer, in device pixels; nothing where there is none."""
        text = "" if picture is None or at is None else _text(picture, viewport, screen, at)
        if text != self.text():
            self.setText(text)
            self.adjustSize()
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """Move to its place in the viewer."""
        area, height = self._area, self.fontMetrics().height() + 1
        y = area.height() - LINES_BELOW * height - EDGE_PX - self.height()
        self.move(area.width() - self.width() - EDGE_PX, max(0, y))


def _text(picture: Picture, viewport: Viewport, screen: tuple[int, int], at: QPointF) -> str:
    matrix = viewport.screen_to_source(ImageShape.of(picture.shown), screen)
    x, y = matrix @ np.array([at.x(), at.y(), 1.0])
    # a segmentation may hold the first of several layers that lie there: each is asked
    values = dict.fromkeys(value_at(picture.shown, x, y))
    for layers in picture.segments:
        values |= dict.fromkeys(value_at(picture.shown, x, y, layers))
    if not values:
        return ""
    return tr("viewer.readout", x=round(x) + 1, y=round(y) + 1, values=" · ".join(values))
