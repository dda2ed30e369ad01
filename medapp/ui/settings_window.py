"""The settings dialog over a window: what is asked for in it is applied at once and kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from medapp.ui.beside import Beside
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.settings_dialog import SettingsDialog


class SettingsWindow(QObject):
    """Opens the dialog and follows what is changed elsewhere."""

    keys_requested = Signal()

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.dialog = Beside(self._made)
        session.changed.connect(self._follow)

    def show(self, group: str = "") -> None:
        """Show all settings, or those of a group first."""
        dialog = self.dialog.show()
        if group:
            dialog.show_group(group)

    def _made(self) -> SettingsDialog:
        dialog = SettingsDialog(self._window)
        dialog.value_requested.connect(self._choose)
        dialog.keys_requested.connect(self.keys_requested)
        dialog.render_settings(self._session.settings)
        return dialog

    @Slot(str, object)
    def _choose(self, name: str, value: object) -> None:
        if getattr(self._session.settings, name) != value:
            self._session.choose(**{name: value})

    @Slot(object)
    def _follow(self, state: State) -> None:
        if (dialog := self.dialog.now) is not None:
            dialog.render_settings(state.settings)
