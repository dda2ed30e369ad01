"""The list of hanging rules: applied, made of what is on screen, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, named, row

SIZE = (520, 420)


@dataclass(frozen=True)
class RuleRow:
    """A rule as it is listed."""

    name: str
    title: str
    about: str
    own: bool


class HangingDialog(QDialog):
    """Renders rules; emits what is to be done with them, by their place in the list."""

    apply_requested = Signal(int)
    remove_requested = Signal(str)
    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hanging_dialog")
        self.setWindowTitle(tr("hanging.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._rows: tuple[RuleRow, ...] = ()
        self._list = named(QListWidget(), "hanging_list")
        self._list.setAccessibleName(tr("hanging.title"))
        self._list.setWordWrap(True)
        self._list.currentRowChanged.connect(self._enable)
        self._list.itemActivated.connect(self._apply)
        self._name = named(QLineEdit(), "hanging_name")
        self._name.setPlaceholderText(tr("hanging.name"))
        self._name.setAccessibleName(tr("hanging.name"))
        self._name.textChanged.connect(self._enable)
        self._name.returnPressed.connect(self._save)
        self._apply_button = button("hanging.apply", self._apply, role="primary", name="hanging_apply")
        self._remove_button = button("hanging.remove", self._remove, name="hanging_remove")
        self._save_button = button("hanging.save", self._save, name="hanging_save")
        for one in (self._apply_button, self._remove_button, self._save_button):
            one.setAutoDefault(False)
        self._lay_out()
        self._enable()

    def _lay_out(self) -> None:
        layout = column(self, margin=4, spacing=2)
        layout.addWidget(label(tr("hanging.about"), "dim", wrap=True))
        layout.addWidget(self._list, 1)
        deeds = row()
        deeds.addWidget(self._apply_button)
        deeds.addWidget(self._remove_button)
        deeds.addStretch(1)
        layout.addLayout(deeds)
        layout.addWidget(label(tr("hanging.save_about"), "dim", wrap=True))
        saving = row()
        saving.addWidget(self._name, 1)
        saving.addWidget(self._save_button)
        layout.addLayout(saving)

    def render_rules(self, rows: Sequence[RuleRow]) -> None:
        """List the rules; the one that was chosen stays chosen."""
        chosen = self._chosen()
        self._rows = tuple(rows)
        self._list.clear()
        for one in self._rows:
            self._list.addItem(QListWidgetItem(f"{one.title}\n{one.about}"))
        kept = next((n for n, one in enumerate(self._rows) if chosen is not None and one.name == chosen.name), 0)
        self._list.setCurrentRow(kept if self._rows else -1)
        self._enable()

    def _chosen(self) -> RuleRow | None:
        number = self._list.currentRow()
        return self._rows[number] if 0 <= number < len(self._rows) else None

    @Slot()
    def _enable(self) -> None:
        chosen = self._chosen()
        self._apply_button.setEnabled(chosen is not None)
        self._remove_button.setEnabled(chosen is not None and chosen.own)
        self._save_button.setEnabled(bool(self._name.text().strip()))

    @Slot()
    def _apply(self) -> None:
        if self._chosen() is not None:
            self.apply_requested.emit(self._list.currentRow())

    @Slot()
    def _remove(self) -> None:
        chosen = self._chosen()
        if chosen is not None and chosen.own:
            self.remove_requested.emit(chosen.name)

    @Slot()
    def _save(self) -> None:
        name = self._name.text().strip()
        if name:
            self._name.clear()
            self.save_requested.emit(name)
