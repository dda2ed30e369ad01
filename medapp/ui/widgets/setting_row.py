"""One setting as a row: what it is, what it does, the control that its metadata asks for, and the way back."""

from __future__ import annotations

from dataclasses import Field
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from medapp.i18n import spaced, tr
from medapp.storage.settings import Settings
from medapp.ui.widgets.layouts import button, column, label, row
from medapp.ui.widgets.themed import ChoiceBox

CONTROL_PX = 176
PERCENT = "%"


class SettingRow(QWidget):
    """Renders the value of one field of `Settings`; emits its name and the value that is wanted."""

    value_requested = Signal(str, object)

    def __init__(self, declared: Field[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = declared.name
        self.setObjectName(f"setting_{self.name}")
        self._default: Any = declared.default
        self._about = declared.metadata
        title, about = tr(f"setting.{self.name}"), _about(declared)
        self.searched = f"{title} {about}".casefold()
        self._control = self._make_control()
        self._control.setObjectName(f"control_{self.name}")
        self._control.setAccessibleName(title)
        self._control.setAccessibleDescription(about)
        self._control.setFixedWidth(CONTROL_PX)
        self._control.installEventFilter(self)
        self._reset = button("setting.reset", self._ask_for_default, role="link", name=f"reset_{self.name}")
        self._reset.setAccessibleName(tr("setting.reset_one", name=title))
        self._lay_out(title, about)

    def _lay_out(self, title: str, about: str) -> None:
        told = column(spacing=0)
        told.addWidget(label(title, wrap=True))
        told.addWidget(label(about, "small", wrap=True))
        layout = row(self, spacing=3)
        layout.addLayout(told, 1)
        layout.addWidget(self._control, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        layout.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignVCenter)

    def _make_control(self) -> QWidget:
        if isinstance(self._default, bool):
            box = QCheckBox(tr("setting.on"))
            box.toggled.connect(self._ask_for)
            return box
        return self._choices() if "choices" in self._about else self._number()

    def _choices(self) -> QComboBox:
        box = ChoiceBox("")
        words = self._about.get("words", f"setting.{self.name}")
        for choice in self._about["choices"]:
            box.addItem(tr(f"{words}_{choice.lower()}"), choice)
        box.activated.connect(lambda index: self._ask_for(box.itemData(index)))
        return box

    def _number(self) -> QSpinBox:
        box, unit = QSpinBox(), self._about.get("shown_in", "")
        box.setRange(round(self._about["low"] * self._scale), round(self._about["high"] * self._scale))
        box.setSuffix(f" {unit}" if unit else "")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda value: self._ask_for(type(self._default)(value / self._scale)))
        return box

    @property
    def _scale(self) -> int:
        return 100 if self._about.get("shown_in") == PERCENT else 1

    @Slot(bool)
    def _ask_for(self, value: object) -> None:
        self.value_requested.emit(self.name, value)

    def _ask_for_default(self) -> None:
        self._ask_for(self._default)

    def render_settings(self, settings: Settings) -> None:
        """Show the value, and whether it is the program's own."""
        value, control = getattr(settings, self.name), self._control
        with QSignalBlocker(control):
            if isinstance(control, QCheckBox):
                control.setChecked(value)
            elif isinstance(control, QComboBox):
                control.setCurrentIndex(control.findData(value))
            elif isinstance(control, QSpinBox):
                control.setValue(round(value * self._scale))
        self._reset.setVisible(value != self._default)

    def take_focus(self) -> None:
        """Bring the keyboard to the control."""
        self._control.setFocus(Qt.FocusReason.OtherFocusReason)

    def matters(self, settings: Settings) -> bool:
        """Tell whether the value has an effect, given the others."""
        other, wanted = self._about.get("only", ("", ""))
        return not other or getattr(settings, other) == wanted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the dialog, never change what happens to lie under the pointer."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _about(declared: Field[Any]) -> str:
    about = tr(f"setting.{declared.name}_about")
    return spaced((about, tr("setting.later"))) if declared.metadata.get("later") else about
