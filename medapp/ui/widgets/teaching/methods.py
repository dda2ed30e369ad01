"""The methods and results text, ready to be pasted into a manuscript."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, named, row

TEXT_PX = 320


class Methods(QWidget):
    """Renders the text; copies it when asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = named(QPlainTextEdit(readOnly=True), "methods_text")
        self._text.setMinimumHeight(TEXT_PX)
        self._text.setTabChangesFocus(True)  # it is read only: Tab goes on to the next button
        self._copied = label("", "done", name="methods_copied")
        layout = column(self, margin=2, spacing=3)
        layout.addWidget(label(tr("teach.methods_meaning"), "dim", wrap=True))
        across = row()
        across.addWidget(button("teach.copy", self._copy, name="methods_copy"))
        across.addWidget(self._copied)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._text, 1)

    def render_methods(self, text: str) -> bool:
        """Show the text; return whether there is any."""
        if text != self._text.toPlainText():
            self._text.setPlainText(text)
            self._copied.clear()
        return bool(text)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
        self._copied.setText(tr("teach.copied"))
