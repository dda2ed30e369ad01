"""The question whether a model is to be installed, and what is to become of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, row

WIDTH_PX, MARGIN = 520, 5


class ModelOffer(QDialog):
    """Asks; emits ``install``, ``watch`` or ``activate``, or nothing where the person does not want it."""

    decided = Signal(str)

    def __init__(self, question: str, *, can_answer: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model_offer")
        self.setWindowTitle(tr("use.import_title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        layout = column(self, margin=MARGIN, spacing=4)
        layout.addWidget(label(question, wrap=True, name="offer_question"))
        across = row()
        across.addStretch(1)
        across.addWidget(button("ui.cancel", self.reject, name="offer_cancel"))
        for then in ("activate", "watch") if can_answer else ():
            across.addWidget(button(f"use.offer_{then}", partial(self._decide, then), name=f"offer_{then}"))
        across.addWidget(
            button("use.offer_install", partial(self._decide, "install"), role="primary", name="offer_install")
        )
        layout.addLayout(across)

    def _decide(self, then: str) -> None:
        self.decided.emit(then)
        self.accept()
