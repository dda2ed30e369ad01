"""Step 3: what the numbers can prove, what was found in the cases, and what was decided about it."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.teaching.check_views import CheckView, FindingView
from medapp.ui.widgets.teaching.decisions import Decisions
from medapp.ui.widgets.teaching.figures import empty
from medapp.ui.widgets.teaching.finding_card import FindingCard
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.wording import time_left_text


class CheckStep(QWidget):
    """Renders the check; emits what is to be done about findings, and the wish to seal the test set."""

    seal_requested = Signal()
    pattern_requested = Signal()
    next_requested = Signal()
    fix_requested = Signal(str, int)
    keep_requested = Signal(str, str)
    page_requested = Signal(str, int)
    undo_requested = Signal(int)
    again_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[FindingView, ...] | None = None
        self._cards: dict[str, FindingCard] = {}
        self._title = label("", "title", name="check_title")
        self._proves = label("", wrap=True, name="proves")
        self._findings = column(spacing=2)
        self._none = label(tr("ui.no_findings"), "done", name="no_findings")
        self._decisions = Decisions()
        self._decisions.undo_requested.connect(self.undo_requested)
        self._sealed = label("", "", wrap=True, name="sealed_text")
        self._seal = button("ui.seal", self.seal_requested.emit, role="primary", name="seal")
        self._next = button("ui.next", self.next_requested.emit, role="primary", name="check_next")
        self._lay_out()

    def _lay_out(self) -> None:
        layout = framed(self, footer_of(self._seal, self._next))
        layout.addWidget(self._title)
        layout.addWidget(self._proves)
        layout.addWidget(self._make_progress())
        layout.addWidget(self._make_stale())
        layout.addWidget(self._none)
        layout.addLayout(self._findings)
        layout.addWidget(self._decisions)
        layout.addWidget(self._sealed)
        layout.addWidget(label(tr("ui.seal_meaning"), "small", wrap=True))
        layout.addStretch(1)

    def _make_progress(self) -> QWidget:
        self._progress = QWidget()
        self._bar = named(QProgressBar(textVisible=False), "check_progress")
        self._told = label("", "dim", name="check_told")
        across = row(self._progress, spacing=3)
        across.addWidget(self._told)
        across.addWidget(self._bar, 1)
        across.addWidget(button("ui.cancel", self.cancel_requested.emit, name="check_cancel"))
        self._progress.hide()
        return self._progress

    def _make_stale(self) -> QWidget:
        self._stale = QWidget()
        across = row(self._stale, spacing=3)
        across.addWidget(label(tr("remedy.stale"), "attention", wrap=True), 1)
        across.addWidget(button("remedy.check_again", self.again_requested.emit, name="check_again"))
        self._stale.hide()
        return self._stale

    def render_check(self, view: CheckView) -> None:
        """Show the findings, the heaviest first, and whether the test set is sealed."""
        self._title.setText(_title(view.findings))
        self._proves.setText(view.proves or tr("ui.not_checked"))
        self._none.setVisible(bool(view.proves) and not view.findings and not view.decisions)
        if view.findings != self._shown:
            self._shown = view.findings
            self._fill(view.findings)
        for key, shown in self._cards.items():
            shown.render_page(view.pages.get(key))
            shown.render_locked(view.locked)
        self._decisions.render_decisions(view.decisions, locked=view.locked)
        self._render_checking(view)
        self._sealed.setText(view.sealed_text)
        self._seal.setEnabled(view.can_seal and not view.stale and view.checking is None)
        self._next.setVisible(view.sealed)  # before the other goes: the keyboard moves on to what is there
        self._seal.setVisible(not view.sealed)

    def _render_checking(self, view: CheckView) -> None:
        self._stale.setVisible(view.stale and view.checking is None)
        self._progress.setVisible(view.checking is not None)
        if view.checking is not None:
            self._bar.setRange(0, view.checking.total)
            self._bar.setValue(view.checking.done)
            left = time_left_text(view.checking.seconds_left)
            self._told.setText(" · ".join(filter(None, (tr("remedy.checking"), left))))

    def _fill(self, findings: tuple[FindingView, ...]) -> None:
        empty(self._findings)
        self._cards = {}
        for number, finding in enumerate(findings):
            shown = FindingCard(finding)
            shown.fix_requested.connect(self.fix_requested)
            shown.keep_requested.connect(self.keep_requested)
            shown.page_requested.connect(self.page_requested)
            shown.pattern_requested.connect(self.pattern_requested)
            self._cards[finding.key or str(number)] = shown
            self._findings.addWidget(shown)


def _title(findings: tuple[FindingView, ...]) -> str:
    """Return the title, with what is too grave to be found by reading on."""
    weights = Counter(finding.severity for finding in findings)
    if n := weights["blocking"]:
        return tr("ui.check_blocking", count=n)
    if n := weights["serious"]:
        return tr("ui.check_serious_one") if n == 1 else tr("ui.check_serious", count=n)
    return tr("ui.step_check")
