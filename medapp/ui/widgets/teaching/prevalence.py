"""What an alarm means where the class is rarer or commoner: the figures follow the share that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from medapp.i18n import tr
from medapp.training.figures.intervals import Estimate
from medapp.training.figures.predictive import predictive_values
from medapp.ui.widgets.layouts import column, label, named, row
from medapp.ui.widgets.teaching.figures import of_100_text

USUAL = 0.05


class Prevalence(QWidget):
    """Renders what share of alarms is real, and of the others clear, where so many of 100 have it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[Estimate, Estimate] | None = None
        self._share = named(QDoubleSpinBox(), "test_prevalence")
        self._share.setRange(0.1, 99.9)
        self._share.setDecimals(1)
        self._share.setFixedWidth(84)
        self._share.valueChanged.connect(self._show)
        self._share.valueChanged.connect(self._say_no_more)
        self._before = label(tr("teach.prevalence_before"))
        self._before.setBuddy(self._share)
        self._after = label("", "", name="prevalence_after")
        self._assumed = label(tr("teach.prevalence_assumed"), "attention", name="prevalence_assumed")
        self._told = label("", "heading", wrap=True, name="prevalence_told")
        layout = column(self, spacing=1)
        across = row()
        across.addWidget(self._before)
        across.addWidget(self._share)
        across.addWidget(self._after)
        across.addWidget(self._assumed)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._told)

    def render_prevalence(self, report: Mapping[str, Any], prevalence: float | None) -> bool:
        """Begin with the share of step 1; return whether the report has what it takes."""
        sealed = report.get("sealed") or {}
        found, spared = sealed.get("sensitivity"), sealed.get("specificity")
        self._shares = (_estimate(found), _estimate(spared)) if found and spared else None
        self._after.setText(tr("teach.prevalence_after", alarm=report.get("alarm_class") or ""))
        with QSignalBlocker(self._share):
            self._share.setValue(100 * (prevalence or USUAL))
        self._show()
        self._assumed.setVisible(not prevalence)
        return self._shares is not None

    @Slot()
    def _say_no_more(self) -> None:
        """A share that a person has typed is assumed by nobody else."""
        self._assumed.hide()

    @Slot()
    def _show(self) -> None:
        if self._shares is None:
            return
        values = predictive_values(*self._shares, self._share.value() / 100)
        texts = {"real": of_100_text(values["ppv"]), "clear": of_100_text(values["npv"])}
        self._told.setText(tr("teach.prevalence_told", **texts))


def _estimate(value: Mapping[str, Any]) -> Estimate:
    return Estimate(value["value"], value["low"], value["high"], value["n"])
