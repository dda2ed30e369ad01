"""Pages behind tabs, as high as the one that is shown: a stack would give a page less room than its texts take."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabBar, QWidget

from medapp.ui.widgets.layouts import column, line, named


class Tabs(QWidget):
    """Renders one page of several; pages that have nothing to say can be left out."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = named(QTabBar(), object_name)
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.currentChanged.connect(self._show)
        self._pages: list[QWidget] = []
        self._layout = column(self, spacing=1)
        self._layout.addWidget(self.bar)
        self._layout.addWidget(line())

    def add(self, page: QWidget, title: str) -> None:
        """Add a page behind the others."""
        page.hide()
        self._pages.append(page)
        self._layout.addWidget(page)
        self.bar.addTab(title)

    def offer(self, page: QWidget, *, shown: bool) -> None:
        """Leave a page in, or out."""
        place = self._pages.index(page)
        if self.bar.isTabVisible(place) != shown:
            self.bar.setTabVisible(place, shown)
        self._show(self.bar.currentIndex())

    @property
    def offered(self) -> list[int]:
        """The places of the pages that are not left out."""
        return [place for place in range(self.bar.count()) if self.bar.isTabVisible(place)]

    @Slot(int)
    def _show(self, current: int) -> None:
        for place, page in enumerate(self._pages):
            page.setVisible(place == current and self.bar.isTabVisible(place))
