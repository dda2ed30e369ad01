"""A page of text beside the window: it is read, searched, and saved to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.document_layout import lay_out_page
from medapp.ui.widgets.layouts import button, column, named, row

SIZE = (1140, 720)
MARGIN_PX, SCROLL_BAR_PX = 16, 14
CONTENTS_PX, MOST_CONTENTS_PX = 216, 320
DEEPEST_HEADING = 3


class DocumentWindow(QDialog):
    """Shows a page with its headings; emits that it is to be saved, and which other page beside it a link names.

    Links to anything else are not followed.
    """

    save_requested = Signal()
    page_requested = Signal(str)

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
        across = row(spacing=2)
        across.addWidget(self._make_contents(name))
        across.addWidget(self.browser, 1)
        layout.addLayout(across, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self._search.setFocus)
        self.browser.setFocus()

    def _make_contents(self, name: str) -> QListWidget:
        self._contents = named(QListWidget(), f"{name}_contents")
        self._contents.setFixedWidth(CONTENTS_PX)
        self._contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._contents.setAccessibleName(tr("document.contents"))
        self._contents.currentRowChanged.connect(self._go_to_heading)
        return self._contents

    def show_html(self, html: str) -> None:
        """Show a page of HTML."""
        self.browser.setHtml(html)
        self._list_headings()

    def show_markdown(self, text: str, folder: Path) -> None:
        """Show a page of Markdown whose pictures lie in `folder`."""
        self.browser.setSearchPaths([str(folder)])
        self.browser.document().setBaseUrl(QUrl.fromLocalFile(f"{folder}/"))
        self.browser.document().setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        lay_out_page(self.browser.document(), theme.current().line)
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)
        self._list_headings()

    def _list_headings(self) -> None:
        self._contents.clear()
        for block in _headings(self.browser.document()):
            item = QListWidgetItem("    " * max(0, block.blockFormat().headingLevel() - 2) + block.text())
            item.setData(Qt.ItemDataRole.UserRole, block.position())
            self._contents.addItem(item)
        room = self._contents.sizeHintForColumn(0) + SCROLL_BAR_PX
        self._contents.setFixedWidth(min(max(CONTENTS_PX, room), MOST_CONTENTS_PX))

    @Slot(int)
    def _go_to_heading(self, number: int) -> None:
        item = self._contents.item(number)
        if item is not None:
            self._show_from(int(item.data(Qt.ItemDataRole.UserRole)))

    def _show_from(self, position: int) -> None:
        """Bring the line at `position` to the top."""
        cursor = QTextCursor(self.browser.document())
        cursor.setPosition(position)
        self.browser.setTextCursor(cursor)
        bar = self.browser.verticalScrollBar()
        bar.setValue(bar.value() + self.browser.cursorRect().top() - MARGIN_PX)

    @Slot()
    def find_next(self) -> None:
        """Go to the next place where what was typed stands; from the end, to the first."""
        wanted = self._search.text()
        if wanted and not self.browser.find(wanted):
            self.browser.moveCursor(self.browser.textCursor().MoveOperation.Start)
            self.browser.find(wanted)

    @Slot(QUrl)
    def _follow(self, url: QUrl) -> None:
        """Follow a link to a heading of this page, or to another page beside it."""
        if url.scheme() or url.host():
            return
        if url.path().endswith(".md"):
            self.page_requested.emit(url.path())
        for block in _headings(self.browser.document()):
            if url.hasFragment() and slug(block.text()) == url.fragment():
                self._show_from(block.position())


def slug(heading: str) -> str:
    """Return what a link to `heading` is called.

    Examples
    --------
    >>> slug("Stacks and worklists")
    'stacks-and-worklists'
    """
    kept = "".join(letter for letter in heading.casefold() if letter.isalnum() or letter in " -_")
    return kept.strip().replace(" ", "-")


def _headings(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        if 0 < block.blockFormat().headingLevel() <= DEEPEST_HEADING and block.text().strip():
            yield block
        block = block.next()
