"""Step 6: name the model, put it in use, go back."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import StateLineEdit, button, column, label, row
from medapp.ui.widgets.teaching.views import UseView


class UseStep(QWidget):
    """Renders what is in use; emits the name, and the wish to activate or to go back."""

    name_requested = Signal(str)
    activate_requested = Signal(str)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = StateLineEdit("model_title")
        self._name.setPlaceholderText(tr("ui.model_name_example"))
        self._name.setMaximumWidth(360)
        self._name.editingFinished.connect(self._request_name)
        self._problem = label("", "attention", wrap=True, name="use_problem")
        self._in_use = label("", "heading", wrap=True, name="model_in_use")
        self._activate = button("ui.activate", self._request_activation, role="primary", name="activate")
        self._back = button("ui.go_back", self.back_requested.emit, name="go_back")
        layout = column(self, spacing=3)
        layout.addWidget(label(tr("ui.step_use"), "title"))
        layout.addWidget(label(tr("ui.use_intro"), "dim", wrap=True))
        naming = row()
        naming.addWidget(label(tr("ui.model_name")))
        naming.addWidget(self._name, 1)
        naming.addStretch(1)
        layout.addLayout(naming)
        layout.addWidget(self._problem)
        across = row()
        across.addWidget(self._activate)
        across.addWidget(self._back)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._in_use)
        layout.addStretch(1)

    def render_use(self, view: UseView) -> None:
        """Show the model's name, what stands against using it, and which model is in use."""
        self._name.render_text(view.name)
        self._name.setEnabled(view.can_activate or view.active)
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self._activate.setEnabled(view.can_activate)
        self._back.setEnabled(view.can_go_back)
        self._in_use.setText(view.in_use)

    def _request_activation(self) -> None:
        self.activate_requested.emit(self._name.text().strip())

    @Slot()
    def _request_name(self) -> None:
        self.name_requested.emit(self._name.text().strip())
