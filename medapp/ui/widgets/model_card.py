"""One model of this station: what it is, what it is asked about, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.card_text import CardText
from medapp.ui.widgets.layouts import StateLineEdit, button, column, give_role, label, row
from medapp.ui.widgets.models_views import ModelRow

FIELDS = ("modalities", "body_parts", "views")
FIELD_PX = 260


class ModelCard(QWidget):
    """Renders a model; emits the scope to activate it for, and the wishes to stop using, remove or export it."""

    activate_requested = Signal(str, str, str)
    deactivate_requested = Signal()
    removal_requested = Signal()
    removal_confirmed = Signal(bool)
    export_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label("", "title", wrap=True, name="model_card_title")
        self._state = label("", "dim", name="model_card_state")
        self._facts = label("", wrap=True, name="model_card_facts")
        self._warning = label("", "attention", wrap=True, name="model_card_warning")
        self._shared = label("", "dim", wrap=True, name="model_card_shared")
        self._fields = {name: StateLineEdit(f"model_{name}") for name in FIELDS}
        self._activate = button("models.activate", self._request_activation, role="primary", name="model_activate")
        self._deactivate = button("models.deactivate", self.deactivate_requested.emit, name="model_deactivate")
        self._zip = button("models.export_zip", lambda: self.export_requested.emit(False), name="model_export_zip")
        self._onnx = button("models.export_onnx", lambda: self.export_requested.emit(True), name="model_export_onnx")
        self._remove = button("models.remove", self.removal_requested.emit, name="model_remove")
        self._text = CardText("model_card_text")
        self._text.setAccessibleName(tr("models.card"))
        self._unchanged: tuple[str, ...] | None = None
        for field in self._fields.values():
            field.textChanged.connect(self._settle_activation)
        self._asked = self._question()
        self._lay_out()

    def _question(self) -> QWidget:
        """Return the question before a removal, which cannot be undone; the safe answer has the keyboard."""
        asked = QWidget()
        layout = column(asked)
        self._ask = label("", "attention", wrap=True, name="model_remove_question")
        layout.addWidget(self._ask)
        across = row()
        self._keep = button("models.keep", lambda: self.removal_confirmed.emit(False), name="model_keep")
        across.addWidget(self._keep)
        across.addWidget(
            button("models.remove_now", lambda: self.removal_confirmed.emit(True), name="model_remove_now")
        )
        across.addStretch(1)
        layout.addLayout(across)
        return asked

    def _lay_out(self) -> None:
        layout = column(self, spacing=2)
        for line in (self._title, self._state, self._facts, self._warning, self._shared):
            layout.addWidget(line)
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for place, (name, field) in enumerate(self._fields.items()):
            caption = label(tr(f"use.scope.{name}"))
            caption.setBuddy(field)
            field.setAccessibleName(tr(f"use.scope.{name}"))
            field.setPlaceholderText(tr("models.any"))
            field.setFixedWidth(FIELD_PX)
            grid.addWidget(caption, place, 0)
            grid.addWidget(field, place, 1)
        grid.setColumnStretch(2, 1)
        layout.addLayout(grid)
        across = row()
        for made in (self._activate, self._deactivate, self._zip, self._onnx, self._remove):
            across.addWidget(made)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._asked)
        layout.addWidget(self._text, 1)

    def render_model(self, model: ModelRow, *, asking: bool, busy: bool) -> None:
        """Show `model`; with `asking` the question whether it is to be removed."""
        self._title.setText(model.title)
        self._state.setText(model.state)
        self._facts.setText("\n".join(model.facts))
        for line, text in ((self._warning, model.warning), (self._shared, "\n".join(model.shared))):
            line.setText(text)
            line.setVisible(bool(text))
        for name, field in self._fields.items():
            field.render_text(getattr(model, name))
            field.setEnabled(model.answers and not busy)
        self._render_buttons(model, busy=busy)
        self._text.render_card(model.card)
        self._ask.setText(tr("models.remove_question", name=model.title))
        newly = asking and not self._asked.isVisible()
        self._asked.setVisible(asking)
        if newly:
            self._keep.setFocus()

    def _render_buttons(self, model: ModelRow, *, busy: bool) -> None:
        self._activate.setEnabled(model.answers and not busy)
        self._unchanged = _scope_of(model) if model.in_use else None
        self._settle_activation()
        self._deactivate.setEnabled(model.in_use and not busy)
        self._zip.setEnabled(not busy)
        self._onnx.setEnabled(model.answers and not busy)
        self._remove.setEnabled(model.removable and not busy)

    def _settle_activation(self) -> None:
        """Put the use of a model forward only where it is not in use for these images already.

        It can be pressed all the same: of equals, the model that was put in use last is asked.
        """
        give_role(self._activate, "" if self._scope() == self._unchanged else "primary")

    def _scope(self) -> tuple[str, ...]:
        return tuple(self._fields[name].text().strip() for name in FIELDS)

    def _request_activation(self) -> None:
        self.activate_requested.emit(*self._scope())


def _scope_of(model: ModelRow) -> tuple[str, ...]:
    return tuple(getattr(model, name) for name in FIELDS)
