"""Icons that are drawn anew in the colours of the theme when it changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QLabel, QToolButton, QWidget

from medapp.ui import theme

CHEVRON_PX = 4
THEME_EVENTS = {QEvent.Type.StyleChange, QEvent.Type.PaletteChange}


class IconButton(QToolButton):
    """A tool button with an icon, a name and a tooltip."""

    def __init__(self, icon_name: str, object_name: str, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self._drawn = ""
        self._icon_name = icon_name
        self._draw()

    def show_icon(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon_name = icon_name
        self._draw()

    def _draw(self) -> None:
        wanted = f"{self._icon_name} {theme.current().name}"
        if wanted != self._drawn:
            self._drawn = wanted
            self.setIcon(theme.icon(self._icon_name))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew when the theme changes."""
        super().changeEvent(event)
        if event.type() in THEME_EVENTS:
            self._draw()


class Mark(QLabel):
    """An icon in one of the theme's colours, named by the field of `Theme`."""

    def __init__(self, icon_name: str, colour: str, size: int = theme.ICON_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name, self._colour, self._size = icon_name, colour, size
        self._drawn = ""
        self._draw()

    def _draw(self) -> None:
        colour: str = getattr(theme.current(), self._colour)
        if colour != self._drawn:
            self._drawn = colour
            self.setPixmap(theme.icon_pixmap(self._icon_name, colour, self._size, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the mark anew when the theme changes."""
        super().changeEvent(event)
        if event.type() in THEME_EVENTS:
            self._draw()


class ChoiceBox(QComboBox):
    """A box that shows by its chevron that there is something to choose from; style sheets cannot tint one."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, then the chevron at its end."""
        super().paintEvent(event)
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.text if self.isEnabled() else colours.dim), 1.5))
        x, y = self.width() - 4.0 * CHEVRON_PX, self.height() / 2 - CHEVRON_PX / 2
        ends = QPointF(x, y), QPointF(x + CHEVRON_PX, y + CHEVRON_PX), QPointF(x + 2 * CHEVRON_PX, y)
        painter.drawPolyline(QPolygonF(ends))
        painter.end()
