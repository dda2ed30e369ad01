"""How the window looks: theme, size of text, keys and language, changed without a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from medapp.i18n import spoken
from medapp.storage.settings import Settings
from medapp.ui import theme
from medapp.ui.language import apply_language, language_of

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


class Looks(QObject):
    """Gives the window the look that was chosen; drawing anew takes a moment, so only where it changed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown: Settings | None = None

    def forget(self) -> None:
        """Take all widgets as not looked after yet: they are new."""
        self._shown = None

    def render_settings(self, settings: Settings) -> None:
        """Show what was chosen."""
        before, self._shown = self._shown, settings
        if settings is before:
            return
        window, application = self._window, QApplication.instance()
        if before is not None and before.language != settings.language:
            QTimer.singleShot(0, self, self._change_language)  # the menu that chose it is to be replaced
        looks_new = before is None or _look(before) != _look(settings)
        if before is not None and looks_new and isinstance(application, QApplication):
            theme.apply_theme(application, *_look(settings))
        if looks_new:
            window.actions_made.render_icons()
        if before is None or before.keys != settings.keys:
            window.actions_made.render_keys(settings.keys)
        window.start_page.render_settings(settings)

    @Slot()
    def _change_language(self) -> None:
        """Speak the language that was chosen."""
        application = QApplication.instance()
        language = language_of(self._shown.language) if self._shown is not None else spoken()
        if language != spoken() and isinstance(application, QApplication):
            apply_language(application, language)
            self._window.rebuild()


def _look(settings: Settings) -> tuple[str, int]:
    return settings.theme, settings.font_px
