"""Writes a page of text as a file to be printed: PDF, or HTML where its name says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QEventLoop, Qt, QUrl
from PySide6.QtGui import QFont, QImage, QPageSize, QPdfWriter, QTextDocument

from medapp.files import write_bytes, write_text
from medapp.jobs import Job, Progress
from medapp.ui.widgets.document_layout import lay_out_page

DOTS_PER_INCH = 96
POINTS = 9
PRINTED_LINE, PRINTED_PX = "#888888", 620
PICTURE = QTextDocument.ResourceType.ImageResource


@dataclass(frozen=True)
class PrintedPage:
    """What is to be printed: HTML, or Markdown whose pictures lie in `folder`."""

    html: str = ""
    markdown: str = ""
    folder: Path | None = None


def printed(page: PrintedPage, target: Path) -> Job[Path]:
    """Write `page` to `target`; to be run in a worker, for pages are laid out anew."""
    yield Progress(0, 1)
    dispatcher = QEventLoop()  # fonts keep timers, for which a thread that is not Qt's own has no place otherwise
    document = QTextDocument()
    if page.markdown:
        document.setMarkdown(page.markdown, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        lay_out_page(document, PRINTED_LINE)
    else:
        document.setHtml(page.html)
    if page.folder is not None:
        _take_pictures(document, page.folder)  # after the text, which forgets them
    if target.suffix.lower() in {".html", ".htm"}:
        write_text(target, document.toHtml())
    else:
        write_bytes(target, _pdf(document))
    del dispatcher
    return target


def _take_pictures(document: QTextDocument, folder: Path) -> None:
    """Let the pictures beside a page be found by the names that it has for them, as wide as the paper allows."""
    for path in sorted(folder.glob("*/**/*.jpg")):
        picture = QImage(str(path))
        fitting = picture.scaledToWidth(min(picture.width(), PRINTED_PX), Qt.TransformationMode.SmoothTransformation)
        document.addResource(PICTURE, QUrl(path.relative_to(folder).as_posix()), fitting)


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
