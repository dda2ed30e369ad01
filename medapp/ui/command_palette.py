"""The command palette of a window: all that can be done now, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from medapp.i18n import LANGUAGES, catalogue, tr
from medapp.jobs import Job, Progress
from medapp.ui.commands import COMMANDS, MENUS
from medapp.ui.key_sheet import command_text, menu_text
from medapp.ui.keys import keys_of, shown_text
from medapp.ui.palette_search import Entry, found
from medapp.ui.session import Session
from medapp.ui.widgets.palette import Palette

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow

RECENT_LIMIT = 8
QUIET_MS = 2000
OFFER = "window:"
ITSELF = "palette"


class CommandPalette(QObject):
    """Opens the palette, and does what is chosen in it."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self.widget = self._made()
        QTimer.singleShot(QUIET_MS, self, self._read_ahead)  # the start has better things to do

    @Slot()
    def _read_ahead(self) -> None:
        """Read the texts of all languages, in a worker: the first opening need not."""
        self._session.note_jobs.start(_catalogues())

    def _made(self) -> Palette:
        made = Palette(self._window)
        made.query_changed.connect(self._search)
        made.entry_chosen.connect(self._choose)
        made.left.connect(self.close)
        return made

    def tell_anew(self) -> None:
        """Make the palette anew: another language is spoken."""
        self.widget.hide()
        self.widget.deleteLater()
        self.widget = self._made()

    def toggle(self) -> None:
        """Open the palette on what can be done now, or close it."""
        if self.widget.isVisible():
            self.close()
            return
        self._before = QApplication.focusWidget()
        self._entries = self._possible()
        self._search("")
        self.widget.open()

    @Slot()
    def close(self) -> None:
        """Hide the palette; the keyboard goes back to where it was."""
        if not self.widget.isVisible():
            return
        had_focus = self.widget.isAncestorOf(QApplication.focusWidget() or self._window)
        self.widget.hide()
        if had_focus and self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _possible(self) -> list[Entry]:
        state, actions = self._session.state, self._window.actions_made
        keys = self._session.settings.keys
        possible = [
            Entry(
                command.id,
                command_text(command),
                menu_text(command.group),
                shown_text(keys_of(command, keys)[0]) if keys_of(command, keys) else "",
                _in_all_languages(command.id),
            )
            for command in COMMANDS
            if command.id != ITSELF and command.group in MENUS and command.enabled(state)
        ]
        return possible + [_offer(n, a) for n, a in enumerate(actions.offer_actions) if a.isEnabled()]

    @Slot(str)
    def _search(self, query: str) -> None:
        self.widget.render_entries(found(query, self._entries, self._session.settings.palette))

    @Slot(str)
    def _choose(self, entry: str) -> None:
        self.close()
        if not entry.startswith(OFFER):  # another image has other windows
            others = (e for e in self._session.settings.palette if e != entry)
            self._session.choose(palette=(entry, *others)[:RECENT_LIMIT])
        QTimer.singleShot(0, self, lambda: self._do(entry))  # when the palette is gone

    def _do(self, entry: str) -> None:
        actions = self._window.actions_made
        if not entry.startswith(OFFER):
            actions[entry].trigger()
            return
        number = int(entry.removeprefix(OFFER))
        if number < len(actions.offer_actions):
            actions.offer_actions[number].trigger()


def _catalogues() -> Job[None]:
    for language in LANGUAGES:
        yield Progress(0, 0)
        catalogue(language)


def _in_all_languages(command_id: str) -> tuple[str, ...]:
    key = f"command.{command_id}"
    return (*(catalogue(language).get(key, "") for language in LANGUAGES), command_id.replace("_", " "))


def _offer(number: int, action: QAction) -> Entry:
    text = action.text().replace("&&", "&")
    return Entry(f"{OFFER}{number}", text, tr("keys.presets"), shown_text(action.shortcut().toString()))
