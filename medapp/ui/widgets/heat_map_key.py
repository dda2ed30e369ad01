"""What the colours of the heat map stand for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medapp.display.overlays import heat_map_colours
from medapp.i18n import tr
from medapp.ui.widgets.images import as_qimage
from medapp.ui.widgets.layouts import label, named, row

BAR_WIDTH, BAR_HEIGHT = 120, 8


class HeatMapKey(QWidget):
    """A bar of the heat map's colours between the words for its ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("heat_map_key")
        layout = row(self)
        layout.addWidget(label(tr("ui.heat_map_low"), "small"))
        layout.addWidget(named(_ColourBar(), "heat_map_colours"), 1)
        layout.addWidget(label(tr("ui.heat_map_high"), "small"))


class _ColourBar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._image = as_qimage(np.ascontiguousarray(heat_map_colours()[None]))

    def sizeHint(self) -> QSize:
        return QSize(BAR_WIDTH, BAR_HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._image)
        painter.end()
