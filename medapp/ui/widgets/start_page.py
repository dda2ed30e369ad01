"""What to do first: drop something, open, label, teach, or try with the built-in sample."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from medapp.i18n import bracketed, tr
from medapp.storage.settings import Settings
from medapp.ui.command import Command
from medapp.ui.commands import COMMANDS
from medapp.ui.keys import keys_of, shown_text
from medapp.ui.theme import STEP
from medapp.ui.widgets.layouts import button, card, column, label, plain_tooltip, row
from medapp.ui.widgets.mouse_line import MouseLine
from medapp.ui.widgets.themed import Mark
from medapp.ui.widgets.tile import Tile

WIDTH_PX, MARK_PX = 880, 40


class StartPage(QWidget):
    """Emits what is chosen."""

    files_requested = Signal()
    folder_requested = Signal()
    teaching_requested = Signal()
    label_requested = Signal()
    sample_requested = Signal()
    recent_requested = Signal(str)
    mouse_chosen = Signal(str)
    mouse_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._shown: tuple[str, ...] | None = None
        self._tiles: dict[Command, Tile] = {}
        centre = QWidget()
        centre.setMaximumWidth(WIDTH_PX)
        inner = column(centre, spacing=4)
        inner.addLayout(self._make_invitation())
        inner.addLayout(self._make_tiles())
        inner.addLayout(self._make_links())
        inner.addWidget(self._make_mouse_line())
        self._recent_card = card()
        self._recent_card.setObjectName("recent")
        self._recent = column(self._recent_card, margin=3, spacing=1)
        inner.addWidget(self._recent_card)
        outer = column(self, margin=6)
        across = row()
        across.addStretch(1)
        across.addWidget(centre, 12)
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

    def _make_tiles(self) -> QGridLayout:
        layout = QGridLayout()
        layout.setSpacing(3 * STEP)
        rows = (
            ("ui.start_files", "open_files", "open_files", self.files_requested, "primary"),
            ("ui.start_label", "label_projects", "label", self.label_requested, ""),
            ("ui.start_teach", "show_teaching", "teaching", self.teaching_requested, ""),
            ("ui.start_sample", "open_sample", "sample", self.sample_requested, ""),
        )
        commands = {command.id: command for command in COMMANDS}
        for place, (key, command, icon_name, signal, role) in enumerate(rows):
            tile = Tile(icon_name, tr(key), tr(f"{key}_text"), role=role, name=key.removeprefix("ui."))
            tile.clicked.connect(signal)
            self._tiles[commands[command]] = tile
            layout.addWidget(tile, 0, place)
            layout.setColumnStretch(place, 1)
        return layout

    def _make_links(self) -> QVBoxLayout:
        layout = column()
        made = button("ui.start_folder", self.folder_requested.emit, role="link", name="start_folder")
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout.addWidget(made)
        return layout

    def _make_mouse_line(self) -> MouseLine:
        self.mouse_line = MouseLine()
        self.mouse_line.chosen.connect(self.mouse_chosen)
        self.mouse_line.dismissed.connect(self.mouse_dismissed)
        return self.mouse_line

    def render_settings(self, settings: Settings) -> None:
        """Show what was opened last, and what the mouse works like."""
        self.mouse_line.render_settings(settings)
        for command, tile in self._tiles.items():
            keys = keys_of(command, settings.keys)
            tile.setToolTip(bracketed(tile.accessibleName(), shown_text(keys[0]) if keys else ""))
        if settings.recent != self._shown:
            self._shown = settings.recent
            self._render_recent(settings.recent)

    def _render_recent(self, paths: tuple[str, ...]) -> None:
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
