"""The sheet of all keys, as one page to be shown, saved and printed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from medapp.i18n import tr
from medapp.storage.settings import MOUSE_BUTTONS, Settings
from medapp.ui.command import Command
from medapp.ui.commands import COMMANDS, MENUS
from medapp.ui.keys import Chosen, keys_of, shown_text
from medapp.ui.mouse import MouseProfile, profile_of

HELD = ("", "ctrl", "shift")
STYLE = "table{border-collapse:collapse} td{padding:2px 16px 2px 0} h2{margin:14px 0 2px 0}"


def command_text(command: Command) -> str:
    """Return the name of a command, without the dots that promise a dialog."""
    return tr(f"command.{command.id}").replace("…", "")


def menu_text(group: str) -> str:
    """Return the name of a menu, without the letter that opens it."""
    return tr(f"menu.{group}").partition("(&")[0].replace("&", "")


def key_sheet(settings: Settings) -> str:
    """Return the page: every command that has a key by menu, and what the mouse does."""
    parts = [f"<style>{STYLE}</style><h1>{escape(tr('keys.sheet_title'))}</h1>"]
    parts += [_section(menu_text(group), _rows(group, settings.keys)) for group in MENUS]
    parts.append(_section(tr("keys.presets"), [(tr("keys.presets_about"), "0 – 9")]))
    parts.append(_section(tr("setting.group_mouse"), mouse_rows(profile_of(settings))))
    return f"<html><body>{''.join(parts)}</body></html>"


def _rows(group: str, chosen: Chosen) -> list[tuple[str, str]]:
    held = ((command, keys_of(command, chosen)) for command in COMMANDS if command.group == group)
    return [(command_text(command), " · ".join(map(shown_text, keys))) for command, keys in held if keys]


def mouse_rows(profile: MouseProfile) -> list[tuple[str, str]]:
    """Return what each button does, with and without a key; what is as without the key is left out."""
    rows = []
    for key in HELD:
        for part in (*MOUSE_BUTTONS, "wheel"):
            name = f"{key}_{part}" if key else part
            if profile.does.get(name, "same") not in {"same", "none"}:
                rows.append((tr(f"mouse.does_{profile.does[name]}"), tr(f"setting.mouse_{name}")))
    return rows


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    cells = ((f"<b>{escape(key)}</b>", escape(text)) for text, key in rows)
    middle = "vertical-align: middle"  # letters of two scripts are not equally high
    lines = "".join(
        f'<tr><td width="190" style="{middle}">{key}</td><td style="{middle}">{text}</td></tr>' for key, text in cells
    )
    return f"<h2>{escape(title)}</h2><table>{lines}</table>" if lines else ""
