"""The dialog of the hanging rules, over a window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from medapp.display.hanging import Rule
from medapp.i18n import listed, spoken, tr
from medapp.ui.beside import Beside
from medapp.ui.hanging import HangingRules
from medapp.ui.widgets.hanging_dialog import HangingDialog, RuleRow

TITLES = {
    "mammography": "hanging.mammography",
    "chest": "hanging.chest",
    "ct_with_prior": "hanging.ct_with_prior",
}


class HangingWindow(QObject):
    """Opens it, and keeps it true."""

    def __init__(self, window: QWidget, hanging: HangingRules) -> None:
        super().__init__(window)
        self._window = window
        self._hanging = hanging
        self.dialog = Beside(self._made)
        hanging.rules_changed.connect(self._render)

    def open(self) -> None:
        """Show the rules."""
        self.dialog.show()

    def _made(self) -> HangingDialog:
        dialog = HangingDialog(self._window)
        dialog.apply_requested.connect(self._apply)
        dialog.remove_requested.connect(self._hanging.remove)
        dialog.save_requested.connect(self._hanging.save)
        dialog.render_rules([_row(rule) for rule in self._hanging.rules])
        return dialog

    @Slot(int)
    def _apply(self, number: int) -> None:
        self._hanging.apply(self._hanging.rules[number])

    @Slot()
    def _render(self) -> None:
        if (dialog := self.dialog.now) is not None:
            dialog.render_rules([_row(rule) for rule in self._hanging.rules])


def _row(rule: Rule) -> RuleRow:
    title = rule.name if rule.own else tr(TITLES[rule.name])
    grid = tr("cells.picked", rows=rule.rows, columns=rule.columns)
    whose = tr("hanging.own") if rule.own else tr("hanging.built_in")
    words = [word for word in rule.words if word.isascii() or spoken() == "zh_CN" or rule.own]
    about = " · ".join((listed(rule.modalities), *([listed(words)] if words else []), grid, whose))
    return RuleRow(rule.name, title, about, rule.own)
