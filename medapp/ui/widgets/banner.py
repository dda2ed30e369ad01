"""A sentence across the page that stays until it is dismissed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from medapp.ui.widgets.layouts import button, label, row
from medapp.ui.widgets.themed import Mark


class Banner(QFrame):
    """Renders one sentence; hidden while there is none."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._mark = Mark("attention", "attention")
        self._text = label("", "", wrap=True, name="banner_text")
        layout = row(self, margin=2, spacing=3)
        layout.addWidget(self._mark)
        layout.addWidget(self._text, 1)
        layout.addWidget(button("ui.dismiss", self.dismissed.emit, name="banner_dismiss"))
        self.hide()

    def render_text(self, text: str) -> None:
        """Show `text`; empty hides the banner."""
        self._text.setText(text)
        self.setVisible(bool(text))
