"""The questions about a weight file: what its outputs are, how pictures are prepared for it, what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.themed import ChoiceBox

WIDTH_PX, MARGIN = 620, 5
FIELDS = ("title", "classes", "modalities")


@dataclass(frozen=True)
class WeightOfferView:
    """What a weight file seems to be; each guess can be written over."""

    found: str
    guess: str
    title: str
    classes: str
    modalities: str
    preprocess: str
    preprocesses: tuple[str, ...]


@dataclass(frozen=True)
class WeightAnswer:
    """What a person says about a weight file; no classes: a starting model."""

    title: str = ""
    classes: str = ""
    modalities: str = ""
    preprocess: str = ""


class WeightOffer(QDialog):
    """Renders the guesses; emits what the person says, or nothing where the file is not wanted."""

    decided = Signal(object)

    def __init__(self, view: WeightOfferView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("weight_offer")
        self.setWindowTitle(tr("use.import_title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self._fields = {name: named(QLineEdit(getattr(view, name)), f"weight_{name}") for name in FIELDS}
        for field in self._fields.values():
            field.setCursorPosition(0)  # the beginning of a long list tells more than its end
        self._preprocess = ChoiceBox("weight_preprocess")
        for name in view.preprocesses:
            self._preprocess.addItem(tr(f"weights.preprocess.{name}"), name)
        self._preprocess.setCurrentIndex(view.preprocesses.index(view.preprocess))
        self._classifier = button("weights.as_classifier", self._answer, role="primary", name="weight_classifier")
        self._fields["classes"].textChanged.connect(self._allow)
        self._lay_out(view)
        self._allow(view.classes)

    def _lay_out(self, view: WeightOfferView) -> None:
        layout = column(self, margin=MARGIN, spacing=4)
        layout.addWidget(label(view.found, "heading", wrap=True, name="weight_found"))
        layout.addWidget(label(view.guess, "dim", wrap=True, name="weight_guess"))
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        asked = {**self._fields, "preprocess": self._preprocess}
        for place, (name, field) in enumerate(asked.items()):
            caption = label(tr(f"weights.ask.{name}"))
            caption.setBuddy(field)
            field.setAccessibleName(tr(f"weights.ask.{name}"))
            grid.addWidget(caption, place, 0)
            grid.addWidget(field, place, 1)
        self._fields["classes"].setPlaceholderText(tr("weights.classes_example"))
        self._fields["modalities"].setPlaceholderText(tr("models.any"))
        layout.addLayout(grid)
        layout.addWidget(label(tr("model.not_calibrated"), "attention", wrap=True))
        across = row()
        across.addStretch(1)
        across.addWidget(button("ui.cancel", self.reject, name="weight_cancel"))
        across.addWidget(button("weights.as_base", self._answer_base, name="weight_base"))
        across.addWidget(self._classifier)
        layout.addLayout(across)

    @Slot(str)
    def _allow(self, classes: str) -> None:
        self._classifier.setEnabled(bool(classes.strip(" ,")))

    def _answer(self) -> None:
        texts = {name: field.text().strip() for name, field in self._fields.items()}
        self.decided.emit(WeightAnswer(**texts, preprocess=self._preprocess.currentData()))
        self.accept()

    def _answer_base(self) -> None:
        self.decided.emit(WeightAnswer(title=self._fields["title"].text().strip()))
        self.accept()
