"""Step 5: the sealed test, opened on purpose, told in people, then in tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label
from medapp.ui.widgets.tabs import Tabs
from medapp.ui.widgets.teaching.alarm_level import AlarmLevel
from medapp.ui.widgets.teaching.methods import Methods
from medapp.ui.widgets.teaching.mistakes import Mistakes
from medapp.ui.widgets.teaching.prevalence import Prevalence
from medapp.ui.widgets.teaching.sealed_figures import SealedFigures
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.teaching.tables import Groups, Labels
from medapp.ui.widgets.teaching.trust import Trust
from medapp.ui.widgets.teaching.views import SealedTestView
from medapp.ui.widgets.wording import ordinal_text


class SealedTestStep(QWidget):
    """Renders the rule and, once it was opened, the figures; emits the wish to open it, and to take them along."""

    open_requested = Signal()
    next_requested = Signal()
    mistakes_requested = Signal()
    report_requested = Signal()
    predictions_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: object = None
        self._rule = label("", "heading", wrap=True, name="sealed_rule")
        self._proves = label("", "", wrap=True, name="sealed_proves")
        self._before = label(tr("teach.before_opening"), "dim", wrap=True, name="before_opening")
        self._open = button("ui.step_sealed_test", self.open_requested.emit, role="primary", name="open_sealed_test")
        self._afterwards = (
            button("ui.next", self.next_requested.emit, role="primary", name="sealed_next"),
            button("teach.save_report", self.report_requested.emit, name="save_report"),
            button("teach.save_predictions", self.predictions_requested.emit, name="save_predictions"),
        )
        self._people = label("", "title", wrap=True, name="in_people")
        self._notes = label("", "attention", wrap=True, name="sealed_notes")
        self.figures, self.alarm_level, self.trust = SealedFigures(), AlarmLevel(), Trust()
        self.groups, self.labels, self.mistakes = Groups(), Labels(), Mistakes()
        self.methods, self.prevalence = Methods(), Prevalence()
        self.mistakes.mistakes_requested.connect(self.mistakes_requested)
        self.tabs = Tabs("sealed_tabs")
        for page, key in (
            (self.figures, "teach.tab_figures"),
            (self.labels, "teach.tab_labels"),
            (self.alarm_level, "teach.tab_level"),
            (self.trust, "teach.tab_trust"),
            (self.groups, "teach.tab_groups"),
            (self.mistakes, "teach.tab_mistakes"),
            (self.methods, "teach.tab_methods"),
        ):
            self.tabs.add(page, tr(key))
        self._results = self._make_results()
        layout = framed(self, footer_of(self._open, *self._afterwards))
        layout.addWidget(label(tr("ui.step_sealed_test"), "title"))
        layout.addWidget(self._rule)
        layout.addWidget(self._proves)
        layout.addWidget(self._before)
        layout.addWidget(self._results)
        layout.addStretch(1)

    def _make_results(self) -> QWidget:
        results = QWidget()
        layout = column(results, spacing=3)
        layout.addWidget(self._people)
        layout.addWidget(self.prevalence)
        layout.addWidget(self._notes)
        around = card()
        column(around, margin=2).addWidget(self.tabs)
        layout.addWidget(around)
        return results

    def render_sealed_test(self, view: SealedTestView) -> None:
        """Show the rule, how often the test was opened, and what it gave."""
        opened = view.figures is not None
        self._rule.setText(view.rule)
        self._proves.setText(view.proves)
        self._proves.setVisible(bool(view.proves) and not opened)
        self._before.setVisible(view.can_open and not opened)
        self._open.setText(tr("ui.open_sealed", count=ordinal_text(view.openings + 1)))
        self._open.setEnabled(view.can_open)
        for shown in (self._results, *self._afterwards):
            shown.setVisible(opened)
        if opened and self._open.hasFocus():
            self.tabs.bar.setFocus(Qt.FocusReason.OtherFocusReason)  # not what happens to come next: it may save a file
        self._open.setVisible(not opened)
        told = view.figures, view.report, view.prevalence, view.openings
        if view.figures is not None and told != self._told:
            self._told = told
            self._fill(view.figures, view.report or {"sealed": view.figures}, view)
        self.mistakes.render_mistakes(view.mistakes)
        if opened:
            self.tabs.offer(self.methods, shown=self.methods.render_methods(view.methods))

    def _fill(self, figures: Mapping[str, Any], report: Mapping[str, Any], view: SealedTestView) -> None:
        self._people.setText(str(figures.get("in_people", "")))
        self._notes.setText("\n".join(_notes(figures, view)))
        self._notes.setVisible(bool(self._notes.text()))
        self.prevalence.setVisible(self.prevalence.render_prevalence(report, view.prevalence))
        self.figures.render_figures(figures, view)
        tabs = self.tabs
        tabs.offer(self.labels, shown=self.labels.render_labels(_by_label(figures)))
        tabs.offer(self.alarm_level, shown=self.alarm_level.render_level(report))
        tabs.offer(self.trust, shown=self.trust.render_trust(figures))
        tabs.offer(self.groups, shown=self.groups.render_groups(figures.get("groups") or ()))
        tabs.offer(self.mistakes, shown=bool(figures.get("n_cases")))


def _notes(figures: Mapping[str, Any], view: SealedTestView) -> list[str]:
    """Return what must be known before any figure is believed."""
    notes = [str(note) for note in figures.get("notes", ())]
    if not view.patients_known:
        notes.insert(0, tr("teach.patients_unknown"))
    if view.openings > 1:
        notes.insert(0, tr("ui.opened_times", count=view.openings))
    return notes


def _by_label(figures: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a row a label, whether the report keeps them as a list or by name."""
    labels = figures.get("by_label") or ()
    if isinstance(labels, Mapping):
        return [{"label": name, **values} for name, values in labels.items()]
    return list(labels)
