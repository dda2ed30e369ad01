"""Writes a page of text as a file to be printed: PDF, or HTML where its name says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QUrl
from PySide6.QtGui import QFont, QPageSize, QPdfWriter, QTextDocument

from medapp.files import write_bytes, write_text
from medapp.jobs import Job, Progress

DOTS_PER_INCH = 96
POINTS = 9


@dataclass(frozen=True)
class PrintedPage:
    """What is to be printed: HTML, or Markdown whose pictures lie in `folder`."""

    html: str = ""
    markdown: str = ""
    folder: Path | None = None


def printed(page: PrintedPage, target: Path) -> Job[Path]:
    """Write `page` to `target`; to be run in a worker, for pages are laid out anew."""
    yield Progress(0, 1)
    document = QTextDocument()
    if page.folder is not None:
        document.setBaseUrl(QUrl.fromLocalFile(f"{page.folder}/"))
    if page.markdown:
        document.setMarkdown(page.markdown, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    else:
        document.setHtml(page.html)
    if target.suffix.lower() in {".html", ".htm"}:
        write_text(target, document.toHtml())
    else:
        write_bytes(target, _pdf(document))
    return target


def _pdf(document: QTextDocument) -> bytes:
    document.setDefaultFont(QFont(document.defaultFont().family(), POINTS))
    held = QBuffer()
    held.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(held)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setResolution(DOTS_PER_INCH)
    writer.setTitle("medapp")
    document.print_(writer)
    del writer  # writes the end of the file
    return bytes(held.data().data())
