"""The strip of label mode: the project, the keys with what was counted, and what was said about the case on screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from medapp.i18n import tr
from medapp.ui.label_state import LEFT_OUT, REASONS, LabelView
from medapp.ui.widgets.flow_layout import FlowLayout
from medapp.ui.widgets.layouts import column, label, plain_tooltip, row

LONGEST_NAME, TITLE_PX = 28, 380
UNSURE = "?"


@dataclass(frozen=True)
class _Key:
    """One key of the strip: what is pressed, what it means, and what it does."""

    key: str
    text: str
    asked: Callable[[], None]
    name: str
    chosen: bool = False


class LabelStrip(QFrame):
    """Renders a `LabelView`; every key can be clicked as well. Nothing in it takes the keyboard."""

    class_requested = Signal(int)
    unsure_requested = Signal()
    exclude_requested = Signal()
    undo_requested = Signal()
    advance_requested = Signal()
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("label_strip")
        self._view: LabelView | None = None
        self._keys: tuple[_Key, ...] = ()
        self._title = label("", "heading", name="label_title")
        self._kept = label(tr("label.kept"), "attention", name="label_kept")
        self._told = label("", "small", wrap=True, name="label_told")
        self._done = label("", "heading", name="label_done")
        self._undo = self._small("label.undo", self.undo_requested.emit, "label_strip_undo")
        self._advance = self._small("label.advance", self.advance_requested.emit, "label_strip_advance")
        self._advance.setCheckable(True)
        leave = self._small("label.leave", self.leave_requested.emit, "label_strip_leave")
        above = row(spacing=3)
        above.addWidget(self._title)
        above.addWidget(self._kept)
        above.addWidget(self._told, 1)
        above.addWidget(self._done)
        for pressed in (self._undo, self._advance, leave):
            above.addWidget(pressed)
        self._row = QWidget()
        self._flow = FlowLayout(self._row, spacing=6)
        layout = column(self, margin=2, spacing=2)
        layout.addLayout(above)
        layout.addWidget(self._row)
        self.hide()

    @staticmethod
    def _small(key: str, asked: Callable[[], None], name: str) -> QPushButton:
        made = QPushButton(tr(key))
        made.setObjectName(name)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(partial(_call, asked))
        return made

    def render_view(self, view: LabelView | None) -> None:
        """Show what label mode shows; nothing where it is off."""
        self.setVisible(view is not None)
        if view is None or view == self._view:
            return
        self._view = view
        title = _title(view)
        self._title.setText(self._title.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, TITLE_PX))
        self._title.setToolTip(plain_tooltip(title))
        self._kept.setVisible(view.kept)
        self._told.setText(tr("label.ask_reason") if view.asking else view.told)
        self._told.setToolTip(plain_tooltip(self._told.text()))
        self._done.setText(tr("label.done_of", done=view.done, total=view.total))
        self._undo.setEnabled(view.can_undo)
        self._advance.setChecked(view.advance)
        self._render_keys(self._reasons() if view.asking else self._answers(view))

    def _answers(self, view: LabelView) -> tuple[_Key, ...]:
        classes = [
            _Key(
                str(number),
                tr("label.count", name=_short(name), n=count),
                partial(self.class_requested.emit, number),
                f"label_key_{number}",
                view.answer == name,
            )
            for number, (name, count) in enumerate(zip(view.classes, view.counts, strict=False), start=1)
        ]
        unsure = tr("label.key_unsure", n=view.unsure)
        excluded = tr("label.key_excluded", n=view.excluded)
        return (
            *classes,
            _Key("0", unsure, self.unsure_requested.emit, "label_key_unsure", view.answer == UNSURE),
            _Key("X", excluded, self.exclude_requested.emit, "label_key_exclude", view.answer == LEFT_OUT),
        )

    def _reasons(self) -> tuple[_Key, ...]:
        return tuple(
            _Key(
                str(number),
                tr(f"label.reason_{reason}"),
                partial(self.class_requested.emit, number),
                f"reason_{number}",
            )
            for number, reason in enumerate(REASONS, start=1)
        )

    def _render_keys(self, keys: tuple[_Key, ...]) -> None:
        """Show keys; those that are there already get new texts only, so that nothing flickers."""
        if [key.name for key in keys] != [key.name for key in self._keys]:
            self._flow.clear()
            for key in keys:
                self._flow.addWidget(self._made(key))
        self._keys = keys
        for key in keys:
            made = self._row.findChild(QPushButton, key.name)
            if made is not None:
                made.setText(f"{key.key}   {key.text}".replace("&", "&&"))
                made.setChecked(key.chosen)
        self._row.updateGeometry()

    def _made(self, key: _Key) -> QPushButton:
        made = QPushButton(self._row)
        made.setObjectName(key.name)
        made.setProperty("role", "key")
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(partial(self._press, key))
        return made

    def _press(self, key: _Key, *_: object) -> None:
        """Ask for what a key means; what is chosen is shown when the state says so."""
        made = self._row.findChild(QPushButton, key.name)
        now = next((one for one in self._keys if one.name == key.name), key)
        if made is not None:
            made.setChecked(now.chosen)
        key.asked()


def _title(view: LabelView) -> str:
    what = tr("label.settling", title=view.title) if view.settling else view.title
    return tr("label.title", title=what, reader=view.reader) if view.reader else what


def _short(name: str) -> str:
    """Return a name that fits on a key: its beginning and its end, for many differ at the end only."""
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[1 - half :]}"


def _call(asked: Callable[[], None], *_: object) -> None:
    """Call without the state that Qt sends along."""
    asked()
