"""A page of text beside the window: it is read, searched, and saved to be printed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextDocument
from PySide6.QtWidgets import QDialog, QLineEdit, QTextBrowser, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, named, row

SIZE = (860, 720)
MARGIN_PX = 16


class DocumentWindow(QDialog):
    """Shows a page; emits that it is to be saved. Links within the page work, others are not followed."""

    save_requested = Signal()

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._search = named(QLineEdit(), f"{name}_search")
        self._search.setPlaceholderText(tr("document.search"))
        self._search.setAccessibleName(tr("document.search"))
        self._search.returnPressed.connect(self.find_next)
        self.browser = named(QTextBrowser(), f"{name}_text")
        self.browser.setOpenLinks(False)
        self.browser.document().setDocumentMargin(MARGIN_PX)
        self.browser.setAccessibleName(title)
        self.browser.anchorClicked.connect(self._follow)
        top = row()
        top.addWidget(self._search, 1)
        save = button("document.save", self.save_requested.emit, name=f"{name}_save")
        save.setAutoDefault(False)
        top.addWidget(save)
        layout = column(self, margin=3, spacing=2)
        layout.addLayout(top)
        layout.addWidget(self.browser, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._search.setFocus)
        self.browser.setFocus()

    def show_html(self, html: str) -> None:
        """Show a page of HTML."""
        self.browser.setHtml(html)

    def show_markdown(self, text: str, folder: Path) -> None:
        """Show a page of Markdown whose pictures lie in `folder`."""
        self.browser.setSearchPaths([str(folder)])
        self.browser.document().setBaseUrl(QUrl.fromLocalFile(f"{folder}/"))
        self.browser.document().setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)

    @Slot()
    def find_next(self) -> None:
        """Go to the next place where what was typed stands; from the end, to the first."""
        wanted = self._search.text()
        if wanted and not self.browser.find(wanted):
            self.browser.moveCursor(self.browser.textCursor().MoveOperation.Start)
            self.browser.find(wanted)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        if url.hasFragment() and not url.scheme():
            self.browser.scrollToAnchor(url.fragment())
