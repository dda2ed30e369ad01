"""The editor of the keys and the sheet of them, over a window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medapp.i18n import tr
from medapp.ui.beside import Beside
from medapp.ui.key_sheet import key_sheet
from medapp.ui.keys import Chosen
from medapp.ui.printing import PrintedPage, printed
from medapp.ui.session import Session
from medapp.ui.state import State
from medapp.ui.widgets.document_window import DocumentWindow
from medapp.ui.widgets.shortcut_editor import ShortcutEditor


class KeysWindow(QObject):
    """Opens both; what is changed counts at once and is kept."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.editor, self.sheet = Beside(self._made_editor), Beside(self._made_sheet)
        self._shown = session.settings
        session.changed.connect(self._follow)

    def _made_editor(self) -> ShortcutEditor:
        editor = ShortcutEditor(self._window)
        editor.keys_requested.connect(self._choose)
        editor.sheet_requested.connect(self.sheet.show)
        editor.render_keys(self._session.settings.keys)
        return editor

    def _made_sheet(self) -> DocumentWindow:
        sheet = DocumentWindow(tr("keys.sheet_title"), "key_sheet_window", self._window)
        sheet.save_requested.connect(self._ask_for_file)
        sheet.show_html(key_sheet(self._session.settings))
        return sheet

    @Slot(object)
    def _choose(self, keys: Chosen) -> None:
        self._session.choose(keys=keys)

    @Slot()
    def _ask_for_file(self) -> None:
        save_page(self._window, self._session, PrintedPage(html=key_sheet(self._session.settings)), "medapp-keys.pdf")

    @Slot(object)
    def _follow(self, state: State) -> None:
        if state.settings is self._shown:
            return
        self._shown = state.settings
        if (editor := self.editor.now) is not None:
            editor.render_keys(state.settings.keys)
        if (sheet := self.sheet.now) is not None:
            sheet.show_html(key_sheet(state.settings))


def save_page(window: QWidget, session: Session, page: PrintedPage, name: str) -> None:
    """Ask for a file and write `page` to it in the background."""
    kinds = ";;".join((tr("document.pdf"), tr("document.html")))
    chosen, _ = QFileDialog.getSaveFileName(window, tr("document.save_title"), name, kinds)
    if chosen:
        path = Path(chosen)
        target = path if path.suffix else path.with_suffix(".pdf")
        job = printed(page, target)
        session.jobs.start(job, title=tr("document.saving"), done=lambda at: session.notify(_saved_words(at)))


def _saved_words(path: Path) -> str:
    return tr("document.saved", path=str(path))
