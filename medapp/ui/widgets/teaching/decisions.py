"""What was decided about findings, folded, each with a button that takes it back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, row
from medapp.ui.widgets.teaching.check_views import DecisionView
from medapp.ui.widgets.teaching.figures import empty
from medapp.ui.widgets.themed import Mark


class Decisions(QWidget):
    """Renders decisions; emits the place of the one to undo."""

    undo_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[DecisionView, ...] = ()
        self._fold = button("remedy.decided", self._turn, role="link", name="decided")
        self._fold.setCheckable(True)
        self._rows = QWidget()
        self._layout = column(self._rows, spacing=2)
        layout = column(self, spacing=2)
        layout.addWidget(self._fold)
        layout.addWidget(self._rows)
        self._rows.hide()
        self.hide()

    def render_decisions(self, decisions: tuple[DecisionView, ...], *, locked: bool) -> None:
        """Show what was decided, the latest first."""
        self.setVisible(bool(decisions))
        self._rows.setEnabled(not locked)
        if decisions == self._shown:
            return
        self._shown = decisions
        self._fold.setText(tr("remedy.decided", count=len(decisions)))
        empty(self._layout)
        for decision in reversed(decisions):
            self._layout.addWidget(self._card(decision))

    def _card(self, decision: DecisionView) -> QFrame:
        framed = card()
        across = row(framed, margin=3, spacing=3)
        across.addWidget(Mark("done", "done"))
        texts = column(spacing=1)
        texts.addWidget(label(decision.text, "", wrap=True))
        if decision.about:
            texts.addWidget(label(decision.about, "small", wrap=True))
        across.addLayout(texts, 1)
        asked = partial(self.undo_requested.emit, decision.number)
        across.addWidget(button("remedy.undo", asked, name=f"undo_{decision.number}"))
        return framed

    def _turn(self) -> None:
        self._rows.setVisible(self._fold.isChecked())
