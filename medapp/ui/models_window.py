"""Opens the dialog of models over the window, and asks for names of files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.i18n import tr
from medapp.ui.model_desk import ModelDesk
from medapp.ui.session import Session
from medapp.ui.widgets.models_dialog import ModelsDialog
from medapp.ui.widgets.models_views import ModelsView


class ModelsWindow(QObject):
    """Shows the models while a person looks at them."""

    import_requested = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = ModelDesk(session)
        self._parent = parent
        self._dialog: ModelsDialog | None = None
        self.desk.changed.connect(self._render)

    @Slot()
    def open(self) -> None:
        """Open the dialog beside the window, or bring it to the front."""
        if self._dialog is None:
            self._dialog = self._made()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self.desk.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the models anew, where the dialog shows them."""
        if self._dialog is not None:
            self.desk.refresh()

    def _made(self) -> ModelsDialog:
        dialog, desk = ModelsDialog(self._parent), self.desk
        dialog.chosen.connect(desk.choose)
        dialog.import_requested.connect(self.import_requested)
        dialog.back_requested.connect(desk.go_back)
        dialog.finished.connect(self._close)
        card = dialog.card
        card.activate_requested.connect(desk.activate)
        card.deactivate_requested.connect(desk.deactivate)
        card.removal_requested.connect(desk.ask_removal)
        card.removal_confirmed.connect(desk.settle_removal)
        card.export_requested.connect(self._ask_for_target)
        dialog.render_models(desk.view)
        return dialog

    @Slot(object)
    def _render(self, view: ModelsView) -> None:
        if self._dialog is not None:
            self._dialog.render_models(view)

    @Slot()
    def _close(self) -> None:
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.deleteLater()

    @Slot(bool)
    def _ask_for_target(self, onnx: bool) -> None:
        ending = ".onnx" if onnx else ".zip"
        suggested = self.desk.view.chosen.replace("@", "-") + ending
        filters = tr("models.onnx_filter") if onnx else tr("use.zip_filter")
        name, _ = QFileDialog.getSaveFileName(self._dialog, tr("use.export_as"), suggested, filters)
        if name:
            path = Path(name)
            self.desk.export(path if path.suffix else path.with_suffix(ending), onnx=onnx)
