"""A finding of the check: its sentence, its figure, pictures that show it, and what can be done about it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from medapp.i18n import listed, tr
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.teaching.check_views import FindingView, Offer, PageView
from medapp.ui.widgets.teaching.finding_pictures import FindingPictures
from medapp.ui.widgets.themed import Mark

PATHS_SHOWN = 6
COLOURS = {"blocking": "danger", "serious": "attention", "caution": "text", "note": "dim"}
"""Colour of each weight's icon, a field of the theme; the icon has the weight's name."""
ROLES = {"blocking": "danger", "serious": "attention", "caution": "dim", "note": "dim"}
LONGEST_REASON = 300


class FindingCard(QFrame):
    """Renders one finding; emits what a person wants done about it."""

    fix_requested = Signal(str, int)
    keep_requested = Signal(str, str)
    page_requested = Signal(str, int)
    pattern_requested = Signal()

    def __init__(self, finding: FindingView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setProperty("severity", finding.severity)
        self._finding = finding
        self._pictures: FindingPictures | None = None
        across = row(self, margin=3, spacing=3)
        across.addWidget(Mark(finding.severity, COLOURS[finding.severity]), 0, Qt.AlignmentFlag.AlignTop)
        told = column(spacing=1)
        self._say(told)
        if finding.pictures:
            told.addWidget(self._make_pictures(finding))
        self._actions = self._make_actions()
        told.addWidget(self._actions)
        self._reason, self._line = self._make_reason()
        told.addWidget(self._reason)
        across.addLayout(told, 1)

    def _say(self, told: QVBoxLayout) -> None:
        finding = self._finding
        weight = tr(f"ui.severity_{finding.severity}")
        told.addWidget(label(weight, ROLES[finding.severity]))
        told.addWidget(label(finding.text, "", wrap=True))
        if finding.figure:
            told.addWidget(label(finding.figure, "small", wrap=True, name=f"figure_{finding.code}"))
        if finding.paths and not finding.pictures:
            told.addWidget(label(_paths_text(finding.paths), "small", wrap=True))

    def _make_pictures(self, finding: FindingView) -> FindingPictures:
        self._pictures = FindingPictures(finding.code, finding.pictures, finding.place)
        self._pictures.page_requested.connect(partial(self.page_requested.emit, finding.key))
        return self._pictures

    def _make_actions(self) -> QWidget:
        finding = self._finding
        holder = QWidget()
        across = row(holder)
        for kind, offers in (("fix", finding.fixes), ("exclude", finding.exclusions)):
            if offers:
                across.addWidget(self._make_offers(kind, offers))
        if finding.code == "patients_unknown":
            across.addWidget(button("ui.give_pattern", self.pattern_requested.emit, name="give_pattern"))
        if finding.severity != "blocking" and finding.key:
            across.addWidget(button("remedy.keep_because", self._ask_why, name=f"keep_{finding.code}"))
        if not across.count():
            holder.hide()
        across.addStretch(1)
        return holder

    def _make_offers(self, kind: str, offers: tuple[Offer, ...]) -> QPushButton:
        """Return a button that does the one thing that is offered, or lets choose among several."""
        code, key = self._finding.code, self._finding.key
        made = named(QPushButton(tr(f"remedy.choose_{kind}") if len(offers) > 1 else offers[0].text), f"{kind}_{code}")
        if len(offers) == 1:
            made.clicked.connect(partial(self._request, key, offers[0].number))
            return made
        menu = QMenu(made)
        for offer in offers:
            menu.addAction(offer.text, partial(self._request, key, offer.number))
        made.setMenu(menu)
        return made

    def _request(self, key: str, number: int, _: bool = False) -> None:
        self.fix_requested.emit(key, number)

    def _make_reason(self) -> tuple[QWidget, QLineEdit]:
        code = self._finding.code
        holder = QWidget()
        across = row(holder)
        line = named(QLineEdit(), f"because_{code}")
        line.setPlaceholderText(tr("remedy.because_example"))
        line.setAccessibleName(tr("remedy.keep_because"))
        line.setMaxLength(LONGEST_REASON)
        line.returnPressed.connect(self._keep)
        line.installEventFilter(self)
        confirm = button("remedy.keep_it", self._keep, role="primary", name=f"confirm_{code}")
        confirm.setEnabled(False)
        line.textChanged.connect(lambda text: confirm.setEnabled(bool(text.strip())))
        across.addWidget(line, 1)
        across.addWidget(confirm)
        holder.hide()
        return holder, line

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the line of the reason with Escape."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._reason.hide()
            self._actions.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _ask_why(self) -> None:
        self._reason.setVisible(self._reason.isHidden())
        if not self._reason.isHidden():
            self._line.setFocus()

    def _keep(self) -> None:
        if self._line.text().strip():
            self.keep_requested.emit(self._finding.key, self._line.text().strip())

    def render_page(self, page: PageView | None) -> None:
        """Show the pictures that are there."""
        if self._pictures is not None:
            self._pictures.render_page(page)

    def render_locked(self, locked: bool) -> None:
        """Let nothing be done while something else is."""
        self._actions.setEnabled(not locked)
        self._reason.setEnabled(not locked)


def _paths_text(paths: tuple[str, ...]) -> str:
    more = len(paths) - PATHS_SHOWN
    return listed(paths[:PATHS_SHOWN]) + (tr("ui.and_more", count=more) if more > 0 else "")
