"""The dialog of label projects: go on with one, begin another, and what can be done with labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, card, column, label, named, row
from medapp.ui.widgets.themed import ChoiceBox

WIDTH_PX, MARGIN, LIST_PX, LINE_PX = 680, 5, 110, 26
UNITS = ("image", "series")


@dataclass(frozen=True)
class ProjectRow:
    """A label project in the list.

    Attributes
    ----------
    folder : Path
        Where it is kept.
    text : str
        Title, classes and how far it is.
    agreements : tuple of str
        How far the readers agree, a line each.
    disagreements : int
        Cases that wait to be settled.
    reader : str
        Who labelled last.
    is_open : bool
        Whether its cases are open now.
    """

    folder: Path
    text: str
    agreements: tuple[str, ...] = ()
    disagreements: int = 0
    reader: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Wish:
    """What is to be done with a project, and by whom."""

    action: str
    folder: Path
    reader: str
    copies: bool = False


@dataclass(frozen=True)
class NewLabels:
    """A label project to begin, as it was typed in."""

    title: str
    classes: str
    unit: str
    mixed: bool
    reader: str
    choose_folder: bool


@dataclass(frozen=True)
class Proposal:
    """What the form of a new project says at first, and what is open."""

    title: str = ""
    classes: str = ""
    reader: str = ""
    opened: str = ""


class LabelStart(QDialog):
    """Renders the projects; emits what a person wants with one, or a new one."""

    wished = Signal(object)
    create_requested = Signal(object)

    def __init__(self, rows: tuple[ProjectRow, ...], proposal: Proposal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("label_start")
        self.setWindowTitle(tr("label.dialog"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self._rows = rows
        self._reader = named(QLineEdit(proposal.reader), "label_reader")
        self._list = named(QListWidget(), "label_list")
        self._figures = label("", "small", wrap=True, name="label_figures")
        self._copies = named(QCheckBox(tr("label.copies")), "label_copies")
        self._title = named(QLineEdit(proposal.title), "label_new_title")
        self._classes = named(QLineEdit(proposal.classes), "label_classes")
        self._unit = ChoiceBox("label_unit")
        self._mixed = named(QCheckBox(tr("label.mixed")), "label_mixed")
        self._problem = label("", "danger", wrap=True, name="label_problem")
        layout = column(self, margin=MARGIN, spacing=3)
        who = row()
        who.addWidget(_buddy("label.reader", self._reader))
        who.addWidget(self._reader, 1)
        layout.addLayout(who)
        if rows:
            layout.addWidget(self._known())
        layout.addWidget(self._form(proposal.opened))
        layout.addWidget(self._problem)
        layout.addStretch(1)
        self._problem.hide()
        self._choose_first()

    def _known(self) -> QFrame:
        frame = card()
        layout = column(frame, margin=3)
        layout.addWidget(label(tr("label.projects"), "heading"))
        for one in self._rows:
            self._list.addItem(QListWidgetItem(one.text))
        self._list.setFixedHeight(min(LIST_PX, LINE_PX * len(self._rows) + 4))
        self._list.currentRowChanged.connect(self._show_row)
        self._list.itemActivated.connect(partial(self._wish, "go_on"))
        layout.addWidget(self._list)
        layout.addWidget(self._figures)
        self._add_wishes(layout)
        return frame

    def _add_wishes(self, layout: QVBoxLayout) -> None:
        self._go_on = self._button("go_on", role="primary")
        self._settle = self._button("settle")
        lines: tuple[tuple[QWidget, ...], ...] = (
            (self._go_on, self._settle, self._button("rank")),
            (self._button("take_in"), self._button("teach")),
            (self._button("export"), self._copies),
        )
        for widgets in lines:
            line = row()
            for widget in widgets:
                line.addWidget(widget)
            line.addStretch(1)
            layout.addLayout(line)

    def _button(self, action: str, role: str = "") -> QPushButton:
        made = button(f"label.do_{action}", partial(self._wish, action), role=role, name=f"label_do_{action}")
        made.setAutoDefault(action == "go_on")
        return made

    def _form(self, opened: str) -> QFrame:
        frame = card()
        layout = column(frame, margin=3)
        layout.addWidget(label(tr("label.new"), "heading"))
        self._classes.setPlaceholderText(tr("label.classes_example"))
        for unit in UNITS:
            self._unit.addItem(tr(f"label.unit_{unit}"), unit)
        for key, field in (("label.new_title", self._title), ("label.classes", self._classes)):
            line = row()
            line.addWidget(_buddy(key, field))
            line.addWidget(field, 1)
            layout.addLayout(line)
        line = row()
        line.addWidget(_buddy("label.unit", self._unit))
        line.addWidget(self._unit)
        line.addWidget(self._mixed)
        line.addStretch(1)
        layout.addLayout(line)
        layout.addLayout(self._beginnings(opened))
        return frame

    def _beginnings(self, opened: str) -> QVBoxLayout:
        """Return the buttons that begin a project: with what is open, or with a folder."""
        whole, across = column(), row()
        if opened:
            whole.addWidget(label(tr("label.opened", what=opened), "dim", wrap=True, name="label_opened"))
            role = "" if self._rows else "primary"
            self._begin = self._beginning("label.begin", role, "label_begin", choose_folder=False)
            across.addWidget(self._begin)
        role = "" if opened or self._rows else "primary"
        folder = self._beginning("label.begin_folder", role, "label_begin_folder", choose_folder=True)
        across.addWidget(folder)
        across.addStretch(1)
        self._first = self._begin if opened else folder
        self._classes.returnPressed.connect(self._first.click)
        self._title.returnPressed.connect(self._classes.setFocus)
        whole.addLayout(across)
        return whole

    def _beginning(self, key: str, role: str, name: str, *, choose_folder: bool) -> QPushButton:
        made = button(key, partial(self._create, choose_folder), role=role, name=name)
        made.setAutoDefault(False)
        return made

    def _choose_first(self) -> None:
        """Put the keyboard where most go on: the project whose cases are open, else the classes of a new one."""
        open_rows = [number for number, one in enumerate(self._rows) if one.is_open]
        if self._rows:
            self._list.setCurrentRow(open_rows[0] if open_rows else 0)
        if open_rows:
            self._go_on.setDefault(True)
            self._go_on.setFocus()
        else:
            self._classes.setFocus()

    @Slot(int)
    def _show_row(self, number: int) -> None:
        one = self._rows[number]
        self._figures.setText("\n".join(one.agreements))
        self._figures.setVisible(bool(one.agreements))
        waiting = one.disagreements
        self._settle.setText(tr("label.do_settle_n", n=waiting) if waiting else tr("label.do_settle"))
        self._settle.setEnabled(bool(one.disagreements))
        if one.reader and not self._reader.isModified():
            self._reader.setText(one.reader)
        self.adjustSize()

    def _wish(self, action: str, *_: object) -> None:
        number = self._list.currentRow()
        if 0 <= number < len(self._rows):
            folder, reader = self._rows[number].folder, self._reader.text().strip()
            self.wished.emit(Wish(action, folder, reader, self._copies.isChecked()))
            self.accept()

    def _create(self, choose_folder: bool) -> None:
        self.create_requested.emit(
            NewLabels(
                self._title.text().strip(),
                self._classes.text(),
                UNITS[self._unit.currentIndex()],
                self._mixed.isChecked(),
                self._reader.text().strip(),
                choose_folder,
            )
        )

    def show_problem(self, text: str) -> None:
        """Say why nothing could be begun."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self._classes.setFocus()
        self.adjustSize()


def _buddy(key: str, field: QWidget) -> QWidget:
    """Return the name of a field."""
    made = label(tr(key))
    made.setBuddy(field)
    made.setMinimumWidth(90)
    return made
