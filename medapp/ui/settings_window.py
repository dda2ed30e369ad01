"""The settings dialog over a window: what is asked for in it is applied at once and kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.settings_dialog import SettingsDialog


class SettingsWindow(QObject):
    """Opens the dialog, or brings it forward; one at a time."""

    keys_requested = Signal()

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._dialog: SettingsDialog | None = None
        session.changed.connect(self._follow)

    @property
    def dialog(self) -> SettingsDialog | None:
        """The dialog, where it is open."""
        return self._dialog if self._dialog is not None and isValid(self._dialog) else None

    def show(self, group: str = "") -> None:
        """Show all settings, or those of a group first."""
        dialog = self.dialog or self._made()
        if group:
            dialog.show_group(group)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def tell_anew(self) -> None:
        """Make the dialog anew, where it is open: another language is spoken."""
        if (dialog := self.dialog) is not None:
            place = dialog.geometry()
            dialog.close()
            self._dialog = None
            self.show()
            made = self.dialog
            assert made is not None
            made.setGeometry(place)

    def _made(self) -> SettingsDialog:
        dialog = SettingsDialog(self._window)
        dialog.value_requested.connect(self._choose)
        dialog.keys_requested.connect(self.keys_requested)
        dialog.render_settings(self._session.settings)
        self._dialog = dialog
        return dialog

    @Slot(str, object)
    def _choose(self, name: str, value: object) -> None:
        if getattr(self._session.settings, name) != value:
            self._session.choose(**{name: value})

    @Slot(object)
    def _follow(self, state: State) -> None:
        if (dialog := self.dialog) is not None:
            dialog.render_settings(state.settings)
