"""A large button with an icon, a name, and one line that says what it leads to."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from medapp.ui.widgets.layouts import column, label
from medapp.ui.widgets.themed import Mark

ICON_PX = 28


class Tile(QPushButton):
    """Is pressed like any button; screen readers say its name and its line."""

    def __init__(
        self, icon_name: str, title: str, text: str, *, role: str = "", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("tile", role or "plain")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._layout = column(self, margin=4, spacing=2)
        parts = Mark(icon_name, "accent", ICON_PX), label(title, "heading", wrap=True), label(text, "dim", wrap=True)
        for part in parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Return room for all its lines."""
        return self._layout.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return room for all its lines at the width that it has."""
        return QSize(self._layout.minimumSize().width(), self._layout.heightForWidth(max(self.width(), 160)))
