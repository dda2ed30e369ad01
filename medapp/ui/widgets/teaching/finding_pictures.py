"""Pictures that show a finding, six at a time, with what a probe looks at marked on them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from medapp.i18n import tr
from medapp.ui import theme
from medapp.ui.widgets.flow_layout import FlowLayout
from medapp.ui.widgets.images import as_qimage
from medapp.ui.widgets.layouts import button, column, label, named, plain_tooltip, row
from medapp.ui.widgets.teaching.check_views import PageView, PictureView, Place

PAGE = 6
PICTURE_PX = 112
CORNER_SHARE = 0.125


class FindingPictures(QWidget):
    """Renders a page of pictures; asks for the first when it is looked at, and for others when they are wanted."""

    page_requested = Signal(int)

    def __init__(self, code: str, count: int, place: Place, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._place = count, place
        self._page = 0
        self._asked = False
        self._shown: PageView | None = None
        # as many as there will be from the beginning: nothing below moves while they are read
        self._labels = [_empty_picture(f"picture_{code}") for _ in range(min(count, PAGE))]
        self._text = label("", "small", name=f"page_{code}")
        self._before = button("remedy.page_before", partial(self._turn, -1), role="link", name=f"before_{code}")
        self._after = button("remedy.page_after", partial(self._turn, 1), role="link", name=f"after_{code}")
        self._lay_out()
        self._render_place()

    def _lay_out(self) -> None:
        layout = column(self, spacing=1)
        pictures = QWidget()
        flow = FlowLayout(pictures, spacing=2 * theme.STEP)
        for picture in self._labels:
            flow.addWidget(picture)
        layout.addWidget(pictures)
        across = row(spacing=3)
        for widget in (self._text, self._before, self._after):
            across.addWidget(widget)
        across.addStretch(1)
        layout.addLayout(across)

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the pictures: they are read only for those who look at them."""
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self.page_requested.emit(0)

    def _turn(self, by: int) -> None:
        self.page_requested.emit(self._page + by)

    def render_page(self, page: PageView | None) -> None:
        """Show the pictures of a page as far as they are read."""
        if page is None or page is self._shown:
            return
        self._shown, self._page = page, page.number
        for place, shown in enumerate(self._labels):
            there = place < len(page.pictures)
            shown.setVisible(self._page * PAGE + place < self._count)
            shown.setPixmap(drawn(page.pictures[place], self._place) if there else QPixmap())
            shown.setToolTip(plain_tooltip(_told(page.pictures[place])) if there else "")
            shown.setAccessibleName(_told(page.pictures[place]) if there else "")
        self._render_place()

    def _render_place(self) -> None:
        first = self._page * PAGE
        last = min(first + PAGE, self._count)
        self._text.setText(tr("remedy.page", first=first + 1, last=last, count=self._count))
        for widget in (self._text, self._before, self._after):
            widget.setVisible(self._count > PAGE)
        self._before.setEnabled(first > 0)
        self._after.setEnabled(last < self._count)


def _empty_picture(name: str) -> QLabel:
    made = named(QLabel(alignment=Qt.AlignmentFlag.AlignCenter), name)
    made.setFixedSize(PICTURE_PX, PICTURE_PX)
    made.setProperty("role", "picture")
    return made


def _told(picture: PictureView) -> str:
    if picture.pixels is None:
        return tr("remedy.picture_gone", name=picture.name)
    return f"{picture.name}\n{picture.label}" if picture.label else picture.name


def drawn(picture: PictureView, place: Place) -> QPixmap:
    """Return a picture with the place where the probe looks marked in the colour of attention, and its class below."""
    canvas = QPixmap(PICTURE_PX, PICTURE_PX)
    canvas.fill(QColor(theme.current().raised))
    painter = QPainter(canvas)
    if picture.pixels is None:
        painter.setPen(QColor(theme.current().dim))
        painter.drawText(canvas.rect(), Qt.AlignmentFlag.AlignCenter, tr("remedy.gone"))
    else:
        image = as_qimage(picture.pixels)
        left, top = (PICTURE_PX - image.width()) // 2, (PICTURE_PX - image.height()) // 2
        painter.drawImage(left, top, image)
        _mark(painter, QRectF(left, top, image.width(), image.height()), place)
        _name(painter, picture.label)
    painter.end()
    return canvas


def _mark(painter: QPainter, area: QRectF, place: Place) -> None:
    if not place.where:
        return
    painter.setPen(QPen(QColor(theme.current().attention), 1.5, Qt.PenStyle.DashLine))
    if place.where == "frame":
        down, across = area.height() * place.share, area.width() * place.share
        painter.drawRect(area.adjusted(across, down, -across, -down))
        return
    wide, high = area.width() * CORNER_SHARE, area.height() * CORNER_SHARE
    for x in (area.left(), area.right() - wide):
        for y in (area.top(), area.bottom() - high):
            painter.drawRect(QRectF(x, y, wide, high).adjusted(1, 1, -1, -1))


def _name(painter: QPainter, text: str) -> None:
    """Write the class over the lower edge, on a dark ground: it is read on any picture."""
    if not text:
        return
    font = painter.font()
    font.setPixelSize(11)
    painter.setFont(font)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, PICTURE_PX - 8)
    ground = QRectF(0, PICTURE_PX - 16, painter.fontMetrics().horizontalAdvance(shown) + 8, 16)
    painter.fillRect(ground, QColor(0, 0, 0, 160))
    painter.setPen(QColor("#e4e7ea"))
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, shown)
