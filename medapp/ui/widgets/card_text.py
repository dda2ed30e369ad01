"""A model's card, which is Markdown that may come from anywhere: shown as a page, and nothing is loaded for it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from medapp.ui import theme
from medapp.ui.widgets.document_layout import CELL_PX, lay_out_page

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


MARGIN_PX, INDENT_PX, NARROW_CELL_PX = 12, 16, 2


class _Closed(QTextDocument):
    """A document that loads nothing: a card may not reach into this computer, nor out of it."""

    def loadResource(self, kind: int, name: QUrl | str) -> QImage:
        """Return a dot for everything: where there is no picture, Qt looks for a file of that name itself."""
        dot = QImage(1, 1, QImage.Format.Format_ARGB32)
        dot.fill(Qt.GlobalColor.transparent)
        return dot


class CardText(QTextBrowser):
    """Renders a card; pictures are told by their names, links by their addresses, and neither leads anywhere.

    One that `grows` is as high as its text, for a panel that scrolls as a whole.
    """

    def __init__(self, name: str, parent: QWidget | None = None, *, grows: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setDocument(_Closed(self))
        self.document().setDocumentMargin(0 if grows else MARGIN_PX)
        self.document().setIndentWidth(INDENT_PX)
        self._markdown = ""
        self._grows = grows
        if grows:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.document().documentLayout().documentSizeChanged.connect(self._grow)

    def render_card(self, markdown: str) -> None:
        """Show `markdown`; what is shown already keeps its place."""
        if markdown == self._markdown:
            return
        self._markdown = markdown
        self.document().setMarkdown(markdown, _FEATURES)
        _disarm(self.document())
        lay_out_page(self.document(), theme.current().line, NARROW_CELL_PX if self._grows else CELL_PX)
        _quieten(self.document())
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the height of the text at its new width."""
        super().resizeEvent(event)
        self._grow()

    def _grow(self, *_: object) -> None:
        if self._grows:
            self.setFixedHeight(round(self.document().size().height()) + 2)


def _disarm(document: QTextDocument) -> None:
    """Put words in the place of pictures and links, from the last to the first so that places hold."""
    found = [(piece.position(), piece.length(), piece.charFormat(), piece.text()) for piece in _pieces(document)]
    for place, length, form, text in reversed(found):
        said = _said(form, text)
        if said is None:
            continue
        cursor = QTextCursor(document)
        cursor.setPosition(place)
        cursor.setPosition(place + length, QTextCursor.MoveMode.KeepAnchor)
        plain = QTextCharFormat()
        plain.setFontWeight(form.fontWeight())
        cursor.insertText(said, plain)


def _quieten(document: QTextDocument) -> None:
    """Write headings hardly larger than the text: a card stands below headings of its own."""
    block = document.begin()
    while block.isValid():
        if level := block.blockFormat().headingLevel():
            form = QTextCharFormat()
            form.setProperty(QTextFormat.Property.FontSizeAdjustment, 1 if level == 1 else 0)
            cursor = QTextCursor(block)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.mergeCharFormat(form)
        block = block.next()


def _said(form: QTextCharFormat, text: str) -> str | None:
    """Return what stands for a picture or a link; None for anything else."""
    if form.isImageFormat():
        image = form.toImageFormat()
        return f"[{image.property(image.Property.ImageAltText) or image.name()}]"
    if form.isAnchor():
        address = form.anchorHref()
        return text if address in {"", text} else f"{text} ({address})"
    return None


def _pieces(document: QTextDocument) -> Iterator[QTextFragment]:
    block = document.begin()
    while block.isValid():
        yield from _pieces_of(block)
        block = block.next()


def _pieces_of(block: QTextBlock) -> Iterator[QTextFragment]:
    piece = block.begin()
    while not piece.atEnd():
        yield piece.fragment()
        piece += 1
