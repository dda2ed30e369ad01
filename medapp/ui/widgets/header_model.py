"""The lines of a header as a tree that Qt asks about, line by line, as far as it is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.header_view import HeaderLine, HeaderPath, here_text, name_text, there_text

TAG, VR, NAME, VALUE, OTHER = range(5)
_HEADINGS = ("tag", "vr", "name", "value", "other")
_TOP = -1
Index = QModelIndex | QPersistentModelIndex


class HeaderModel(QAbstractItemModel):
    """Shows lines; asks for what was held back when its line is opened."""

    opening_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[HeaderLine, ...] = ()
        self._compared = self._hidden = False
        self._found: frozenset[int] = frozenset()
        self.asked: set[HeaderPath] = set()
        self._arrange()

    def show_lines(self, lines: Sequence[HeaderLine], *, compared: bool, hidden: bool) -> None:
        """Show other lines, with one column of values or two, and with identity or without."""
        self.beginResetModel()
        self.lines, self._compared, self._hidden = tuple(lines), compared, hidden
        self._found = frozenset()
        self.asked = set()
        self._arrange()
        self.endResetModel()

    def mark_found(self, numbers: Sequence[int]) -> None:
        """Highlight the lines that a search has found, when they are drawn next."""
        self._found = frozenset(numbers)

    def _arrange(self) -> None:
        """Find each line's parent and its place among its siblings."""
        numbers = {line.path: number for number, line in enumerate(self.lines)}
        self._children: dict[int, list[int]] = {_TOP: []}
        self._parents: list[int] = []
        self._places: list[int] = []
        for number, line in enumerate(self.lines):
            parent = numbers.get(line.path[:-1], _TOP)
            siblings = self._children.setdefault(parent, [])
            self._parents.append(parent)
            self._places.append(len(siblings))
            siblings.append(number)

    @property
    def parents(self) -> tuple[int, ...]:
        """The lines that others lie in, by their numbers."""
        return tuple(number for number in self._children if number != _TOP)

    def index_of(self, number: int, column: int = 0) -> QModelIndex:
        """Return where the line of a number is."""
        return self.createIndex(self._places[number], column, number)

    def line_at(self, index: Index) -> HeaderLine | None:
        """Return the line at a place of the tree."""
        return self.lines[int(index.internalId())] if index.isValid() else None

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        """Return the place of a child."""
        children = self._children.get(int(parent.internalId()) if parent.isValid() else _TOP, [])
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: ANN401, B008 - Qt's own
        """Return the place of the line that another lies in."""
        above = self._parents[int(index.internalId())] if index.isValid() else _TOP
        return QModelIndex() if above == _TOP else self.index_of(above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Return how many lines lie in another."""
        return len(self._children.get(int(parent.internalId()) if parent.isValid() else _TOP, []))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        """Return four columns, and one for the other header."""
        return 5 if self._compared else 4

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008 - Qt's own
        """Tell whether a line can be opened."""
        line = self.line_at(parent)
        return bool(self.rowCount(parent)) or (line is not None and _is_held(line))

    def canFetchMore(self, parent: Index) -> bool:
        """Tell whether something below a line was held back."""
        line = self.line_at(parent)
        return line is not None and _is_held(line) and line.path not in self.asked

    def fetchMore(self, parent: Index) -> None:
        """Ask for it."""
        line = self.line_at(parent)
        if line is not None:
            self.asked.add(line.path)
            self.opening_requested.emit(line.path)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return the headings."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(f"header.column_{_HEADINGS[section]}")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a cell: its text, and how it stands out."""
        line = self.line_at(index)
        if line is None:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self.text(line, index.column())
        if role == Qt.ItemDataRole.BackgroundRole and int(index.internalId()) in self._found:
            return _tint(theme.current().attention)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(line, index.column())
        return None

    def text(self, line: HeaderLine, column: int) -> str:
        """Return what stands in a column of a line."""
        match column:
            case 0:
                return line.row.tag or (name_text(line.row) if line.row.is_item else "")
            case 1:
                return line.row.vr
            case 2:
                return "" if line.row.is_item else line.row.name
            case 3:
                return here_text(line, hidden=self._hidden)
        mark = tr(f"header.mark_{line.mark}") if line.mark in {"here", "there"} else ""
        return " ".join(part for part in (there_text(line, hidden=self._hidden), mark) if part)

    def _colour(self, line: HeaderLine, column: int) -> QColor | None:
        colours = theme.current()
        if line.mark and column in {VALUE, OTHER}:
            return QColor(colours.accent if line.mark == "differs" else colours.danger)
        return QColor(colours.dim) if column in {TAG, VR} else None


def _is_held(line: HeaderLine) -> bool:
    return line.row.held or (line.other is not None and line.other.held)


def _tint(colour: str) -> QColor:
    made = QColor(colour)
    made.setAlphaF(0.25)
    return made
