"""What to do first: drop something, open, teach, or try with the built-in sample."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, plain_tooltip, row
from medapp.ui.widgets.themed import Mark

WIDTH_PX, MARK_PX = 720, 40


class StartPage(QWidget):
    """Emits what is chosen."""

    files_requested = Signal()
    folder_requested = Signal()
    teaching_requested = Signal()
    label_requested = Signal()
    sample_requested = Signal()
    recent_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        centre = QWidget()
        centre.setMaximumWidth(WIDTH_PX)
        inner = column(centre, spacing=4)
        inner.addLayout(self._make_invitation())
        inner.addLayout(self._make_buttons())
        self._recent_card = card()
        self._recent_card.setObjectName("recent")
        self._recent = column(self._recent_card, margin=3, spacing=1)
        inner.addWidget(self._recent_card)
        outer = column(self, margin=6)
        across = row()
        across.addStretch(1)
        across.addWidget(centre, 6)
        across.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(across)
        outer.addStretch(3)

    def _make_invitation(self) -> QVBoxLayout:
        layout = column(spacing=2)
        layout.addWidget(Mark("app", "accent", MARK_PX))
        layout.addWidget(label(tr("ui.start_title"), "title", wrap=True))
        layout.addWidget(label(tr("ui.start_text"), "dim", wrap=True))
        return layout

    def _make_buttons(self) -> QHBoxLayout:
        layout = row(spacing=2)
        rows = (
            ("ui.start_files", self.files_requested, "primary"),
            ("ui.start_folder", self.folder_requested, ""),
            ("ui.start_teach", self.teaching_requested, ""),
            ("label.start", self.label_requested, ""),
            ("ui.start_sample", self.sample_requested, ""),
        )
        for key, signal, role in rows:
            made = button(key, signal.emit, role=role, name=key.replace("ui.", ""))
            made.setMinimumHeight(36)
            layout.addWidget(made)
        layout.addStretch(1)
        return layout

    def render_recent(self, paths: tuple[str, ...]) -> None:
        """List what was opened last."""
        while item := self._recent.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._recent_card.setVisible(bool(paths))
        self._recent.addWidget(label(tr("ui.recent"), "heading"))
        for path in paths:
            self._recent.addWidget(self._recent_button(path))

    def _recent_button(self, path: str) -> QPushButton:
        place = Path(path)
        made = QPushButton(place.name or path)
        made.setProperty("role", "link")
        made.setToolTip(plain_tooltip(path))
        made.clicked.connect(lambda: self.recent_requested.emit(path))
        return made
