"""All settings, made from the schema: found by a word, applied at once, each with its way back."""

from __future__ import annotations

from dataclasses import fields
from itertools import groupby

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QScrollArea, QWidget

from medapp.i18n import tr
from medapp.storage.settings import Settings
from medapp.ui.widgets.layouts import button, column, label, line, named, row
from medapp.ui.widgets.setting_row import SettingRow

SIZE = (720, 620)


class SettingsDialog(QDialog):
    """Renders settings; emits the values that a person asks for. It stays open beside the window."""

    value_requested = Signal(str, object)
    keys_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle(tr("setting.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._settings = Settings()
        self._groups: list[tuple[QLabel, list[SettingRow]]] = []
        self._search = named(QLineEdit(), "settings_search")
        self._search.setPlaceholderText(tr("setting.search"))
        self._search.setAccessibleName(tr("setting.search"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._nothing = label(tr("setting.none"), "dim", name="settings_none")
        layout = column(self, margin=4, spacing=3)
        layout.addWidget(self._search)
        layout.addWidget(self._nothing)
        layout.addWidget(self._rows(), 1)
        layout.addWidget(line())
        foot = row()
        foot.addWidget(button("setting.keys", self.keys_requested.emit, name="settings_keys"))
        foot.addStretch(1)
        foot.addWidget(button("setting.close", self.close, role="primary", name="settings_close"))
        layout.addLayout(foot)

    def _rows(self) -> QScrollArea:
        inside = named(QWidget(), "scrolled")
        layout = column(inside, margin=1, spacing=3)
        asked = [f for f in fields(Settings) if "group" in f.metadata]
        for group, declared in groupby(asked, lambda f: str(f.metadata["group"])):
            heading = label(tr(f"setting.group_{group}"), "heading", name=f"group_{group}")
            layout.addWidget(heading)
            rows = [SettingRow(f) for f in declared]
            for made in rows:
                made.value_requested.connect(self.value_requested)
                layout.addWidget(made)
            self._groups.append((heading, rows))
        layout.addStretch(1)
        self._area = area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    @Slot(object)
    def render_settings(self, settings: Settings) -> None:
        """Show `settings`."""
        self._settings = settings
        for _, rows in self._groups:
            for shown in rows:
                shown.render_settings(settings)
        self._filter(self._search.text())

    def show_group(self, group: str) -> None:
        """Go to the rows of a group."""
        self._search.clear()
        heading, rows = next(held for held in self._groups if held[0].objectName() == f"group_{group}")
        rows[0].take_focus()
        QTimer.singleShot(0, self, lambda: self._area.verticalScrollBar().setValue(heading.y()))  # once it is laid out

    @Slot(str)
    def _filter(self, text: str) -> None:
        """Show the rows that hold all words of `text`, and those whose group does."""
        words, found = text.casefold().split(), False
        for heading, rows in self._groups:
            about = heading.text().casefold()
            here = [r for r in rows if r.matters(self._settings) and all(w in f"{about} {r.searched}" for w in words)]
            for shown in rows:
                shown.setVisible(shown in here)
            heading.setVisible(bool(here))
            found = found or bool(here)
        self._nothing.setVisible(not found)
