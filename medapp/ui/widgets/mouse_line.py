"""One line on the start page: which viewer the mouse works like."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from medapp.i18n import tr
from medapp.storage.settings import Settings, choices_of
from medapp.ui.widgets.layouts import button, label, row


class MouseLine(QWidget):
    """Emits the profile that is pressed, or that the line is to go."""

    chosen = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mouse_line")
        layout = row(self, spacing=1)
        layout.addWidget(label(tr("mouse.like"), "dim"))
        self._group = QButtonGroup(self)
        self._buttons = {name: self._button(name) for name in choices_of("mouse")}
        for made in self._buttons.values():
            layout.addWidget(made)
        layout.addStretch(1)
        layout.addWidget(button("mouse.dismiss", self.dismissed.emit, role="link", name="mouse_dismiss"))

    def _button(self, name: str) -> QPushButton:
        made = button(f"setting.mouse_{name}", partial(self.chosen.emit, name), role="chip", name=f"mouse_{name}")
        made.setCheckable(True)
        made.setToolTip(tr(f"mouse.about_{name}"))
        self._group.addButton(made)
        return made

    def render_settings(self, settings: Settings) -> None:
        """Show which profile is in use, until the line was dismissed."""
        self.setVisible(settings.mouse_asked)
        self._buttons[settings.mouse].setChecked(True)
