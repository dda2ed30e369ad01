"""The dialogs that ask what to open, and what is to become of a model that was found."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.classify.weight_names import is_weight_file
from medapp.i18n import tr
from medapp.ui.importing import Importing, Offer
from medapp.ui.opening import Opening
from medapp.ui.weight_importing import WeightImporting
from medapp.ui.widgets.model_offer import ModelOffer
from medapp.ui.widgets.weight_offer import WeightOffer, WeightOfferView


class Asking(QObject):
    """Asks over a window, and has done what was answered."""

    def __init__(self, window: QWidget, opening: Opening, importing: Importing, weights: WeightImporting) -> None:
        super().__init__(window)
        self._window, self._opening, self._importing, self._weights = window, opening, importing, weights
        importing.offered.connect(self._offer_model)
        weights.offered.connect(self._offer_weights)

    @Slot()
    def for_files(self) -> None:
        """Ask for files, and open them."""
        names, _ = QFileDialog.getOpenFileNames(self._window, tr("command.open_files"))
        self._opening.open([Path(name) for name in names])

    @Slot()
    def for_folder(self) -> None:
        """Ask for a folder, and open it."""
        name = QFileDialog.getExistingDirectory(self._window, tr("command.open_folder"))
        if name:
            self._opening.open([Path(name)])

    @Slot()
    def for_model(self) -> None:
        """Ask for the file of a model, and look into it."""
        name, _ = QFileDialog.getOpenFileName(self._window, tr("use.import_title"), "", tr("models.import_filter"))
        if name:
            path = Path(name)
            (self._weights if is_weight_file(path) else self._importing).look_into(path)

    @Slot(object, object)
    def _offer_weights(self, path: Path, view: WeightOfferView) -> None:
        dialog = WeightOffer(view, self._window)
        dialog.decided.connect(lambda answer: self._weights.install(path, answer))
        dialog.open()

    @Slot(object)
    def _offer_model(self, offer: Offer) -> None:
        dialog = ModelOffer(offer.question, can_answer=offer.is_classifier, parent=self._window)
        dialog.decided.connect(lambda then: self._importing.install(offer.path, then))
        dialog.open()
