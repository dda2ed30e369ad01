"""What the next training starts from: a model of this station, a file of weights, or a new network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import column, label, row
from medapp.ui.widgets.teaching.views import StartChoice
from medapp.ui.widgets.themed import ChoiceBox

COMBO_PX = 340
WEIGHTS, SCRATCH = "weights", "scratch"


class StartingPoint(QWidget):
    """Renders the choice; emits `start_requested(base, architecture)`, or the wish for a weights file."""

    start_requested = Signal(str, str)
    weights_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[StartChoice, ...] = ()
        self._chosen = StartChoice("")
        self._models = ChoiceBox("start_model")
        self._networks = ChoiceBox("start_network")
        for combo in (self._models, self._networks):
            combo.setMinimumWidth(COMBO_PX)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._models.activated.connect(self._request_model)
        self._networks.activated.connect(self._request_network)
        self._hint = label("", "small", wrap=True, name="start_hint")
        layout = column(self, spacing=1)
        across = row()
        title = label(tr("teach.start_from"))
        title.setBuddy(self._models)
        across.addWidget(title)
        across.addWidget(self._models)
        across.addWidget(self._networks)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._hint)

    def render_start(self, choices: Sequence[StartChoice], chosen: StartChoice, *, enabled: bool) -> None:
        """Show what can be started from, and what was chosen."""
        if (tuple(choices), chosen) != (self._choices, self._chosen):
            self._choices, self._chosen = tuple(choices), chosen
            self._fill()
        self.setEnabled(enabled)
        self.setVisible(bool(choices))

    def _fill(self) -> None:
        models = [choice for choice in self._choices if not choice.architecture]
        networks = [choice for choice in self._choices if choice.architecture]
        from_scratch, file = bool(self._chosen.architecture), _is_file(self._chosen)
        with QSignalBlocker(self._models), QSignalBlocker(self._networks):
            self._models.clear()
            for choice in models:
                self._models.addItem(choice.text, choice.base)
            if file:
                self._models.addItem(self._chosen.text, self._chosen.base)
            self._models.addItem(tr("teach.choose_weights"), WEIGHTS)
            self._models.addItem(tr("teach.scratch"), SCRATCH)
            self._models.setCurrentIndex(self._models.findData(SCRATCH if from_scratch else self._chosen.base))
            self._networks.clear()
            for choice in networks:
                self._networks.addItem(choice.text, choice.architecture)
            self._networks.setCurrentIndex(max(0, self._networks.findData(self._chosen.architecture)))
        self._networks.setVisible(from_scratch)
        self._hint.setText(tr("teach.scratch_hint") if from_scratch else "")
        self._hint.setVisible(from_scratch)

    @Slot(int)
    def _request_model(self, place: int) -> None:
        wanted = str(self._models.itemData(place))
        if wanted == WEIGHTS:
            self._fill_again()
            self.weights_requested.emit()
        elif wanted == SCRATCH:
            self.start_requested.emit("", str(self._networks.itemData(0)))
        else:
            self.start_requested.emit(wanted, "")

    def _fill_again(self) -> None:
        """Show what is chosen until a file is: the dialog may be dismissed."""
        place = self._models.findData(SCRATCH if self._chosen.architecture else self._chosen.base)
        self._models.setCurrentIndex(place)

    @Slot(int)
    def _request_network(self, place: int) -> None:
        self.start_requested.emit("", str(self._networks.itemData(place)))


def _is_file(choice: StartChoice) -> bool:
    return PurePath(choice.base).is_absolute()
