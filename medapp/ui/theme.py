"""Colours, sizes and icons of the window: two palettes, one style sheet, one icon set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from medapp.folders import resource_path

ICON_PX = 16
STEP = 4


@dataclass(frozen=True)
class Theme:
    """The colours of one theme. Heat maps and classes have colours of their own, the same in every theme."""

    name: str
    window: str
    panel: str
    raised: str
    text: str
    dim: str
    line: str
    edge: str
    """Around what can be written in or pressed: 3 : 1 against its ground (WCAG 2.2, 1.4.11)."""
    selected: str
    """Behind the chosen row of a list; what the pointer is over is `raised`."""
    accent: str
    on_accent: str
    attention: str
    danger: str
    done: str
    off: str
    """What cannot be used now."""


DARK = Theme(
    name="dark",
    window="#15171a",
    panel="#1c1f23",
    raised="#262a30",
    text="#d7dade",
    dim="#8b9199",
    line="#2a2e33",
    edge="#636a72",
    selected="#1d3147",
    accent="#4aa3ff",
    on_accent="#0b1017",
    attention="#e8b04a",
    danger="#f0736a",
    done="#5fbf84",
    off="#6f757d",
)
LIGHT = Theme(
    name="light",
    window="#f2f3f5",
    panel="#ffffff",
    raised="#e8eaed",
    text="#1d2126",
    dim="#5a626b",
    line="#d3d7dc",
    edge="#80868e",
    selected="#d9e8f9",
    accent="#0b63c5",
    on_accent="#ffffff",
    attention="#8a5a00",
    danger="#b3261e",
    done="#1b6b3a",
    off="#7b828a",
)
CONTRAST = Theme(
    name="contrast",
    window="#000000",
    panel="#000000",
    raised="#2b2b2b",
    text="#ffffff",
    dim="#d6d6d6",
    line="#9a9a9a",
    edge="#9a9a9a",
    selected="#123456",
    accent="#8cc8ff",
    on_accent="#000000",
    attention="#ffd24a",
    danger="#ffb0a8",
    done="#8fe3ab",
    off="#8c8c8c",
)
"""Every text at 7 : 1 or more on every ground, as WCAG 2.2 asks for in 1.4.6 (AAA); lines and edges above 3 : 1.

What cannot be used is left out there; here it has 4 : 1 or more, well below the rest so that it is seen to be off."""
THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}
CLASS_COLOURS = ("#56b4e9", "#e69f00", "#cc79a7", "#f0e442", "#009e73", "#d55e00", "#0072b2", "#999999")
"""Okabe and Ito's colours, safe for colour-blind eyes; data colours, the same in every theme."""

BELOW_ALPHA = 130
"""Of a score that raises no alarm: the class's own colour, fainter."""

_PLACE = re.compile("@([a-z_]+)@")
_current = DARK


def current() -> Theme:
    """Return the theme in use."""
    return _current


def class_colour(place: int) -> str:
    """Return the colour of a model's class by its place (`classify.aggregate.place_of`); the same on every screen."""
    return CLASS_COLOURS[place % len(CLASS_COLOURS)]


def apply_theme(application: QApplication, name: str, font_px: int) -> None:
    """Give the whole program the theme `name` and text of `font_px` pixels."""
    global _current  # noqa: PLW0603 - the program has one look at a time
    _current = THEMES[name]
    font = application.font()
    font.setPixelSize(font_px)
    application.setFont(font)
    application.setPalette(_palette(_current))
    application.setStyleSheet(_style_sheet(_current, font_px))


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.raised,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.dim,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Mid: theme.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.off))
    return palette


def _style_sheet(theme: Theme, font_px: int) -> str:
    text = resource_path("style.qss").read_text(encoding="utf-8")
    signs = {"tick": f"tick_{theme.name}", "spin_up": "spin_up", "spin_down": "spin_down"}
    icons = {sign: resource_path("icons", f"{name}.svg").as_posix() for sign, name in signs.items()}
    values = {**theme.__dict__, **icons, "small": f"{font_px - 1}px", "large": f"{round(font_px * 1.55)}px"}
    if unknown := set(_PLACE.findall(text)) - values.keys():  # Qt would leave out the whole sheet
        raise ValueError(f"the style sheet has {sorted(unknown)}, which no theme gives")
    return _PLACE.sub(lambda place: values[place[1]], text)


@cache
def _svg(name: str) -> bytes:
    return resource_path("icons", f"{name}.svg").read_bytes()


def icon_pixmap(name: str, colour: str, size: int = ICON_PX, scale: float = 1) -> QPixmap:
    """Return the icon `name` in `colour`, `size` pixels wide on a screen of `scale` dots per pixel."""
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(_svg(name).replace(b"currentColor", colour.encode())))
    pixmap = QPixmap(round(size * scale), round(size * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


def icon(name: str) -> QIcon:
    """Return the icon `name` in the colours of the theme: plain, switched on, and disabled."""
    drawn = QIcon()
    for scale in (1, 2):
        drawn.addPixmap(icon_pixmap(name, _current.text, scale=scale))
        drawn.addPixmap(icon_pixmap(name, _current.accent, scale=scale), QIcon.Mode.Normal, QIcon.State.On)
        drawn.addPixmap(icon_pixmap(name, _current.off, scale=scale), QIcon.Mode.Disabled)
    return drawn
