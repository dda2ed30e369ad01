"""The regions of a window, gone through with a key as in other desktop programs: list of studies, image, panels.

Bars of buttons are none: what they do stands in the menus and has keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from medapp.ui.main_window import MainWindow


def step_region(window: MainWindow, steps: int) -> None:
    """Bring the keyboard to the next region that can take it, round and round; with −1 to the one before.

    A further window has cells alone: there the keyboard stays.
    """
    reading, teaching = window.reading_page, window.teaching_page
    every = (
        window.start_page,
        reading.browser,
        reading.cells,
        reading.worklist,
        reading.panel,
        reading.strip,
        teaching.rail,
        teaching.steps,
        teaching.lab_book,
    )
    focus = QApplication.focusWidget()
    if focus is not None and focus.window() is not window:
        return
    found = [(region, first) for region in every if (first := _first_in(region, window)) is not None]
    if not found:
        return
    within = [n for n, (region, _) in enumerate(found) if focus is not None and _holds(region, focus)]
    at = within[0] + steps if within else (0 if steps > 0 else -1)
    reason = Qt.FocusReason.TabFocusReason if steps > 0 else Qt.FocusReason.BacktabFocusReason
    found[at % len(found)][1].setFocus(reason)


def _first_in(region: QWidget, window: MainWindow) -> QWidget | None:
    """Return what takes the keyboard in a region; of cells, the active one."""
    if not region.isVisible():
        return None
    if region is window.reading_page.cells:
        return window.reading_page.viewer
    widget: QWidget | None = region
    for _ in range(len(region.findChildren(QWidget)) + 1):
        if widget is None or not _holds(region, widget):
            return None
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return widget
        widget = widget.nextInFocusChain()
    return None


def _holds(region: QWidget, widget: QWidget) -> bool:
    return region is widget or region.isAncestorOf(widget)
