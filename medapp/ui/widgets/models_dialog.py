"""The models of this station: the list, the one that is shown, and import and going back."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, give_role, label, named, row
from medapp.ui.widgets.model_card import ModelCard
from medapp.ui.widgets.models_views import ModelRow, ModelsView

WIDTH_PX, HEIGHT_PX, LIST_PX, MARGIN = 980, 700, 300, 5


class ModelsDialog(QDialog):
    """Renders the models; emits which one is to be shown, and what is to be done."""

    chosen = Signal(str)
    import_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_dialog")
        self.setWindowTitle(tr("models.title"))
        self.resize(WIDTH_PX, HEIGHT_PX)
        self._refs: tuple[str, ...] = ()
        self._list = named(QListWidget(), "models_list")
        self._list.setFixedWidth(LIST_PX)
        self._list.setWordWrap(True)
        self._list.setAccessibleName(tr("models.title"))
        self._list.currentItemChanged.connect(self._request)
        self.card = ModelCard()
        self._empty = label(tr("models.empty"), "dim", wrap=True, name="models_empty")
        self._problems = label("", "attention", wrap=True, name="models_problems")
        self._told = label("", "dim", wrap=True, name="models_told")
        self._import = button("models.import", self.import_requested.emit, name="models_import")
        self._back = button("models.go_back", self.back_requested.emit, name="models_go_back")
        self._lay_out()

    def _lay_out(self) -> None:
        layout = column(self, margin=MARGIN, spacing=3)
        layout.addWidget(label(tr("models.intro"), "dim", wrap=True))
        across = row(spacing=4)
        across.addWidget(self._list)
        right = column()
        right.addWidget(self._empty)
        right.addWidget(self.card, 1)
        across.addLayout(right, 1)
        layout.addLayout(across, 1)
        layout.addWidget(self._problems)
        layout.addWidget(self._told)
        below = row()
        below.addWidget(self._import)
        below.addWidget(self._back)
        below.addStretch(1)
        below.addWidget(button("models.close", self.reject, name="models_close"))
        layout.addLayout(below)

    def render_models(self, view: ModelsView) -> None:
        """Show the models, the chosen one, and what came of the last wish."""
        with QSignalBlocker(self._list):
            self._render_list(view)
        self._empty.setVisible(view.row is None)
        self.card.setVisible(view.row is not None)
        if view.row is not None:
            self.card.render_model(view.row, asking=view.asking, busy=view.busy)
        for line, text in ((self._problems, "\n".join(view.problems)), (self._told, view.told)):
            line.setText(text)
            line.setVisible(bool(text))
        give_role(self._told, "attention" if view.failed else "dim")
        for made in (self._import, self._back):
            made.setEnabled(not view.busy)

    def _render_list(self, view: ModelsView) -> None:
        if tuple(row.ref for row in view.rows) != self._refs:
            self._refs = tuple(row.ref for row in view.rows)
            self._list.clear()
            for made in view.rows:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, made.ref)
                self._list.addItem(item)
        for place, model in enumerate(view.rows):
            self._list.item(place).setText(_line(model))
        if view.chosen in self._refs:
            self._list.setCurrentRow(self._refs.index(view.chosen))

    def _request(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def _line(model: ModelRow) -> str:
    return f"{model.title}\n{model.ref.partition('@')[2]} · {model.state}"
