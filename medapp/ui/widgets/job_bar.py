"""The jobs under way, in the status bar: what, how far, time left, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from medapp.i18n import tr
from medapp.jobs import Progress
from medapp.ui.state import JobView
from medapp.ui.widgets.layouts import label, row
from medapp.ui.widgets.themed import IconButton
from medapp.ui.widgets.wording import time_left_text

CANCEL_PX = 12


class JobBar(QWidget):
    """Renders the newest job and how many there are; emits the id of the one to cancel."""

    cancel_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("job_bar")
        self._id = 0
        self._text = label("", "small", name="job_text")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(160)
        self._cancel = IconButton("cancel", "job_cancel", tr("ui.cancel"))
        self._cancel.setIconSize(QSize(CANCEL_PX, CANCEL_PX))
        self._cancel.clicked.connect(lambda: self.cancel_requested.emit(self._id))
        layout = row(self)
        layout.addWidget(self._text)
        layout.addWidget(self._bar)
        layout.addWidget(self._cancel)
        self.setFixedHeight(layout.sizeHint().height())  # a job that starts or ends must not move the picture
        self.render_jobs(())

    def render_jobs(self, jobs: tuple[JobView, ...], quiet: str = "") -> None:
        """Show the newest of `jobs`; else what runs without a bar here (`quiet`), or that nothing does."""
        self._bar.setVisible(bool(jobs))
        self._cancel.setVisible(bool(jobs))
        if not jobs:
            self._text.setText(quiet or tr("ui.no_jobs"))
            return
        newest = jobs[-1]
        self._id = newest.id
        progress = newest.progress or Progress(0, 0)
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        self._text.setText(_job_text(newest.title, progress, len(jobs)))


def _job_text(title: str, progress: Progress, jobs: int) -> str:
    counted = tr("ui.done_of", done=progress.done, total=progress.total) if progress.total else progress.text
    parts = [title, counted, time_left_text(progress.seconds_left)]
    if jobs > 1:
        parts.append(tr("ui.more_jobs", count=jobs - 1))
    return " · ".join(p for p in parts if p)
