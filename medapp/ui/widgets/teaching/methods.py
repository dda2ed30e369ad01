"""The methods and results text, ready to be pasted into a manuscript."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, row


class Methods(QWidget):
    """Renders the text, whole; copies it when asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = label("", wrap=True, name="methods_text")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copied = label("", "done", name="methods_copied")
        layout = column(self, margin=2, spacing=3)
        layout.addWidget(label(tr("teach.methods_meaning"), "dim", wrap=True))
        across = row()
        across.addWidget(button("teach.copy", self._copy, name="methods_copy"))
        across.addWidget(self._copied)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._text)

    def render_methods(self, text: str) -> bool:
        """Show the text; return whether there is any."""
        if text != self._text.text():
            self._text.setText(text)
            self._copied.clear()
        return bool(text)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.text())
        self._copied.setText(tr("teach.copied"))
