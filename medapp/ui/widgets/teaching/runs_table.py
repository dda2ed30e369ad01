"""The trainings of a project side by side, compared on cross-validation alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import card, column, label
from medapp.ui.widgets.teaching.views import RunRow

COLUMNS = ("run", "start", "figure", "duration", "chosen")
WIDEST_PX = 880


class RunsTable(QWidget):
    """Renders a row a training, the latest first; the best one is the one that the sealed test is opened for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunRow, ...] = ()
        self._rows: QFrame | None = None
        self._layout = column(self, spacing=2)
        self._layout.addWidget(label(tr("teach.runs"), "heading"))
        self._layout.addWidget(label(tr("teach.runs_meaning"), "small", wrap=True, name="runs_meaning"))

    def render_runs(self, runs: tuple[RunRow, ...]) -> None:
        """Show the trainings that have ended."""
        self.setVisible(bool(runs))
        if runs == self._runs:
            return
        self._runs = runs
        if self._rows is not None:
            self._rows.hide()
            self._rows.deleteLater()
        self._rows = _table(runs)
        self._layout.addWidget(self._rows)


def _table(runs: tuple[RunRow, ...]) -> QFrame:
    framed = card()
    framed.setMaximumWidth(WIDEST_PX)
    grid = QGridLayout(framed)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    for column_number, name in enumerate(COLUMNS):
        grid.addWidget(label(tr(f"teach.runs_{name}"), "small"), 0, column_number)
    for number, run in enumerate(runs, start=1):
        _fill_row(grid, number, run)
    grid.setColumnStretch(len(COLUMNS) - 1, 1)
    return framed


def _fill_row(grid: QGridLayout, number: int, run: RunRow) -> None:
    top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
    grid.addWidget(label(tr(f"ui.effort_{run.effort}"), "heading" if run.best else ""), number, 0, top)
    if not run.finished:
        grid.addWidget(label(run.text, "attention", wrap=True), number, 1, 1, len(COLUMNS) - 1)
        return
    chosen = tr("teach.run_best") if run.best else ""
    for place, text in enumerate((run.start, run.figure, run.duration), start=1):
        grid.addWidget(label(text, "heading" if run.best and place == 2 else ""), number, place, top)
    grid.addWidget(label(chosen, "done", wrap=True), number, len(COLUMNS) - 1)
