"""What is about the program itself: its look, its keys, its settings, and how it is learned; with the start page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from medapp import __version__
from medapp.i18n import LANGUAGES, tr
from medapp.storage.settings import MOUSE_OWN
from medapp.ui.command_palette import CommandPalette
from medapp.ui.guide_window import GuideWindow
from medapp.ui.keys_window import KeysWindow
from medapp.ui.program_commands import THEMES
from medapp.ui.session import Session
from medapp.ui.settings_window import SettingsWindow
from medapp.ui.state import Page
from medapp.ui.tutorial import Tutorial
from medapp.ui.tutorial_start import start_tutorial

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


class ProgramDoor(QObject):
    """Opens the program's own dialogs over a window, and does what its start page asks for."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.settings, self.keys = SettingsWindow(window, session), KeysWindow(window, session)
        self.palette, self.guide = CommandPalette(window, session), GuideWindow(window, session)
        self._lessons: Tutorial | None = None
        self.settings.keys_requested.connect(self.keys.editor.show)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command of the program does."""
        session = self._session
        return {
            **{f"theme_{theme}": partial(session.choose, theme=theme) for theme in THEMES},
            **{f"language_{code.lower()}": partial(session.choose, language=code) for code in ("system", *LANGUAGES)},
            "text_larger": partial(session.resize_text, 1),
            "text_smaller": partial(session.resize_text, -1),
            "automatic_ai": lambda: session.choose(automatic_ai=not session.settings.automatic_ai),
            "classify_ahead": lambda: session.choose(classify_ahead=not session.settings.classify_ahead),
            "settings": self.settings.show,
            "shortcuts": self.keys.editor.show,
            "palette": self.palette.toggle,
            "key_sheet": self.keys.sheet.show,
            "guide": self.guide.dialog.show,
            "tutorial": self.show_tutorial,
            "about": self.about,
        }

    def connect_widgets(self) -> None:
        """Connect the widgets that were just made."""
        window, start = self._window, self._window.start_page
        start.files_requested.connect(window.asking.for_files)
        start.folder_requested.connect(window.asking.for_folder)
        start.teaching_requested.connect(partial(self._session.show_page, Page.TEACHING))
        start.label_requested.connect(window.label_door.show)
        start.sample_requested.connect(window.open_sample)
        start.recent_requested.connect(lambda path: window.opening.open([Path(path)]))
        start.mouse_chosen.connect(self._choose_mouse)
        start.mouse_dismissed.connect(partial(self._session.choose, mouse_asked=False))
        for beside in (self.settings.dialog, self.keys.editor, self.keys.sheet, self.guide.dialog, self.palette):
            beside.tell_anew()
        if self._lessons is not None:
            self._lessons.tell_anew()

    def begin_tutorial(self) -> None:
        """Be the window of the tutorial: it works in folders of its own."""
        self._lessons = Tutorial(self._window, self._session)
        self._lessons.show()

    def show_tutorial(self) -> None:
        """Open the tutorial in a window of its own, or show its panel again in this one."""
        if self._lessons is not None:
            self._lessons.show()
        elif not start_tutorial():
            self._session.notify(tr("tutorial.not_started"))

    @Slot()
    def about(self) -> None:
        """Tell which program and version this is."""
        self._session.notify(tr("ui.about", version=__version__))

    @Slot(str)
    def _choose_mouse(self, mouse: str) -> None:
        self._session.choose(mouse=mouse)
        if mouse == MOUSE_OWN:
            self.settings.show("mouse")
