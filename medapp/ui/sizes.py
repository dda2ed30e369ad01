"""One pixel as one pixel, and true size on a screen that was measured."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from medapp.display.measuring.scale import calibrated
from medapp.display.sizes import one_to_one, true_size
from medapp.errors import MedappError
from medapp.storage.screens import Screens
from medapp.ui.session import Session
from medapp.ui.viewing import Viewing
from medapp.ui.widgets.screen_ruler import ScreenRuler

MM_PER_INCH = 25.4


class Sizes(QObject):
    """Changes the zoom of the image on screen, and asks for a measured screen where it needs one."""

    def __init__(self, window: QWidget, session: Session, viewing: Viewing) -> None:
        super().__init__(window)
        self._window, self._session, self._viewing = window, session, viewing
        self._screens = Screens(session.services.folders.config / "screens.json")
        self._ruler: ScreenRuler | None = None

    @Slot()
    def one_to_one(self) -> None:
        """Show a pixel of the image as one of the screen."""
        if self._session.state.picture is not None:
            self._viewing.set_viewport(one_to_one(self._session.state.viewport))

    @Slot()
    def true_size(self) -> None:
        """Show the image in its size; where the screen was not measured, ask for that first."""
        picture = self._session.state.picture
        if picture is None:
            return
        by_hand = self._session.state.measuring.calibration_of(picture)
        known = self._screens.pixels_per_mm(screen_key(self._window.screen()))
        try:
            viewport = true_size(self._session.state.viewport, calibrated(picture.shown, by_hand), known or 1.0)
        except MedappError as error:
            self._session.fail(error)
            return
        if known is None:
            self._measure(then_true_size=True)
        else:
            self._viewing.set_viewport(viewport)

    @Slot()
    def measure_screen(self) -> None:
        """Let a person say how large a millimetre is on this screen."""
        self._measure(then_true_size=False)

    def _measure(self, *, then_true_size: bool) -> None:
        if self._ruler is not None:
            self._ruler.raise_()
            self._ruler.activateWindow()
            return
        screen = self._window.screen()
        known = self._screens.pixels_per_mm(screen_key(screen))
        self._ruler = ScreenRuler(known or guess(screen), calibrated=known is not None, parent=self._window)
        self._ruler.measured.connect(lambda value: self._take(value, then_true_size=then_true_size))
        self._ruler.finished.connect(self._close)
        self._ruler.show()

    def _take(self, pixels_per_mm: float, *, then_true_size: bool) -> None:
        screen = self._ruler.screen() if self._ruler is not None else self._window.screen()
        self._screens.keep(screen_key(screen), pixels_per_mm)
        if then_true_size:
            self.true_size()

    @Slot()
    def _close(self) -> None:
        if self._ruler is not None:
            ruler, self._ruler = self._ruler, None
            ruler.deleteLater()


def screen_key(screen: QScreen) -> str:
    """Return what tells a screen from others: its maker, model, serial number, socket, and its pixels."""
    size, ratio = screen.size(), screen.devicePixelRatio()
    names = (screen.manufacturer(), screen.model(), screen.serialNumber(), screen.name())
    return " ".join((*names, f"{round(size.width() * ratio)}x{round(size.height() * ratio)}"))


def guess(screen: QScreen) -> float:
    """Return the pixels of the screen per millimetre that the system believes in: a place to start from."""
    return screen.physicalDotsPerInchX() * screen.devicePixelRatio() / MM_PER_INCH
