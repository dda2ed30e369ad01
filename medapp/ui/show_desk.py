"""What shows an image otherwise, and takes it out of the program: one desk for all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from medapp.ui.header_desk import HeaderDesk
from medapp.ui.histogram_desk import HistogramDesk
from medapp.ui.session import Session
from medapp.ui.sizes import Sizes

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


class ShowDesk(QObject):
    """Holds the desks of header, histogram, sizes, key images and files, and tells what their commands do."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self.header = HeaderDesk(window, session)
        self.histogram = HistogramDesk(window, session, window.viewing)
        self.sizes = Sizes(window, session, window.viewing)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command of `show_commands` does."""
        return {
            "header": self.header.show,
            "histogram": self.histogram.toggle,
            "one_to_one": self.sizes.one_to_one,
            "true_size": self.sizes.true_size,
            "measure_screen": self.sizes.measure_screen,
        }
