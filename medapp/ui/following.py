"""A desk whose dialog lies beside the images and follows the one on screen."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QDialog, QWidget

from medapp.ui.session import Session
from medapp.ui.state import State


class FollowingDesk(QObject):
    """Opens one dialog, tells it of each change while it is open, and forgets it once it is closed.

    A desk says how its dialog is made (`_begin`), what a change means for it (`_follow`), and what is worked out once
    the hand rests (`_work`): `settled_ms` after the last start of `_settled`.
    """

    def __init__(self, window: QWidget, session: Session, settled_ms: int) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._dialog: QDialog | None = None
        self._settled = QTimer(self, singleShot=True, interval=settled_ms)
        self._settled.timeout.connect(self._work)
        session.changed.connect(self._follow)

    def open_again(self) -> None:
        """Make the dialog anew, where it is open: another language is spoken."""
        if self._dialog is not None:
            self._dialog.reject()
            self._begin()

    def _begin(self) -> None:
        """Make the dialog, call `_close` when it has ended, and show it."""
        raise NotImplementedError

    def _follow(self, state: State) -> None:
        raise NotImplementedError

    def _work(self) -> None:
        raise NotImplementedError

    @Slot()
    def _close(self) -> None:
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            self._settled.stop()
            dialog.deleteLater()
