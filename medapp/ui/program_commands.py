"""The commands that are about the program itself: how it looks, which keys it has, how it is learned."""

from __future__ import annotations

from typing import get_args, get_type_hints

from medapp.i18n import LANGUAGES
from medapp.storage.settings import FONT_LARGEST, FONT_SMALLEST, Settings
from medapp.ui.command import Command

THEMES: tuple[str, ...] = get_args(get_type_hints(Settings)["theme"])


def _language(choice: str) -> Command:
    return Command(
        f"language_{choice.lower()}", "view", checked=lambda s: s.settings.language == choice, submenu="language"
    )


def _theme(choice: str) -> Command:
    return Command(
        f"theme_{choice}", "view", checked=lambda s: s.settings.theme == choice, starts_section=choice == THEMES[0]
    )


LOOK_COMMANDS: tuple[Command, ...] = (
    *(_theme(choice) for choice in THEMES),
    *(_language(choice) for choice in ("system", *LANGUAGES)),
    Command("text_larger", "view", ("Ctrl++",), enabled=lambda s: s.settings.font_px < FONT_LARGEST),
    Command("text_smaller", "view", ("Ctrl+-",), enabled=lambda s: s.settings.font_px > FONT_SMALLEST),
)
SETTING_COMMANDS: tuple[Command, ...] = (
    Command("settings", "file", ("Ctrl+,",), starts_section=True),
    Command("shortcuts", "file"),
)
HELP_COMMANDS: tuple[Command, ...] = (
    Command("palette", "help", ("Ctrl+K", "Ctrl+Shift+P")),
    Command("key_sheet", "help", ("F1",), starts_section=True),
    Command("guide", "help", ("Shift+F1",)),
    Command("tutorial", "help"),
    Command("about", "help", starts_section=True),
)
