"""What shows an image otherwise, and takes it out of the program: one desk for all of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from medapp.ui.header_desk import HeaderDesk
from medapp.ui.session import Session


class ShowDesk(QObject):
    """Holds the desks of header, histogram, key images, sizes and files, and tells what their commands do."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self.header = HeaderDesk(window, session)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command of `show_commands` does."""
        return {"header": self.header.show}
