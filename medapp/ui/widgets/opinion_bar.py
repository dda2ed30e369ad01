"""Agree, disagree, unsure: what the reader says of an answer."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import column, label, named, row

SAID = ("agree", "disagree", "unsure")


class OpinionBar(QWidget):
    """Renders what was said; emits what the reader says now."""

    said = Signal(str)

    def __init__(self, name: str, *, side_px: int = 0, foot_px: int = 0) -> None:
        super().__init__()
        self.setObjectName(name)
        layout = column(self, spacing=1)
        layout.setContentsMargins(side_px, 0, side_px, foot_px)
        layout.addWidget(label(tr("opinion.title"), "small"))
        self._buttons = {said: self._button(said) for said in SAID}
        buttons = row(spacing=1)
        for button in self._buttons.values():
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout.addLayout(buttons)

    def _button(self, said: str) -> QPushButton:
        made = named(QPushButton(tr(f"opinion.{said}")), f"opinion_{said}")
        made.setCheckable(True)
        made.setToolTip(tr("opinion.hint"))
        made.clicked.connect(partial(self._say, said))
        return made

    def _say(self, said: str, *_: object) -> None:
        self.said.emit(said)

    def render_said(self, said: str, *, enabled: bool = True) -> None:
        """Show what was said last; nothing can be said where there is no answer."""
        for name, button in self._buttons.items():
            with QSignalBlocker(button):
                button.setChecked(name == said)
            button.setEnabled(enabled)
