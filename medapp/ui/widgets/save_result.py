"""Asks in which forms an answer is to be saved, and where."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, named, row

WIDTH_PX, MARGIN = 520, 5


@dataclass(frozen=True)
class FormChoice:
    """A form that can be chosen: its name, and whether it can be made of the picture on screen."""

    name: str
    possible: bool = True


@dataclass(frozen=True)
class SaveWish:
    """What a person wants to be saved, and where."""

    forms: tuple[str, ...]
    folder: str
    with_identity: bool


class SaveResult(QDialog):
    """Renders the forms; emits the wish to choose a folder, and to save. Identity is off until it is asked for."""

    folder_requested = Signal()
    save_requested = Signal(object)

    def __init__(
        self, answer: str, forms: tuple[FormChoice, ...], parent: QWidget | None = None, *, note: str = ""
    ) -> None:
        super().__init__(parent)
        self.setObjectName("save_result")
        self.setWindowTitle(tr("save.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self._folder = ""
        self._boxes = {form.name: self._box(form) for form in forms}
        self._identity = named(QCheckBox(tr("save.with_identity")), "save_identity")
        self._where = label(tr("save.no_folder"), "dim", wrap=True, name="save_folder")
        layout = column(self, margin=MARGIN, spacing=4)
        layout.addWidget(label(answer, "heading", wrap=True, name="save_answer"))
        if note:
            layout.addWidget(label(note, "small", wrap=True, name="save_note"))
        self._add_forms(layout, all_possible=all(form.possible for form in forms))
        layout.addWidget(self._identity)
        layout.addWidget(label(tr("save.identity_meaning"), "small", wrap=True))
        across = row()
        across.addWidget(button("save.choose_folder", self.folder_requested.emit, name="save_choose"))
        across.addWidget(self._where, 1)
        layout.addLayout(across)
        self._add_buttons(layout)
        self._render()

    def _box(self, form: FormChoice) -> QCheckBox:
        box = named(QCheckBox(tr(f"save.form_{form.name}")), f"save_{form.name}")
        box.setChecked(form.possible)
        box.setEnabled(form.possible)
        box.toggled.connect(self._render)
        return box

    def _add_forms(self, layout: QVBoxLayout, *, all_possible: bool) -> None:
        frame = card()
        within = column(frame, margin=3, spacing=2)
        for box in self._boxes.values():
            within.addWidget(box)
        if not all_possible:
            within.addWidget(label(tr("problem.send.not_dicom"), "small", wrap=True, name="save_why_not"))
        layout.addWidget(frame)

    def _add_buttons(self, layout: QVBoxLayout) -> None:
        across = row()
        across.addWidget(label(tr("research_use"), "small", wrap=True), 1)
        across.addWidget(button("ui.cancel", self.reject, name="save_cancel"))
        self._save = button("save.save", self._wish, role="primary", name="save_save")
        across.addWidget(self._save)
        layout.addLayout(across)

    @property
    def _chosen(self) -> tuple[str, ...]:
        return tuple(name for name, box in self._boxes.items() if box.isChecked())

    def show_folder(self, folder: str) -> None:
        """Show where the files will go."""
        self._folder = folder
        self._where.setText(folder)
        self._render()
        self._save.setFocus()

    @Slot()
    def _render(self) -> None:
        self._save.setEnabled(bool(self._folder and self._chosen))
        self._save.setDefault(bool(self._folder))
        self.adjustSize()

    def _wish(self) -> None:
        self.save_requested.emit(SaveWish(self._chosen, self._folder, self._identity.isChecked()))
        self.accept()
