"""What computes, in the status bar: the GPU or the processor, as the last answer said it."""

from __future__ import annotations

import os
import re

from PySide6.QtWidgets import QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import give_role, label, row

_CARD = re.compile(r"^cuda:\d+ \((?P<name>.+)\)$")


class DeviceLine(QWidget):
    """Renders the device of the last answer; before the first one nothing computes yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("device_line")
        self._text = label(tr("device.idle", cores=_cores()), "small", name="device_text")
        row(self).addWidget(self._text)

    def render_device(self, device: str, note: str | None, *, ready: bool = False) -> None:
        """Show `device` as `Prediction.device` says it; `note` is the key of what is told of it.

        `ready` says that the engine runs now.
        """
        self._text.setText(tr("device.ready", device=device_text(device)) if ready else device_text(device))
        self._text.setToolTip(tr(note) if note else "")
        give_role(self._text, "attention" if note else "small")


def device_text(device: str) -> str:
    """Return what computes in words.

    Examples
    --------
    >>> device_text("cuda:0 (NVIDIA H200, 16 bits)")
    'GPU: NVIDIA H200, 16 bits'
    """
    card = _CARD.match(device)
    if card is not None:
        return tr("device.gpu", name=card["name"])
    if device.startswith("mps"):
        return tr("device.apple")
    return tr("device.cpu", cores=_cores())


def _cores() -> int:
    return os.cpu_count() or 1
