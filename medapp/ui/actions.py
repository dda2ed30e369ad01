"""Makes menus, toolbar and shortcuts from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from medapp.i18n import bracketed, listed, tr
from medapp.ui.cell_state import VoiChoice
from medapp.ui.command import Command
from medapp.ui.commands import COMMANDS, MENUS
from medapp.ui.keys import Chosen, keys_of, shown_text
from medapp.ui.state import State
from medapp.ui.theme import icon
from medapp.ui.voi_choices import Offer
from medapp.ui.widgets.themed import IconButton

TURNS_AND_TEXTS = (
    "fit",
    "invert",
    "rotate_right",
    "flip_horizontal",
    "flip_vertical",
    "annotations",
    "overlays",
    "shutters",
    "presentation",
    "reset",
)
PAGES = ("show_start", "show_reading", "show_teaching")


class Actions(QObject):
    """One `QAction` a command; each calls its handler."""

    voi_chosen = Signal(object)

    def __init__(self, handlers: Mapping[str, Callable[[], object]], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions = {c.id: self._make(c, handlers[c.id]) for c in COMMANDS}
        window.addActions(list(self._actions.values()))  # keys work where menus and bars are hidden
        self._offers: tuple[Offer, ...] = ()
        self.window_menu = QMenu(tr("menu.window"))
        self._offer_actions: list[QAction] = []

    def withdraw(self) -> None:
        """Take all actions from the window, at once: their keys are to be others'."""
        for action in (*self._actions.values(), *self._offer_actions):
            self._window.removeAction(action)
        self.window_menu.deleteLater()
        self.deleteLater()

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    @property
    def offer_actions(self) -> tuple[QAction, ...]:
        """The windows that the picture can be shown with, one action each."""
        return tuple(self._offer_actions)

    def _make(self, command: Command, handler: Callable[[], object]) -> QAction:
        action = QAction(tr(f"command.{command.id}"), self)
        action.setObjectName(command.id)
        action.setCheckable(command.checked is not None)
        action.setAutoRepeat(command.group != "label")  # a key that is held down is one answer
        action.triggered.connect(partial(_call, handler))
        return action

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """Make the menus."""
        for group in MENUS:
            if group == "window":
                bar.addMenu(self.window_menu)
                continue
            menu = bar.addMenu(tr(f"menu.{group}"))
            menu.setObjectName(f"menu_{group}")
            submenus: dict[str, QMenu] = {}
            for command in COMMANDS:
                if command.group != group:
                    continue
                if command.submenu and command.submenu not in submenus:
                    submenus[command.submenu] = menu.addMenu(tr(f"menu.{command.submenu}"))
                    submenus[command.submenu].setObjectName(f"menu_{command.submenu}")
                self._add(submenus.get(command.submenu, menu), command)

    def _add(self, menu: QMenu, command: Command) -> None:
        if command.starts_section:
            menu.addSeparator()
        menu.addAction(self._actions[command.id])

    def fill_page_bar(self, bar: QToolBar) -> None:
        """Make the buttons of the pages, with their names, and those that open something."""
        for page in PAGES:
            self._actions[page].setIconText(f" {self._actions[page].text()}")  # a style sheet knows no gap to the icon
            bar.addAction(self._actions[page])
            button = bar.widgetForAction(self._actions[page])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                button.setProperty("role", "page")
        bar.addSeparator()
        for command in COMMANDS:
            if command.toolbar and command.group == "file":
                bar.addAction(self._actions[command.id])

    def fill_tool_bar(self, bar: QToolBar) -> None:
        """Make the buttons of the reading page."""
        for command in COMMANDS:
            if not command.toolbar or command.group == "file":
                continue
            if command.starts_section:
                bar.addSeparator()
            bar.addAction(self._actions[command.id])
            if command.id == "tool_window":
                bar.addWidget(self._presets_button())

    def _presets_button(self) -> QToolButton:
        button = IconButton("more", "presets", tr("ui.presets"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(self.window_menu)
        self._presets = button
        return button

    def context_menu(self, parent: QMenu) -> QMenu:
        """Return the menu of the right mouse button over the image."""
        for action in self._offer_actions:
            parent.addAction(action)
        parent.addSeparator()
        for command_id in TURNS_AND_TEXTS:
            parent.addAction(self._actions[command_id])
        parent.addSeparator()
        for command_id in ("key_image", "header", "histogram", "copy_image", "export"):
            parent.addAction(self._actions[command_id])
        return parent

    def render_state(self, state: State) -> None:
        """Show which actions can be done and which are on."""
        for command in COMMANDS:
            action = self._actions[command.id]
            action.setEnabled(command.enabled(state))
            if command.checked is not None:
                action.setChecked(command.checked(state))

    def render_offers(self, offers: tuple[Offer, ...], chosen: VoiChoice, *, enabled: bool) -> None:
        """Show the windows that the picture can be shown with."""
        if [(o.text, o.shortcut) for o in offers] != [(o.text, o.shortcut) for o in self._offers]:
            self._remake_offers(offers)
        self._offers = offers  # the automatic window is another one for every image, its text is not
        for offer, action in zip(offers, self._offer_actions, strict=True):
            action.setChecked(offer.choice == chosen)
            action.setEnabled(enabled)
        self.window_menu.setEnabled(enabled and bool(offers))
        self._presets.setEnabled(enabled and bool(offers))

    def _remake_offers(self, offers: tuple[Offer, ...]) -> None:
        self.window_menu.clear()
        for action in self._offer_actions:
            self._window.removeAction(action)  # at once: its key may be another's now
            action.deleteLater()
        self._offer_actions = [self._make_offer(number, offer) for number, offer in enumerate(offers)]
        self.window_menu.addActions(self._offer_actions)
        self._window.addActions(self._offer_actions)

    def _make_offer(self, number: int, offer: Offer) -> QAction:
        action = QAction(offer.text.replace("&", "&&"), self)
        action.setCheckable(True)
        if offer.shortcut:
            action.setShortcut(QKeySequence(offer.shortcut))
        action.triggered.connect(lambda: self.voi_chosen.emit(self._offers[number].choice))
        return action

    def render_keys(self, chosen: Chosen) -> None:
        """Give each command its keys: the program's own, or those that a person chose."""
        for command in COMMANDS:
            keys, action = keys_of(command, chosen), self._actions[command.id]
            action.setShortcuts([QKeySequence(text) for text in keys])
            action.setToolTip(_tooltip(command, keys))

    def render_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        for command in COMMANDS:
            if command.icon:
                self._actions[command.id].setIcon(icon(command.icon))


def _call(handler: Callable[[], object], *_: object) -> None:
    """Call without the state that Qt sends along."""
    handler()


def _tooltip(command: Command, keys: tuple[str, ...]) -> str:
    text, shown = tr(f"command.{command.id}").replace("…", ""), listed(map(shown_text, keys))
    return bracketed(text, shown)
