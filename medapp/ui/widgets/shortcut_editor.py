"""The keys of all commands: found by a word, changed by pressing them; a conflict is told before it happens."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from medapp.i18n import listed, tr
from medapp.ui.command import Command
from medapp.ui.commands import COMMANDS, MENUS
from medapp.ui.key_sheet import command_text, menu_text
from medapp.ui.keys import PRESETS, Chosen, holders, keys_of, shown_text, standard_text, taken_from_others, with_keys
from medapp.ui.widgets.layouts import button, column, give_role, label, named, row

SIZE = (720, 640)
BY_ID = {command.id: command for command in COMMANDS}


class ShortcutEditor(QDialog):
    """Renders the keys that commands have; emits the mapping that a person wants instead."""

    keys_requested = Signal(object)
    sheet_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_editor")
        self.setWindowTitle(tr("keys.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._chosen: Chosen = {}
        self._search = named(QLineEdit(), "keys_search")
        self._search.setPlaceholderText(tr("keys.search"))
        self._search.setAccessibleName(tr("keys.search"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._tree = self._make_tree()
        self._edit = named(QKeySequenceEdit(), "keys_edit")
        self._edit.setMaximumSequenceLength(1)
        self._edit.setAccessibleName(tr("keys.press"))
        self._edit.keySequenceChanged.connect(self._tell)
        self._told = label("", "small", wrap=True, name="keys_told")
        layout = column(self, margin=4, spacing=2)
        layout.addWidget(self._search)
        layout.addWidget(self._tree, 1)
        layout.addLayout(self._make_editing())
        layout.addWidget(self._told)
        layout.addLayout(self._make_foot())
        self._tell()

    def _make_tree(self) -> QTreeWidget:
        tree = named(QTreeWidget(), "keys_tree")
        tree.setHeaderLabels([tr("keys.command"), tr("keys.keys")])
        tree.ensurePolished()  # rows are measured when they are made, with the padding of the style sheet
        tree.setAccessibleName(tr("keys.title"))
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for group in MENUS:
            commands = [c for c in COMMANDS if c.group == group]
            top = QTreeWidgetItem([menu_text(group), ""])
            for command in commands:
                item = QTreeWidgetItem(top, [command_text(command), ""])
                item.setData(0, Qt.ItemDataRole.UserRole, command.id)
                self._items[command.id] = item
            if commands:
                tree.addTopLevelItem(top)
        tree.expandAll()
        tree.currentItemChanged.connect(self._choose)
        tree.itemActivated.connect(lambda: self._edit.setFocus(Qt.FocusReason.OtherFocusReason))
        return tree

    def _make_editing(self) -> QHBoxLayout:
        layout = row()
        layout.addWidget(label(tr("keys.press")))
        layout.addWidget(self._edit, 1)
        self._add = button("keys.add", self._ask_to_add, role="primary", name="keys_add")
        self._remove = button("keys.remove", self._ask_to_remove, name="keys_remove")
        self._reset = button("setting.reset", self._ask_for_default, name="keys_reset")
        for made in (self._add, self._remove, self._reset):
            made.setAutoDefault(False)
            layout.addWidget(made)
        return layout

    def _make_foot(self) -> QHBoxLayout:
        layout = row()
        self._reset_all = button("keys.reset_all", self._ask_for_all_defaults, name="keys_reset_all")
        sheet = button("keys.sheet", self.sheet_requested.emit, name="keys_sheet")
        close = button("setting.close", self.close, name="keys_close")
        layout.addWidget(self._reset_all)
        layout.addWidget(sheet)
        layout.addStretch(1)
        layout.addWidget(close)
        for made in (self._reset_all, sheet, close):
            made.setAutoDefault(False)  # Return belongs to the key that is pressed
        return layout

    def render_keys(self, chosen: Chosen) -> None:
        """Show the keys that all commands have."""
        self._chosen = chosen
        for name, item in self._items.items():
            item.setText(1, listed(map(shown_text, keys_of(BY_ID[name], chosen))))
            font = item.font(1)
            font.setBold(name in chosen)
            item.setFont(1, font)
        self._reset_all.setEnabled(bool(chosen))
        self._tell()

    @property
    def _command(self) -> Command | None:
        item = self._tree.currentItem()
        return None if item is None else BY_ID.get(str(item.data(0, Qt.ItemDataRole.UserRole)))

    @property
    def _pressed(self) -> str:
        return standard_text(self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    @Slot()
    def _choose(self) -> None:
        self._edit.clear()
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Say what would happen to the pressed key, before it does."""
        command, key = self._command, self._pressed
        held = holders(key, command, self._chosen) if command is not None and key else ()
        own = command is not None and key in map(standard_text, keys_of(command, self._chosen))
        self._edit.setEnabled(command is not None)
        self._add.setEnabled(command is not None and bool(key) and not own and PRESETS not in held)
        self._add.setText(tr("keys.take" if held else "keys.add"))
        self._remove.setEnabled(command is not None and bool(keys_of(command, self._chosen)))
        self._reset.setEnabled(command is not None and command.id in self._chosen)
        give_role(self._told, "attention" if held else "small")
        self._told.setText(_sentence(command, key, held, own=own))

    def _ask_to_add(self) -> None:
        if (command := self._command) is not None and self._pressed:
            self.keys_requested.emit(taken_from_others(self._chosen, command, self._pressed))
            self._edit.clear()

    def _ask_to_remove(self) -> None:
        if (command := self._command) is not None:
            self.keys_requested.emit(with_keys(self._chosen, command, ()))

    def _ask_for_default(self) -> None:
        if (command := self._command) is not None:
            wanted = {name: keys for name, keys in self._chosen.items() if name != command.id}
            self.keys_requested.emit(without_conflicts(wanted, command))

    def _ask_for_all_defaults(self) -> None:
        self.keys_requested.emit({})

    @Slot(str)
    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items.values():
            told = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(not all(word in told for word in words))
        for place in range(self._tree.topLevelItemCount()):
            top = self._tree.topLevelItem(place)
            if top is not None:
                top.setHidden(all(top.child(n).isHidden() for n in range(top.childCount())))


def without_conflicts(chosen: Chosen, command: Command) -> dict[str, tuple[str, ...]]:
    """Return `chosen` with the program's own keys of `command` taken back from those that have them now."""
    result = dict(chosen)
    for key in command.shortcuts:
        for other in (BY_ID[name] for name in holders(key, command, result) if name != PRESETS):
            left = [k for k in keys_of(other, result) if standard_text(k) != standard_text(key)]
            result = with_keys(result, other, left)
    return result


def _sentence(command: Command | None, key: str, held: tuple[str, ...], *, own: bool) -> str:
    if command is None:
        return tr("keys.choose")
    if not key:
        return tr("keys.press_for", name=command_text(command))
    if own:
        return tr("keys.has", pressed=shown_text(key), name=command_text(command))
    if PRESETS in held:
        return tr("keys.is_preset", pressed=shown_text(key))
    if held:
        names = listed(command_text(BY_ID[name]) for name in held)
        return tr("keys.conflict", pressed=shown_text(key), names=names)
    return tr("keys.free", pressed=shown_text(key), name=command_text(command))
