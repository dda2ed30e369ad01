"""The silent watch: over how many studies, how far it is, and what the model would have said."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QSpinBox, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, named, row
from medapp.ui.widgets.teaching.use_views import WatchView

MOST, FIRST = 1000, 50


class WatchCard(QWidget):
    """Renders a watch; emits the wish to begin one, to end it, and to remove the model."""

    watch_requested = Signal(int)
    end_requested = Signal()
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studies = named(QSpinBox(), "watch_studies")
        self._studies.setRange(1, MOST)
        self._studies.setValue(FIRST)
        self._studies.setFixedWidth(72)
        self._watch = button("use.watch", self._request, name="watch")
        self._end = button("use.watch_end", self.end_requested.emit, name="watch_end")
        self._remove = button("use.remove", self.remove_requested.emit, name="remove_model")
        self._progress = named(QProgressBar(textVisible=False), "watch_progress")
        self._lines = label("", "", wrap=True, name="watch_lines")
        self._complete = label(tr("use.watch_complete"), "heading", wrap=True, name="watch_complete")
        framed = card()
        column(self).addWidget(framed)
        layout = column(framed, margin=4, spacing=2)
        layout.addWidget(label(tr("use.watch_title"), "heading"))
        layout.addWidget(label(tr("use.watch_intro"), "dim", wrap=True))
        across = row()
        before = label(tr("use.watch_studies"))
        before.setBuddy(self._studies)
        for widget in (before, self._studies, self._watch, self._end, self._remove):
            across.addWidget(widget)
        across.addStretch(1)
        layout.addLayout(across)
        for shown in (self._progress, self._complete, self._lines):
            layout.addWidget(shown)

    def render_watch(self, view: WatchView, *, enabled: bool, removable: bool) -> None:
        """Show how far the watch is; nothing of a single image is ever shown."""
        self._studies.setEnabled(enabled and not view.watching)
        self._watch.setEnabled(enabled and not view.watching)
        self._end.setVisible(view.watching)
        self._remove.setVisible(removable)
        self._progress.setVisible(view.watching)
        self._progress.setRange(0, max(1, view.wanted))
        self._progress.setValue(min(view.done, view.wanted))
        self._complete.setVisible(view.watching and view.complete)
        self._lines.setText("\n".join(view.lines))
        self._lines.setVisible(bool(view.lines))

    @Slot()
    def _request(self) -> None:
        self.watch_requested.emit(self._studies.value())
