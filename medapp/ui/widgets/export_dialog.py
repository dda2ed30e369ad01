"""Asks what of an image is to be exported, as what, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QWidget

from medapp.display.export import Format
from medapp.i18n import tr
from medapp.ui.export_wish import CONTENTS, Content, ExportWish, Scope
from medapp.ui.theme import STEP
from medapp.ui.widgets.layouts import button, column, label, named, row
from medapp.ui.widgets.themed import ChoiceBox

WIDTH_PX, MARGIN = 560, 5
FORMS: tuple[Format, ...] = ("PNG", "TIFF")
DRAWN: frozenset[Content] = frozenset(("screen", "image"))


@dataclass(frozen=True)
class ExportOffer:
    """What can be exported.

    Attributes
    ----------
    images : mapping of scope to int, as pairs
        How many images each scope has; scopes without any are not offered.
    values : bool
        Whether the image has values of 16 bits to be exported: not for colour.
    burned_in : bool
        Whether texts are known to be part of the image.
    folder : str
        Where the last export went to, or empty.
    scope : str
        What is chosen first.
    identity : bool
        Whether identity was shown the last time.
    """

    images: tuple[tuple[Scope, int], ...]
    values: bool = True
    burned_in: bool = False
    folder: str = ""
    scope: Scope = "image"
    identity: bool = False


class ExportDialog(QDialog):
    """Renders what can be exported; emits the wish to choose a folder, and to export."""

    folder_requested = Signal()
    export_requested = Signal(object)

    def __init__(self, offer: ExportOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export")
        self.setWindowTitle(tr("export.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self._folder = offer.folder
        scopes = [(scope, tr(f"export.scope_{scope}", count=count)) for scope, count in offer.images]
        contents = [c for c in CONTENTS if offer.values or c in DRAWN]
        self._scope = self._choice("export_scope", scopes)
        self._scope.setCurrentIndex(max(0, self._scope.findData(offer.scope)))
        self._content = self._choice("export_content", [(c, tr(f"export.content_{c}")) for c in contents])
        self._form = self._choice("export_form", [(form, tr(f"export.form_{form.lower()}")) for form in FORMS])
        self._texts = self._box("texts", on=True)
        self._identity = self._box("identity", on=offer.identity)
        self._key_object = self._box("key_object", on=offer.identity)
        self._meaning = label("", "small", wrap=True, name="export_meaning")
        self._told = label(_warning(offer), "attention" if offer.burned_in else "small", wrap=True, name="export_told")
        self._where = label("", "dim", wrap=True, name="export_folder")
        self._lay_out()
        for box in (self._scope, self._content, self._form):
            box.currentIndexChanged.connect(self._render)
        self._texts.toggled.connect(self._render)
        self._render()

    def _choice(self, name: str, entries: Sequence[tuple[str, str]]) -> ChoiceBox:
        box = ChoiceBox(name)
        for value, text in entries:
            box.addItem(text, value)
        return box

    def _box(self, name: str, *, on: bool) -> QCheckBox:
        box = named(QCheckBox(tr(f"export.{name}")), f"export_{name}")
        box.setChecked(on)
        return box

    def _lay_out(self) -> None:
        layout = column(self, margin=MARGIN, spacing=3)
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        grid.setColumnStretch(1, 1)
        for number, (key, box) in enumerate(
            (("export.what", self._scope), ("export.as", self._content), ("export.file", self._form))
        ):
            name = label(tr(key), "dim")
            name.setBuddy(box)
            box.setAccessibleName(tr(key))
            grid.addWidget(name, number, 0)
            grid.addWidget(box, number, 1)
        layout.addLayout(grid)
        layout.addWidget(self._meaning)
        for check in (self._texts, self._identity, self._key_object):
            layout.addWidget(check)
        layout.addWidget(self._told)
        across = row()
        across.addWidget(button("save.choose_folder", self.folder_requested.emit, name="export_choose"))
        across.addWidget(self._where, 1)
        layout.addLayout(across)
        below = row()
        below.addWidget(label(tr("research_use"), "small", wrap=True), 1)
        below.addWidget(button("ui.cancel", self.reject, name="export_cancel"))
        self._go = button("export.go", self._wish, role="primary", name="export_go")
        below.addWidget(self._go)
        layout.addLayout(below)

    def show_folder(self, folder: str) -> None:
        """Show where the files will go."""
        self._folder = folder
        self._render()
        self._go.setFocus()

    @Slot()
    def _render(self) -> None:
        content, scope = cast("Content", self._content.currentData()), cast("Scope", self._scope.currentData())
        self._meaning.setText(tr(f"export.meaning_{content}"))
        self._texts.setEnabled(content in DRAWN)
        self._identity.setEnabled(content in DRAWN and self._texts.isChecked())
        self._key_object.setVisible(scope == "key_images")
        self._where.setText(self._folder or tr("save.no_folder"))
        self._go.setEnabled(bool(self._folder))
        self._go.setDefault(bool(self._folder))
        self.adjustSize()

    def _wish(self) -> None:
        scope = cast("Scope", self._scope.currentData())
        wish = ExportWish(
            scope,
            cast("Content", self._content.currentData()),
            cast("Format", self._form.currentData()),
            self._folder,
            texts=self._texts.isChecked(),
            identity=self._identity.isChecked(),
            key_object=scope == "key_images" and self._key_object.isChecked(),
        )
        self.export_requested.emit(wish)
        self.accept()


def _warning(offer: ExportOffer) -> str:
    return tr("export.burned_in" if offer.burned_in else "export.not_removed")
