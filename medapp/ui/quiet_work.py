"""What runs behind the reading and is told elsewhere: the status bar must not say that nothing does."""

from __future__ import annotations

from medapp.i18n import tr
from medapp.ui.state import State
from medapp.ui.worklist_view import WAITING


def quiet_text(state: State) -> str:
    """Return in a few words what runs without a bar of its own; empty where nothing does."""
    if state.worklist.running:
        return tr("ui.quiet_worklist")
    if state.stack is not None and bool((state.stack.states == WAITING).any()):
        return tr("ui.quiet_stack")
    return ""
