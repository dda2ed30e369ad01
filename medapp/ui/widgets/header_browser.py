"""The header browser: what a file says of itself, as a tree that can be searched, copied and compared."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QCheckBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeView,
    QWidget,
)

from medapp.i18n import bracketed, tr
from medapp.ui.header_view import (
    HeaderLine,
    HeaderPath,
    HeaderView,
    all_text,
    here_text,
    matching,
    only_differences,
    row_text,
    there_text,
)
from medapp.ui.widgets.header_model import OTHER, HeaderModel
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.themed import ChoiceBox

FIRST_SIZE = (980, 640)
COLUMNS_PX = (150, 44, 280, 300)
OPEN_AT_ONCE = 400
SEARCH_MS = 120
NATIVE = QKeySequence.SequenceFormat.NativeText


class HeaderBrowser(QDialog):
    """Renders a header; emits which other one is to be compared, and what is to be read that was held back."""

    compare_requested = Signal(str)
    opening_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header_browser")
        self.setWindowTitle(tr("header.title"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*FIRST_SIZE)
        self._view = HeaderView()
        self._found: tuple[int, ...] = ()
        self._model = HeaderModel(self)
        self._model.opening_requested.connect(self.opening_requested)
        self._tree = self._made_tree()
        self._search = named(QLineEdit(placeholderText=tr("header.search"), clearButtonEnabled=True), "header_search")
        self._search.setAccessibleName(tr("header.search"))
        self._search_soon = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._search_soon.timeout.connect(self._find)
        self._search.textChanged.connect(lambda _: self._search_soon.start())
        self._search.returnPressed.connect(self.find_next)
        self._count = label("", "dim", name="header_count")
        self._compare = ChoiceBox("header_compare")
        self._compare.setAccessibleName(tr("header.compare"))
        self._compare.activated.connect(self._ask_to_compare)
        self._differences = self._box("header.only_differences", "header_only_differences")
        self._hide = self._box("header.hide_identity", "header_hide_identity")
        self._told = label("", "dim", wrap=True, name="header_told")
        self._lay_out()
        self._add_keys()
        self._search.setFocus()

    def _box(self, key: str, name: str) -> QCheckBox:
        box = named(QCheckBox(tr(key)), name)
        box.toggled.connect(self._render)
        return box

    def _made_tree(self) -> QTreeView:
        tree = named(QTreeView(), "header_tree")
        tree.setModel(self._model)
        tree.setUniformRowHeights(True)
        tree.setAlternatingRowColors(True)
        tree.setAccessibleName(tr("header.title"))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._show_menu)
        header = tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for number, width in enumerate(COLUMNS_PX):
            header.resizeSection(number, width)
        return tree

    def _lay_out(self) -> None:
        layout = column(self, margin=4, spacing=2)
        above = row(spacing=3)
        above.addWidget(self._search, 1)
        above.addWidget(self._count)
        above.addWidget(button("header.find_previous", self.find_previous, name="header_previous"))
        above.addWidget(button("header.find_next", self.find_next, name="header_next"))
        layout.addLayout(above)
        beside = row(spacing=3)
        beside.addWidget(label(tr("header.compare"), "dim"))
        beside.addWidget(self._compare, 1)
        beside.addWidget(self._differences)
        beside.addWidget(self._hide)
        layout.addLayout(beside)
        layout.addWidget(self._told)
        layout.addWidget(self._tree, 1)
        layout.addLayout(self._foot())
        self._settle_buttons()

    def _settle_buttons(self) -> None:
        """Let Return search on, and tell the keys."""
        keys = {"header_next": "F3", "header_previous": "Shift+F3", "header_copy_row": "Ctrl+C"}
        for made in self.findChildren(QPushButton):
            made.setAutoDefault(False)
            if made.objectName() in keys:
                made.setToolTip(bracketed(made.text(), QKeySequence(keys[made.objectName()]).toString(NATIVE)))

    def _foot(self) -> QBoxLayout:
        below = row()
        below.addWidget(label(tr("header.hint"), "small", wrap=True), 1)
        for name in ("copy_value", "copy_row", "copy_all"):
            below.addWidget(button(f"header.{name}", getattr(self, name), name=f"header_{name}"))
        below.addWidget(button("header.close", self.reject, name="header_close"))
        return below

    def _add_keys(self) -> None:
        keys = (
            ("find", QKeySequence("Ctrl+F"), self._focus_search),
            ("next", QKeySequence("F3"), self.find_next),
            ("previous", QKeySequence("Shift+F3"), self.find_previous),
            ("copy", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_row),
        )
        for name, key, asked in keys:
            action = QAction(self)
            action.setObjectName(f"header_key_{name}")
            action.setShortcut(key)
            action.triggered.connect(lambda _=False, asked=asked: asked())
            self.addAction(action)

    def render_view(self, view: HeaderView) -> None:
        """Show a header, and which ones it can be compared with."""
        before, self._view = self._view, view
        if view.choices != before.choices or view.compared != before.compared or not self._compare.count():
            self._fill_choices()
        self._told.setText(view.told)
        self._told.setVisible(bool(view.told))
        self._differences.setEnabled(bool(view.compared))
        if view.lines is not before.lines or view.compared != before.compared:
            self._render()

    def _fill_choices(self) -> None:
        with QSignalBlocker(self._compare):
            self._compare.clear()
            self._compare.addItem(tr("header.compare_none"), "")
            known = {choice.source for choice in self._view.choices}
            if self._view.compared and self._view.compared not in known:
                self._compare.addItem(tr("header.compare_kept"), self._view.compared)
            for choice in self._view.choices:
                self._compare.addItem(choice.text, choice.source)
            self._compare.setCurrentIndex(max(0, self._compare.findData(self._view.compared)))

    @Slot()
    def _render(self) -> None:
        compared = bool(self._view.compared)
        wanted = self._view.lines
        if compared and self._differences.isChecked():
            wanted = only_differences(wanted)
        at, top = self._tree.currentIndex(), self._tree.verticalScrollBar().value()
        line = self._model.line_at(at)
        open_paths = self._open_paths()
        self._model.show_lines(wanted, compared=compared, hidden=self._hide.isChecked())
        if len(wanted) <= OPEN_AT_ONCE:
            self._tree.expandAll()
        else:
            self._open_again(open_paths)
        self._go_back_to(line, top)
        self._find()

    def _open_paths(self) -> set[HeaderPath]:
        """Return which lines are open; where there are few, all are."""
        parents = self._model.parents
        if len(self._model.lines) > OPEN_AT_ONCE:
            parents = tuple(n for n in parents if self._tree.isExpanded(self._model.index_of(n)))
        return self._model.asked | {self._model.lines[number].path for number in parents}

    def _open_again(self, paths: set[HeaderPath]) -> None:
        for number in self._model.parents:
            if self._model.lines[number].path in paths:
                self._tree.expand(self._model.index_of(number))

    def _go_back_to(self, line: HeaderLine | None, top: int) -> None:
        """Stay at the same attribute while images are scrolled."""
        self._tree.verticalScrollBar().setValue(top)
        if line is None:
            return
        for number, other in enumerate(self._model.lines):
            if other.path == line.path:
                self._tree.setCurrentIndex(self._model.index_of(number))
                return

    def _ask_to_compare(self, number: int) -> None:
        self.compare_requested.emit(str(self._compare.itemData(number) or ""))

    def _focus_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    @Slot()
    def _find(self) -> None:
        """Highlight what the search finds."""
        self._search_soon.stop()
        text = self._search.text()
        self._found = matching(self._model.lines, text, hidden=self._hide.isChecked())
        self._model.mark_found(self._found)
        self._tree.viewport().update()
        some = tr("header.found", count=len(self._found)) if self._found else tr("header.found_none")
        self._count.setText(some if text.strip() else "")

    @Slot()
    def find_next(self) -> None:
        """Go to the next line that was found; behind the last, to the first."""
        self._go(1)

    @Slot()
    def find_previous(self) -> None:
        """Go to the line that was found before this one."""
        self._go(-1)

    def _go(self, step: int) -> None:
        self._find()
        if not self._found:
            return
        current = self._tree.currentIndex()
        here = int(current.internalId()) if current.isValid() else -1
        if step > 0:
            wanted = next((n for n in self._found if n > here), self._found[0])
        else:
            wanted = next((n for n in reversed(self._found) if n < here), self._found[-1])
        index = self._model.index_of(wanted)
        self._tree.setCurrentIndex(index)
        self._tree.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._count.setText(tr("header.found_at", number=self._found.index(wanted) + 1, count=len(self._found)))

    def _chosen(self) -> list[HeaderLine]:
        numbers = sorted(int(index.internalId()) for index in self._tree.selectionModel().selectedRows())
        return [self._model.lines[number] for number in numbers]

    @Slot()
    def copy_value(self) -> None:
        """Copy the value of the chosen line, of the column that was clicked."""
        hidden = self._hide.isChecked()
        text = there_text if self._tree.currentIndex().column() == OTHER else here_text
        self._copy("\n".join(text(line, hidden=hidden) for line in self._chosen()))

    @Slot()
    def copy_row(self) -> None:
        """Copy the chosen lines with tag and name."""
        self._copy("\n".join(self._text_of(line) for line in self._chosen()))

    @Slot()
    def copy_all(self) -> None:
        """Copy all lines that are shown."""
        self._copy(all_text(self._model.lines, hidden=self._hide.isChecked(), compared=bool(self._view.compared)))

    def _text_of(self, line: HeaderLine) -> str:
        return row_text(line, hidden=self._hide.isChecked(), compared=bool(self._view.compared))

    @staticmethod
    def _copy(text: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ("copy_value", "copy_row", "copy_all"):
            menu.addAction(tr(f"header.{name}")).triggered.connect(getattr(self, name))
        menu.popup(self._tree.viewport().mapToGlobal(at))
