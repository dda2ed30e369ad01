"""How every step is laid out: what is read scrolls, what is pressed stands below it and is always in sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from medapp.ui.theme import STEP
from medapp.ui.widgets.layouts import column, line, named, row

STEP_PX = 1000
MARGIN, ABOVE = 6, 2


def footer_of(*pressed: QWidget) -> QWidget:
    """Return the buttons of a step beside each other, below a hairline."""
    made = named(QWidget(), "step_footer")
    layout = column(made, spacing=0)
    layout.addWidget(line())
    across = row()
    across.setContentsMargins(MARGIN * STEP, ABOVE * STEP, MARGIN * STEP, ABOVE * STEP)
    for widget in pressed:
        across.addWidget(widget)
    across.addStretch(1)
    layout.addLayout(across)
    return made


def framed(step: QWidget, footer: QWidget) -> QVBoxLayout:
    """Lay a step out with `footer` at its lower edge; return the layout of what scrolls above it.

    Its lines stay short where the window is large.
    """
    body, inner = QWidget(), named(QWidget(), "scrolled")
    body.setMaximumWidth(STEP_PX)
    beside = row(inner, margin=MARGIN)
    beside.addWidget(body, 1)
    beside.addStretch(0)
    area = QScrollArea(widgetResizable=True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    whole = column(step, spacing=0)
    whole.addWidget(area, 1)
    whole.addWidget(footer)
    return column(body, spacing=3)
