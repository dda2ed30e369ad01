"""What runs behind the reading and is told elsewhere: the status bar must not say that nothing does."""

from __future__ import annotations

from medapp.i18n import tr
from medapp.ui.state import State
from medapp.ui.widgets.teaching.use_views import UsingView
from medapp.ui.widgets.teaching.views import TeachingView
from medapp.ui.widgets.wording import time_left_text
from medapp.ui.worklist_view import WAITING


def quiet_text(state: State, teaching: TeachingView | None = None, using: UsingView | None = None) -> str:
    """Return in a few words what runs without a bar of its own; empty where nothing does.

    A training comes first: it is the longest, and where it is stopped is told with it.
    """
    if told := _teaching_text(teaching or TeachingView(), using or UsingView()):
        return told
    if state.worklist.running:
        return tr("ui.quiet_worklist")
    if state.stack is not None and bool((state.stack.states == WAITING).any()):
        return tr("ui.quiet_stack")
    return ""


def _teaching_text(view: TeachingView, using: UsingView) -> str:
    train = view.train
    if train.running:
        told = tr("ui.quiet_paused" if train.paused else "ui.quiet_training")
        return " · ".join(filter(None, (told, "" if train.paused else time_left_text(train.seconds_left))))
    if view.cases.reading is not None or view.check.checking is not None:
        return tr("ui.quiet_check")
    return tr("ui.quiet_contest") if using.contest.running else ""
