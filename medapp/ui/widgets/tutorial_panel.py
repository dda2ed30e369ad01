"""The panel of the tutorial: what to do now, whether it was done, and the way on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from medapp.i18n import tr
from medapp.ui.lessons import LessonView
from medapp.ui.widgets.layouts import button, column, give_role, label, row
from medapp.ui.widgets.themed import Mark

WIDTH_PX, MARK_PX = 300, 20


class TutorialPanel(QWidget):
    """Renders a lesson; emits what is wanted."""

    action_requested = Signal(str)
    step_requested = Signal(int)
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel_side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self._action_id = ""
        self._place = label("", "small", name="tutorial_place")
        self._bar = QProgressBar(textVisible=False)
        self._title = label("", "heading", wrap=True, name="tutorial_title")
        self._text = label("", wrap=True, name="tutorial_text")
        self._action = button("tutorial.next", self._ask_for_action, name="tutorial_action")
        layout = column(self, margin=4, spacing=3)
        layout.addWidget(self._place)
        layout.addWidget(self._bar)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self._action)
        layout.addWidget(self._make_done())
        layout.addLayout(self._make_steps())
        layout.addStretch(1)
        layout.addWidget(label(tr("tutorial.own_folder"), "small", wrap=True))
        layout.addWidget(button("tutorial.leave", self.leave_requested.emit, role="link", name="tutorial_leave"))

    def _make_done(self) -> QWidget:
        self._done = QWidget()
        layout = row(self._done)
        layout.addWidget(Mark("done", "done", MARK_PX))
        layout.addWidget(label(tr("tutorial.done"), "done", name="tutorial_done"), 1)
        policy = self._done.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._done.setSizePolicy(policy)
        return self._done

    def _make_steps(self) -> QHBoxLayout:
        layout = row()
        self._back = button("tutorial.back", lambda: self.step_requested.emit(-1), name="tutorial_back")
        self._next = button("tutorial.next", lambda: self.step_requested.emit(1), name="tutorial_next")
        layout.addWidget(self._back)
        layout.addStretch(1)
        layout.addWidget(self._next)
        return layout

    def _ask_for_action(self) -> None:
        self.action_requested.emit(self._action_id)

    def render_lesson(self, view: LessonView) -> None:
        """Show a lesson, or that all were done."""
        self._action_id = view.action
        self._place.setText(tr("tutorial.place", number=view.number, total=view.total))
        self._bar.setRange(0, view.total)
        self._bar.setValue(view.number if view.done else view.number - 1)
        self._title.setText(tr(f"tutorial.{view.id}"))
        self._text.setText(tr(f"tutorial.{view.id}_text"))
        self._action.setVisible(bool(view.action))
        if view.action:
            self._action.setText(tr(f"tutorial.do_{view.action}"))
        self._done.setVisible(view.done)
        self._back.setEnabled(view.number > 1)
        self._next.setVisible(not view.finished)
        self._next.setText(tr("tutorial.next" if view.done else "tutorial.skip"))
        give_role(self._next, "primary" if view.done else "")
        give_role(self._action, "" if view.done else "primary")
