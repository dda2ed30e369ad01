"""A dialog that stays open beside the window: one at a time, made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QDialog
from shiboken6 import isValid

D = TypeVar("D", bound=QDialog)


class Beside(Generic[D]):
    """Holds one dialog of a kind. `make` returns it, with all that it is to show, and it deletes itself when closed."""

    def __init__(self, make: Callable[[], D]) -> None:
        self._make = make
        self._held: D | None = None

    @property
    def now(self) -> D | None:
        """The dialog, where it is open."""
        return self._held if self._held is not None and isValid(self._held) else None

    def show(self) -> D:
        """Show the dialog, or bring it forward."""
        self._held = dialog = self.now or self._make()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def tell_anew(self) -> None:
        """Make the dialog anew where it was, if it is open: another language is spoken."""
        if (before := self.now) is not None:
            place = before.geometry()
            before.close()
            self._held = None
            self.show().setGeometry(place)
