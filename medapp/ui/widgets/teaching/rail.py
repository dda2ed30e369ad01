"""The six steps with their marks, at the left of the teaching page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QPushButton, QSizePolicy, QWidget

from medapp.i18n import tr
from medapp.ui.theme import STEP
from medapp.ui.widgets.layouts import button, column, give_role, label, row
from medapp.ui.widgets.teaching.views import Step, StepMark

RAIL_PX, MARGIN = 208, 3


class StepRail(QWidget):
    """Renders the steps; emits the one that is asked for, and the wish for a new project."""

    step_requested = Signal(object)
    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = label("", "heading", wrap=True, name="project_title")
        self._group = QButtonGroup(self)
        self._marks: dict[Step, QLabel] = {}
        layout = column(self, margin=MARGIN, spacing=1)
        layout.addWidget(self._title)
        layout.addSpacing(8)
        self._buttons = {step: self._make(number, step) for number, step in enumerate(Step, start=1)}
        for made in self._buttons.values():
            layout.addWidget(made)
        layout.addStretch(1)
        layout.addWidget(button("ui.new_project", self.new_requested.emit, role="link", name="new_project"))

    def _make(self, number: int, step: Step) -> QPushButton:
        made = QPushButton()
        made.setObjectName(f"step_{step}")
        made.setProperty("role", "step")
        made.setCheckable(True)
        made.setProperty("number", number)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(partial(self._request, step))
        self._group.addButton(made)
        mark = label("", name=f"mark_{step}")
        mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        beside = row(made)
        beside.setContentsMargins(0, 0, MARGIN * STEP, 0)
        beside.addStretch(1)
        beside.addWidget(mark)
        self._marks[step] = mark
        return made

    def _request(self, step: Step, _: bool = False) -> None:
        self.step_requested.emit(step)

    def render_steps(self, title: str, current: Step, marks: Mapping[Step, StepMark]) -> None:
        """Show which step is open and how far each is."""
        self._title.setText(title)
        for step, made in self._buttons.items():
            made.setChecked(step is current)
            made.setText(f"{made.property('number')}   {tr(f'ui.step_{step}')}")
            told, shown = _mark_text(marks.get(step, StepMark())), self._marks[step]
            made.setAccessibleName(f"{made.text()} {told}".rstrip())
            shown.setText(told)
            give_role(shown, "attention" if step in marks and marks[step].attention else "done")
        self.setFixedWidth(max(RAIL_PX, self._widest() + 2 * MARGIN * STEP))

    def _widest(self) -> int:
        """Return the room that the longest step takes with what is said of it."""
        return max(
            made.sizeHint().width() + self._marks[step].sizeHint().width() for step, made in self._buttons.items()
        )


def _mark_text(mark: StepMark) -> str:
    """Return what asks for attention, and at the very edge, one below the other in all steps, what is done."""
    return " ".join(filter(None, (f"⚠ {mark.attention}" if mark.attention else "", "✓" if mark.done else "")))
