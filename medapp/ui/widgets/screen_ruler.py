"""Measures a screen: a person makes a drawn card as large as a real one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QSizePolicy, QSlider, QWidget

from medapp.i18n import tr
from medapp.storage.screens import LEAST, MOST
from medapp.ui import theme
from medapp.ui.widgets.layouts import button, column, label, named, row

CARD_MM = (85.60, 53.98)
"""A card of the size ID-1, as bank and health cards are: ISO/IEC 7810."""
RULER_MM, TICK_MM = 100, 10
EDGE_PX, STEPS = 24, 100


class ScreenRuler(QDialog):
    """Renders a card and a ruler; emits the pixels per millimetre that a person has found."""

    measured = Signal(float)

    def __init__(self, pixels_per_mm: float, *, calibrated: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("screen_ruler")
        self.setWindowTitle(tr("size.title"))
        self._card = _Card()
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "ruler_slider")
        self._slider.setRange(round(2 * STEPS), round(14 * STEPS))
        self._slider.setAccessibleName(tr("size.pixels_per_mm"))
        self._slider.valueChanged.connect(lambda value: self._show(value / STEPS))
        self._field = named(QDoubleSpinBox(decimals=2, minimum=LEAST, maximum=MOST, singleStep=0.01), "ruler_field")
        self._field.setAccessibleName(tr("size.pixels_per_mm"))
        self._field.setSuffix(" " + tr("size.unit"))
        self._field.valueChanged.connect(self._show)
        layout = column(self, margin=5, spacing=3)
        layout.addWidget(label(tr("size.how"), wrap=True))
        layout.addWidget(
            label(tr("size.known" if calibrated else "size.unknown"), "dim", wrap=True, name="ruler_state")
        )
        layout.addWidget(self._card, 1)
        layout.addWidget(self._slider)
        layout.addWidget(label(tr("size.meaning"), "small", wrap=True))
        across = row()
        across.addWidget(self._field)
        across.addStretch(1)
        across.addWidget(button("ui.cancel", self.reject, name="ruler_cancel"))
        across.addWidget(button("size.save", self._save, role="primary", name="ruler_save"))
        layout.addLayout(across)
        self._show(min(max(pixels_per_mm, LEAST), MOST))
        self._slider.setFocus()

    @Slot(float)
    def _show(self, pixels_per_mm: float) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._field):
            self._slider.setValue(round(pixels_per_mm * STEPS))
            if abs(self._field.value() - pixels_per_mm) >= 0.5 / STEPS:
                self._field.setValue(pixels_per_mm)
        self._card.show_scale(pixels_per_mm)

    def _save(self) -> None:
        self.measured.emit(self._field.value())
        self.accept()


class _Card(QWidget):
    """Draws a card and a ruler in their sizes, in pixels of the screen."""

    def __init__(self) -> None:
        super().__init__()
        self._pixels_per_mm = 4.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 160)
        self.setAccessibleName(tr("size.card"))

    def show_scale(self, pixels_per_mm: float) -> None:
        """Draw for another screen."""
        self._pixels_per_mm = pixels_per_mm
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the ruler above the card."""
        one = self._pixels_per_mm / self.devicePixelRatioF()
        return QSize(round(RULER_MM * one) + 2 * EDGE_PX, round(CARD_MM[1] * one) + 4 * EDGE_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw ruler and card."""
        colours, one = theme.current(), self._pixels_per_mm / self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.text), 1))
        left = float(EDGE_PX)
        painter.drawLine(QPointF(left, EDGE_PX), QPointF(left + RULER_MM * one, EDGE_PX))
        for mm in range(0, RULER_MM + 1, TICK_MM):
            painter.drawLine(QPointF(left + mm * one, EDGE_PX - 8), QPointF(left + mm * one, EDGE_PX))
        below = QRectF(left, EDGE_PX + 2, RULER_MM * one, EDGE_PX - 4)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, tr("size.ruler"))
        card = QRectF(left, 2 * EDGE_PX, CARD_MM[0] * one, CARD_MM[1] * one)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(card, 3.18 * one, 3.18 * one)
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, tr("size.card"))
        painter.end()
