"""The comparison with the model in use: its margin before, its verdict and the cases that change after."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QListWidget, QProgressBar, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, named, row
from medapp.ui.widgets.teaching.use_views import ContestView

SMALLEST, LARGEST, FIRST, STEP = 0.005, 0.2, 0.02, 0.005
FLIPS_PX = 132


class ContestCard(QWidget):
    """Renders a contest; emits the wish to compare within a margin, and to stop."""

    compare_requested = Signal(float)
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._champion = label("", "dim", wrap=True, name="contest_champion")
        self._margin = named(QDoubleSpinBox(), "contest_margin")
        self._margin.setRange(SMALLEST, LARGEST)
        self._margin.setDecimals(3)
        self._margin.setSingleStep(STEP)
        self._margin.setValue(FIRST)
        self._margin.setFixedWidth(84)
        self._compare = button("use.compare", self._request, name="compare")
        self._cancel = button("use.compare_stop", self.cancel_requested.emit, name="compare_stop")
        self._progress = QProgressBar(textVisible=False)
        self._phase = label("", "dim", name="contest_phase")
        self._verdict = label("", "heading", wrap=True, name="contest_verdict")
        self._lines = label("", "", wrap=True, name="contest_lines")
        self._flips = named(QListWidget(), "contest_flips")
        self._flips.setFixedHeight(FLIPS_PX)
        self._problem = label("", "attention", wrap=True, name="contest_problem")
        self._lay_out()

    def _lay_out(self) -> None:
        framed = card()
        column(self).addWidget(framed)
        layout = column(framed, margin=4, spacing=2)
        layout.addWidget(label(tr("use.compare_title"), "heading"))
        layout.addWidget(self._champion)
        across = row()
        before = label(tr("use.margin"))
        before.setBuddy(self._margin)
        for widget in (before, self._margin, self._compare, self._cancel, self._phase):
            across.addWidget(widget)
        across.addStretch(1)
        layout.addLayout(across)
        for below in (self._progress, self._verdict, self._lines, self._flips, self._problem):
            layout.addWidget(below)

    def render_contest(self, view: ContestView, *, enabled: bool) -> None:
        """Show whom a comparison would be with, how far it is, or what it said."""
        told = tr("use.champion", name=view.champion) if view.champion else tr("use.no_champion")
        self._champion.setText(told)
        self._margin.setEnabled(enabled and bool(view.champion) and not view.running)
        self._compare.setEnabled(enabled and bool(view.champion) and not view.running)
        self._cancel.setVisible(view.running)
        self._progress.setVisible(view.running)
        self._progress.setRange(0, view.total)
        self._progress.setValue(view.done)
        self._phase.setText(view.phase if view.running else "")
        for shown, text in ((self._verdict, view.verdict), (self._lines, "\n".join(view.lines))):
            shown.setText(text)
            shown.setVisible(bool(text))
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self._flips.setVisible(bool(view.flips))
        if tuple(self._flips.item(n).text() for n in range(self._flips.count())) != view.flips:
            self._flips.clear()
            self._flips.addItems(list(view.flips))

    @Slot()
    def _request(self) -> None:
        self.compare_requested.emit(round(self._margin.value(), 3))
