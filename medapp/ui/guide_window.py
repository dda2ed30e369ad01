"""The user guide beside a window: the pages that the program brings along, in the language that is spoken."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from medapp.folders import guide_folder
from medapp.i18n import spoken, tr
from medapp.ui.beside import Beside
from medapp.ui.keys_window import save_page
from medapp.ui.printing import PrintedPage
from medapp.ui.session import Session
from medapp.ui.widgets.document_window import DocumentWindow

FIRST = "user-guide.md"


class GuideWindow(QObject):
    """Shows the guide, and the pages that it links to."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._page = FIRST
        self.dialog = Beside(self._made)

    def _made(self) -> DocumentWindow:
        made = DocumentWindow(tr("guide.title"), "guide", self._window)
        made.page_requested.connect(self._show)
        made.save_requested.connect(self._save)
        self._page = FIRST
        made.show_markdown(page_text(FIRST), guide_folder())
        return made

    @Slot(str)
    def _show(self, page: str) -> None:
        dialog, name = self.dialog.now, Path(page).name
        if dialog is not None and page_text(name):
            self._page = name
            dialog.show_markdown(page_text(name), guide_folder())

    @Slot()
    def _save(self) -> None:
        page = PrintedPage(markdown=page_text(self._page), folder=guide_folder())
        save_page(self._window, self._session, page, f"medapp-{Path(self._page).stem}.pdf")


def page_text(name: str) -> str:
    """Return a page of the guide in the language that is spoken, else in English; nothing where there is none."""
    translated = f"{Path(name).stem}.{spoken()}.md"
    for page in (guide_folder() / translated, guide_folder() / name):
        if page.is_file():
            return page.read_text(encoding="utf-8")
    return ""
