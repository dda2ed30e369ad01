"""Small pieces that every page is laid out with, so that spacing and roles are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from medapp.i18n import tr
from medapp.ui.theme import STEP

Layout = TypeVar("Layout", bound=QBoxLayout)
Widget = TypeVar("Widget", bound=QWidget)


def _spaced(layout: Layout, margin: int, spacing: int) -> Layout:
    layout.setContentsMargins(margin * STEP, margin * STEP, margin * STEP, margin * STEP)
    layout.setSpacing(spacing * STEP)
    return layout


def column(owner: QWidget | None = None, *, margin: int = 0, spacing: int = 2) -> QVBoxLayout:
    """Return a vertical layout; margin and spacing count in steps."""
    return _spaced(QVBoxLayout(owner) if owner else QVBoxLayout(), margin, spacing)


def row(owner: QWidget | None = None, *, margin: int = 0, spacing: int = 2) -> QHBoxLayout:
    """Return a horizontal layout; margin and spacing count in steps."""
    return _spaced(QHBoxLayout(owner) if owner else QHBoxLayout(), margin, spacing)


def label(text: str = "", role: str = "", *, wrap: bool = False, name: str = "") -> QLabel:
    """Return a label with the look of `role`; plain text, for file contents must not become markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setProperty("role", role)
    made.setObjectName(name)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


def plain_tooltip(text: str) -> str:
    """Return a text that a tooltip shows as it stands: Qt takes what looks like markup for it, and loads its images."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if "<" in text else text


def named(widget: Widget, name: str) -> Widget:
    """Give a widget the name that tests and style sheets find it by."""
    widget.setObjectName(name)
    return widget


class StateLineEdit(QLineEdit):
    """A line that shows a state's text. What was typed since the state last changed is on its way there, and stays."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._rendered = ""

    def render_text(self, text: str) -> None:
        """Show `text`, unless the state has said so before."""
        if text not in {self._rendered, self.text()}:
            self.setText(text)
        self._rendered = text


def button(key: str, asked: Callable[[], object], *, role: str = "", name: str = "") -> QPushButton:
    """Return a button with the text of `key` that calls `asked`."""
    made = QPushButton(tr(key))
    made.setProperty("role", role)
    made.setObjectName(name)
    made.clicked.connect(partial(_call, asked))
    return made


def _call(asked: Callable[[], object], *_: object) -> None:
    """Call without the state that Qt sends along."""
    asked()


def give_role(widget: QWidget, role: str) -> None:
    """Give a widget the look of another role."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def line() -> QFrame:
    """Return a hairline."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def card() -> QFrame:
    """Return a framed area."""
    made = QFrame()
    made.setProperty("role", "card")
    return made
