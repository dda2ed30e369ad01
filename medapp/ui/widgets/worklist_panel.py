"""The worklist under the picture: how far it is, its rows, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, row
from medapp.ui.widgets.opinion_bar import OpinionBar
from medapp.ui.widgets.wording import time_left_text
from medapp.ui.widgets.worklist_table import WorklistTable
from medapp.ui.worklist_view import WorklistView

PANEL_PX = 250
TOLD = ("answered", "unclear", "refused", "no_model", "failed", "waiting")


class WorklistPanel(QWidget):
    """Renders the worklist; emits the wishes to start, stop, take up, export and close it."""

    start_requested = Signal()
    stop_requested = Signal()
    go_on_requested = Signal()
    export_requested = Signal()
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worklist_panel")
        self.setMinimumHeight(PANEL_PX // 2)
        self.table = WorklistTable()
        self.opinions = OpinionBar("worklist_opinions", foot_px=6)
        self._view: WorklistView | None = None
        layout = column(self, spacing=1)
        layout.setContentsMargins(8, 6, 8, 0)
        layout.addLayout(self._make_head())
        layout.addWidget(self._make_progress())
        layout.addWidget(self.table, 1)
        layout.addWidget(self.opinions)
        self.hide()

    def _make_head(self) -> QHBoxLayout:
        head = row()
        head.addWidget(label(tr("worklist.title"), "heading"))
        self._counts = label("", "dim", name="worklist_counts")
        self._counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(self._counts, 1)
        self._start = button("worklist.start", self.start_requested.emit, role="primary", name="worklist_start")
        self._go_on = button("worklist.go_on", self.go_on_requested.emit, role="primary", name="worklist_go_on")
        self._stop = button("worklist.stop", self.stop_requested.emit, name="worklist_stop")
        self._export = button("worklist.export", self.export_requested.emit, name="worklist_export")
        close = button("worklist.close", self.close_requested.emit, name="worklist_close")
        for made in (self._go_on, self._start, self._stop, self._export, close):
            head.addWidget(made)
        return head

    def _make_progress(self) -> QWidget:
        self._progress = QWidget()
        layout = row(self._progress)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setObjectName("worklist_bar")
        self._left = label("", "small", name="worklist_left")
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._left)
        return self._progress

    def render_view(self, view: WorklistView, *, judged_here: bool) -> None:
        """Show how far the worklist is, its rows are the table's; and whether answers can be `judged_here`."""
        self.setVisible(view.shown)
        self.opinions.setVisible(judged_here and view.rows > 0)
        if view is self._view or not view.shown:
            return
        self._view = view
        self._counts.setText(_counts_text(view))
        self._start.setText(tr("worklist.start_n", rows=view.waiting) if view.waiting else tr("worklist.start"))
        self._start.setVisible(not view.running and not view.unfinished)
        self._start.setEnabled(view.waiting > 0 and not view.listing)
        self._go_on.setVisible(bool(view.unfinished) and not view.running)
        self._stop.setVisible(view.running)
        self._export.setEnabled(view.rows > 0)
        self._progress.setVisible(view.running)
        if view.progress is not None:
            self._bar.setRange(0, view.progress.total)
            self._bar.setValue(view.progress.done)
            counted = tr("ui.done_of", done=view.progress.done, total=view.progress.total)
            self._left.setText(" · ".join(filter(None, (counted, time_left_text(view.progress.seconds_left)))))
        self.table.render_current(view.current)
        self.opinions.render_said(view.opinion, enabled=view.can_be_judged)


def _counts_text(view: WorklistView) -> str:
    if view.unfinished:
        return tr("worklist.unfinished", rows=view.unfinished)
    if not view.rows:
        return tr("worklist.listing") if view.listing else tr("worklist.empty")
    parts = [tr(f"worklist.count.{stage}", n=view.counts[stage]) for stage in TOLD if view.counts.get(stage)]
    if view.older:
        parts.append(tr("worklist.count.older", n=view.older))
    return " · ".join((tr("worklist.rows", n=view.rows), *parts))
