"""The files that cannot be shown, counted in a line that opens to each with its reason."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from medapp.errors import Problem
from medapp.i18n import tell, tr
from medapp.imaging.study import NotImage
from medapp.ui.widgets.layouts import column, named, plain_tooltip
from medapp.ui.widgets.themed import IconButton

LISTED_LIMIT = 2000


class ProblemList(QWidget):
    """A line that counts the files that are not shown, and opens to each with its reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[Problem, ...], tuple[NotImage, ...]] = ((), ())
        self._line = IconButton("attention", "problems_line")
        self._line.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._line.setCheckable(True)
        self._line.toggled.connect(self._open)
        self._list = named(QListWidget(), "problems_list")
        self._list.setWordWrap(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setMinimumHeight(120)
        self._list.setMaximumHeight(240)
        self._list.hide()
        layout = column(self, margin=1, spacing=1)
        layout.addWidget(self._line)
        layout.addWidget(self._list)
        self.hide()

    def render_problems(self, problems: tuple[Problem, ...], others: tuple[NotImage, ...]) -> None:
        """Show how many files have a problem or no picture, and which."""
        if self._shown == (problems, others):
            return
        self._shown = (problems, others)
        self.setVisible(bool(problems or others))
        self._line.show_icon("attention" if problems else "more")
        self._line.setText(" " + _count_text(len(problems), len(others)))
        self._list.clear()
        if self._line.isChecked():
            self._fill()

    def _fill(self) -> None:
        """List the files; only when somebody looks, for there may be thousands."""
        problems, others = self._shown
        for problem in problems[:LISTED_LIMIT]:
            self._add(problem.path, tell(problem))
        for other in others[: max(0, LISTED_LIMIT - len(problems))]:
            self._add(other.path, tr(f"what.{other.what}"))

    def _add(self, path: str, reason: str) -> None:
        item = QListWidgetItem(f"{PurePath(path).name}\n{reason}")
        item.setToolTip(plain_tooltip(path))
        self._list.addItem(item)

    @Slot(bool)
    def _open(self, shown: bool) -> None:
        if shown and not self._list.count():
            self._fill()
        self._list.setVisible(shown)


def _count_text(problems: int, others: int) -> str:
    """Count what failed; where nothing did, what never had a picture."""
    if problems:
        return tr("ui.problem") if problems == 1 else tr("ui.problems", count=problems)
    return tr("ui.not_image") if others == 1 else tr("ui.not_images", count=others)
