"""What shows an image otherwise, and takes it out of the program: one desk for all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from medapp.i18n import tr
from medapp.imaging.test_pattern import write_test_pattern
from medapp.ui.export_wish import Scope
from medapp.ui.exporting import Exporting
from medapp.ui.header_desk import HeaderDesk
from medapp.ui.histogram_desk import HistogramDesk
from medapp.ui.key_images import KeyImageMarks
from medapp.ui.session import Session
from medapp.ui.sizes import Sizes
from medapp.ui.taking_out import TakingOut
from medapp.ui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


class ShowDesk(QObject):
    """Holds the desks of header, histogram, sizes, key images and files, and tells what their commands do."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.exporting = Exporting(window, session, window.pictures)
        self.taking_out = TakingOut(self, session)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.taking_out.forget_files)
        self.header = HeaderDesk(window, session)
        self.histogram = HistogramDesk(window, session, window.viewing)
        self.key_images = KeyImageMarks(session, window.pictures)
        self.sizes = Sizes(window, session, window.viewing)

    def tell_anew(self) -> None:
        """Open what is open again, in the language that is spoken now."""
        self.header.open_again()
        self.histogram.open_again()

    def connect_viewer(self, viewer: Viewer) -> None:
        """Connect the viewer of a cell that was just made."""
        self.taking_out.connect_viewer(viewer)

    def _export(self, scope: Scope) -> None:
        self.exporting.show(self._window.layout_door.viewer, scope)

    def _copy(self) -> None:
        self.taking_out.copy(self._window.layout_door.viewer)

    def _open_test_pattern(self) -> None:
        folder = self._session.services.folders.cache / "test-pattern"
        self._window.opening.open_prepared(
            lambda: [write_test_pattern(folder / "pattern.dcm")], tr("size.drawing_pattern")
        )

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each command of `show_commands` does."""
        return {
            "export": partial(self._export, "image"),
            "export_key_images": partial(self._export, "key_images"),
            "copy_image": self._copy,
            "header": self.header.show,
            "histogram": self.histogram.toggle,
            "key_image": self.key_images.toggle,
            "key_image_next": partial(self.key_images.go, 1),
            "key_image_previous": partial(self.key_images.go, -1),
            "key_images_alone": self.key_images.toggle_alone,
            "one_to_one": self.sizes.one_to_one,
            "true_size": self.sizes.true_size,
            "test_pattern": self._open_test_pattern,
            "measure_screen": self.sizes.measure_screen,
        }
