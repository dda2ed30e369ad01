"""Step 3: what the numbers can prove, and what was found in the cases."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, row
from medapp.ui.widgets.teaching.views import CheckView, FindingView
from medapp.ui.widgets.themed import Mark

PATHS_SHOWN = 6
COLOURS = {"blocking": "danger", "serious": "attention", "caution": "text", "note": "dim"}
"""Colour of each weight's icon, a field of the theme; the icon has the weight's name."""
ROLES = {"blocking": "danger", "serious": "attention", "caution": "dim", "note": "dim"}


class CheckStep(QWidget):
    """Renders the check; emits the wish to seal the test set, or to tell patients apart."""

    seal_requested = Signal()
    pattern_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[FindingView, ...] | None = None
        self._title = label("", "title", name="check_title")
        self._proves = label("", "heading", wrap=True, name="proves")
        self._findings = column(spacing=2)
        self._none = label(tr("ui.no_findings"), "done", name="no_findings")
        self._sealed = label("", "", wrap=True, name="sealed_text")
        self._seal = button("ui.seal", self.seal_requested.emit, role="primary", name="seal")
        self._next = button("ui.next", self.next_requested.emit, role="primary", name="check_next")
        layout = column(self, spacing=3)
        layout.addWidget(self._title)
        layout.addWidget(self._proves)
        layout.addWidget(self._none)
        layout.addLayout(self._findings)
        layout.addWidget(self._sealed)
        across = row()
        across.addWidget(self._seal)
        across.addWidget(self._next)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(label(tr("ui.seal_meaning"), "small", wrap=True))
        layout.addStretch(1)

    def render_check(self, view: CheckView) -> None:
        """Show the findings, the heaviest first, and whether the test set is sealed."""
        self._title.setText(_title(view.findings))
        self._proves.setText(view.proves or tr("ui.not_checked"))
        self._none.setVisible(bool(view.proves) and not view.findings)
        if view.findings != self._shown:
            self._shown = view.findings
            self._fill(view.findings)
        self._sealed.setText(view.sealed_text)
        self._seal.setEnabled(view.can_seal)
        self._seal.setVisible(not view.sealed)
        self._next.setVisible(view.sealed)

    def _fill(self, findings: tuple[FindingView, ...]) -> None:
        while item := self._findings.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for finding in findings:
            self._findings.addWidget(self._card(finding))

    def _card(self, finding: FindingView) -> QFrame:
        framed = card()
        framed.setProperty("severity", finding.severity)
        across = row(framed, margin=3, spacing=3)
        across.addWidget(Mark(finding.severity, COLOURS[finding.severity]))
        texts = column(spacing=1)
        texts.addWidget(label(finding.text, "", wrap=True))
        texts.addWidget(label(tr(f"ui.severity_{finding.severity}"), ROLES[finding.severity]))
        if finding.paths:
            texts.addWidget(label(_paths_text(finding.paths), "small", wrap=True))
        across.addLayout(texts, 1)
        if finding.code == "patients_unknown":
            across.addWidget(button("ui.give_pattern", self.pattern_requested.emit, name="give_pattern"))
        return framed


def _title(findings: tuple[FindingView, ...]) -> str:
    """Return the title, with what is too grave to be found by reading on."""
    weights = Counter(finding.severity for finding in findings)
    if n := weights["blocking"]:
        return tr("ui.check_blocking", count=n)
    if n := weights["serious"]:
        return tr("ui.check_serious_one") if n == 1 else tr("ui.check_serious", count=n)
    return tr("ui.step_check")


def _paths_text(paths: tuple[str, ...]) -> str:
    more = len(paths) - PATHS_SHOWN
    return ", ".join(paths[:PATHS_SHOWN]) + (tr("ui.and_more", count=more) if more > 0 else "")
