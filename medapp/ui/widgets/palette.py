"""The command palette: a line over the window, and what its words find."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.palette_search import Entry
from medapp.ui.widgets.layouts import column, label, named, plain_tooltip

WIDTH_PX, TOP_PX = 560, 96
COLUMNS_PX = (330, 90)
"""Of names and of menus; the keys have the rest."""
ROWS, ROW_PX = 10, 26
MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}


class _Line(QLineEdit):
    """Takes every key for itself, also those that are commands of the window."""

    moved, left = Signal(int), Signal()

    def event(self, event: QEvent) -> bool:
        """Keep all keys from the shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in what was found, or leave."""
        key = Qt.Key(event.key())
        if key in MOVES:
            self.moved.emit(MOVES[key])
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.returnPressed.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave where the keyboard goes elsewhere."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class Palette(QFrame):
    """Lies over its window. Emits what is typed, the entry that is chosen, and that it was left."""

    query_changed = Signal(str)
    entry_chosen = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("palette")
        self._line = named(_Line(), "palette_line")
        self._line.setPlaceholderText(tr("palette.type"))
        self._line.setAccessibleName(tr("palette.type"))
        self._line.textChanged.connect(self.query_changed)
        self._line.returnPressed.connect(self._choose)
        self._line.moved.connect(self._move)
        self._line.left.connect(self.left)
        self._tree = self._make_tree()
        self._nothing = label(tr("palette.none"), "dim", name="palette_none")
        self._nothing.setContentsMargins(8, 4, 8, 4)
        layout = column(self, margin=2, spacing=1)
        layout.addWidget(self._line)
        layout.addWidget(self._tree)
        layout.addWidget(self._nothing)
        self.hide()

    def _make_tree(self) -> QTreeWidget:
        tree = named(QTreeWidget(), "palette_tree")
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setColumnCount(len(COLUMNS_PX) + 1)
        for number, width in enumerate(COLUMNS_PX):
            tree.setColumnWidth(number, width)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tree.setAccessibleName(tr("palette.found"))
        tree.itemClicked.connect(self._choose)
        return tree

    def open(self) -> None:
        """Show it at the top of its window, with an empty line."""
        self._line.clear()
        width = min(WIDTH_PX, self._over.width() - 40)
        self.setGeometry((self._over.width() - width) // 2, TOP_PX, width, 1)
        self.adjustSize()
        self.resize(width, self.sizeHint().height())
        self.show()
        self.raise_()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def render_entries(self, entries: list[Entry]) -> None:
        """Show what was found, the first of it chosen."""
        self._tree.clear()
        self._tree.addTopLevelItems([_item(entry) for entry in entries])
        self._go_to(0)
        self._tree.setFixedHeight(max(1, min(ROWS, len(entries))) * ROW_PX + 4)
        self._tree.setVisible(bool(entries))
        self._nothing.setVisible(not entries)
        self.resize(self.width(), self.sizeHint().height())

    @Slot(int)
    def _move(self, steps: int) -> None:
        rows = self._tree.topLevelItemCount()
        if rows:
            now = self._tree.indexOfTopLevelItem(self._tree.currentItem())
            wanted = (now + steps) % rows if abs(steps) == 1 else min(max(now + steps, 0), rows - 1)
            self._go_to(wanted)

    def _go_to(self, row: int) -> None:
        item = self._tree.topLevelItem(row)
        if item is not None:
            self._tree.setCurrentItem(item)

    @Slot()
    def _choose(self) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self.entry_chosen.emit(item.data(0, Qt.ItemDataRole.UserRole))


def _item(entry: Entry) -> QTreeWidgetItem:
    item = QTreeWidgetItem([entry.title, entry.place, entry.keys])
    item.setToolTip(0, plain_tooltip(entry.title))
    item.setForeground(1, QColor(theme.current().dim))
    item.setData(0, Qt.ItemDataRole.UserRole, entry.id)
    item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{entry.title} {entry.keys}".strip())
    return item
