"""Gives a page that came from Markdown the air that Qt leaves out: between paragraphs, and in tables."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextBlock, QTextCursor, QTextDocument, QTextFrameFormat, QTextTable

AFTER_PX, ABOVE_HEADING_PX, CELL_PX = 9, 18, 5


def lay_out_page(document: QTextDocument, line_colour: str, cell_px: int = CELL_PX) -> None:
    """Space the paragraphs of `document` and rule its tables in `line_colour`, with `cell_px` of air in each cell."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _rule(frame, line_colour, cell_px)
    block = document.begin()
    while block.isValid():
        if QTextCursor(block).currentTable() is None:
            _space(block)
        block = block.next()


def _space(block: QTextBlock) -> None:
    form = block.blockFormat()
    if form.headingLevel() > 1:
        form.setTopMargin(ABOVE_HEADING_PX)
    form.setBottomMargin(AFTER_PX if block.textList() is None else AFTER_PX / 3)
    QTextCursor(block).setBlockFormat(form)


def _rule(table: QTextTable, colour: str, cell_px: int) -> None:
    form = table.format()
    form.setCellPadding(cell_px)
    form.setCellSpacing(0)
    form.setBorder(1)
    form.setBorderCollapse(True)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QColor(colour))
    form.setBottomMargin(AFTER_PX)
    table.setFormat(form)
