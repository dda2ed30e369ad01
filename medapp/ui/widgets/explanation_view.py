"""Explanations on request: by which method, how far it is to be trusted here, and how much lies outside the body."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from medapp.classify.explanation import METHODS
from medapp.classify.prediction import Prediction
from medapp.classify.reasons import DOUBTFUL_OUTSIDE, explanation_text, outside_text
from medapp.i18n import tr
from medapp.ui.answer_state import Answered
from medapp.ui.widgets.layouts import button, column, give_role, label


class ExplanationView(QWidget):
    """Renders what is known of the heat map on screen; emits the method that it is to be explained by."""

    explanation_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("explanation")
        self._told = label("", "small", wrap=True, name="explanation_told")
        self._button: QPushButton = button("ui.explain", lambda: None, name="explain")
        self._menu = QMenu(self._button)
        for method in METHODS:
            action = self._menu.addAction(tr(f"explain.method.{method}"))
            action.setObjectName(f"explain_{method}")
            action.triggered.connect(partial(self._request, method))
        self._button.setMenu(self._menu)
        layout = column(self, spacing=1)
        layout.addWidget(self._told)
        layout.addWidget(self._button)

    def render_answer(self, answer: Answered) -> None:
        """Show what is known of the map of `answer`, or that it is being explained."""
        self._told.setText(_told(answer))
        give_role(self._told, "attention" if _outside(answer) > DOUBTFUL_OUTSIDE else "small")
        self._button.setEnabled(not answer.explaining)

    def _request(self, method: str, *_: object) -> None:
        self.explanation_requested.emit(method)


def _outside(answer: Answered) -> float:
    """Return the share of the shown map that lies outside the body; 0 where it is not known."""
    if answer.explaining:
        return 0.0
    return answer.explanation.outside_body if answer.explanation else answer.prediction.outside_body or 0.0


def _told(answer: Answered) -> str:
    if answer.explaining:
        return tr("ui.explaining", method=tr(f"explain.method.{answer.explaining}"))
    if answer.explanation is not None:
        return explanation_text(answer.explanation)
    return _of_heat_map(answer.prediction)


def _of_heat_map(prediction: Prediction) -> str:
    return "" if prediction.outside_body is None else outside_text(prediction.outside_body)
