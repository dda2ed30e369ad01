"""Step 6: name the model, say what it is for, compare it, let it watch, put it in use, go back, pass it on."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import StateLineEdit, button, give_role, label, row
from medapp.ui.widgets.teaching.contest_card import ContestCard
from medapp.ui.widgets.teaching.scope_fields import ScopeFields
from medapp.ui.widgets.teaching.step_frame import footer_of, framed
from medapp.ui.widgets.teaching.use_views import UsingView
from medapp.ui.widgets.teaching.views import UseView
from medapp.ui.widgets.teaching.watch_card import WatchCard


class UseStep(QWidget):
    """Renders what is in use; emits the name, and the wishes to activate, to watch, to go back or to export."""

    name_requested = Signal(str)
    activate_requested = Signal(str)
    back_requested = Signal()
    watch_requested = Signal(str, int)
    export_requested = Signal(str)
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = StateLineEdit("model_title")
        self._name.setPlaceholderText(tr("ui.model_name_example"))
        self._name.setMaximumWidth(360)
        self._name.editingFinished.connect(self._request_name)
        self._name.textEdited.connect(self._mark_what_is_left)
        self._kept_name, self._active, self._changed = "", False, False
        self._problem = label("", "attention", wrap=True, name="use_problem")
        self._in_use = label("", "heading", wrap=True, name="model_in_use")
        self._activate = button("ui.activate", self._request_activation, role="primary", name="activate")
        self._back = button("ui.go_back", self.back_requested.emit, name="go_back")
        self._export = button("use.export", self._request_export, name="export_model")
        self._import = button("use.import", self.import_requested.emit, name="import_model")
        self.scope, self.contest, self.watch = ScopeFields(), ContestCard(), WatchCard()
        self.watch.watch_requested.connect(self._request_watch)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = framed(self, footer_of(self._activate, self._back, self._export, self._import))
        layout.addWidget(label(tr("ui.step_use"), "title"))
        layout.addWidget(label(tr("ui.use_intro"), "dim", wrap=True))
        naming = row()
        naming.addWidget(label(tr("ui.model_name")))
        naming.addWidget(self._name, 1)
        naming.addStretch(1)
        layout.addLayout(naming)
        layout.addWidget(self._problem)
        layout.addWidget(self.scope)
        layout.addWidget(self._in_use)
        layout.addWidget(self.contest)
        layout.addWidget(self.watch)
        layout.addStretch(1)

    def render_use(self, view: UseView) -> None:
        """Show the model's name, what stands against using it, and which model is in use."""
        self._name.render_text(view.name)
        self._name.setEnabled(view.can_activate or view.active)
        self._problem.setText(view.problem)
        self._problem.setVisible(bool(view.problem))
        self._activate.setEnabled(view.can_activate)
        self._export.setEnabled(view.can_activate)
        self._back.setEnabled(view.can_go_back)
        self._in_use.setText(view.in_use)
        self._kept_name, self._active = view.name, view.active
        self._mark_what_is_left()

    def render_using(self, view: UsingView) -> None:
        """Show the scope, the comparison with the model in use, and the silent watch."""
        self.scope.render_scope(view.scope, view.scope_problem, enabled=view.ready)
        self._changed = view.scope_changed or view.outdated
        self._mark_what_is_left()
        self.contest.render_contest(view.contest, enabled=view.ready)
        self.watch.render_watch(view.watch, enabled=view.ready, removable=view.removable)

    @Slot()
    def _mark_what_is_left(self) -> None:
        """Let the button stand out only while putting the model in use would change something."""
        settled = self._active and not self._changed and self._name.text().strip() == self._kept_name
        give_role(self._activate, "" if settled else "primary")

    def _request_activation(self) -> None:
        self.activate_requested.emit(self._name.text().strip())

    def _request_export(self) -> None:
        self.export_requested.emit(self._name.text().strip())

    @Slot(int)
    def _request_watch(self, studies: int) -> None:
        self.watch_requested.emit(self._name.text().strip(), studies)

    @Slot()
    def _request_name(self) -> None:
        self.name_requested.emit(self._name.text().strip())
