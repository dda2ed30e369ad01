"""What a command is: one action that a person can give, by menu, key, button or name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medapp.ui.state import State

Claim = Callable[[State], bool]


def always(_: State) -> bool:
    """Return that it can be done at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One action.

    Attributes
    ----------
    id : str
        Its name; the text is ``command.<id>``.
    group : str
        The menu that it stands in (``menu.<group>``); a group named ``.x`` has no menu.
    shortcuts : tuple of str
        The first is shown in menu and tooltip. A person may choose others (`medapp.ui.keys`).
    icon : str
        Name of an icon, or empty.
    toolbar : bool
        Whether it has a button.
    checked : callable or None
        For an action that is on or off: whether it is on.
    enabled : callable
        Whether it can be done now.
    starts_section : bool
        Whether a separator stands before it.
    submenu : str
        A menu within that menu (``menu.<submenu>``), or empty.
    """

    id: str
    group: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    toolbar: bool = False
    checked: Claim | None = None
    enabled: Claim = always
    starts_section: bool = False
    submenu: str = ""
