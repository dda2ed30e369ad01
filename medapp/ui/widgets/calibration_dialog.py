"""Asks how long a line that was drawn truly is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDoubleSpinBox, QWidget

from medapp.i18n import tr
from medapp.ui.widgets.layouts import button, column, label, named, row

WIDTH_PX, MARGIN = 400, 5
LEAST_MM, MOST_MM, FIRST_MM = 0.01, 10_000.0, 10.0


class CalibrationDialog(QDialog):
    """Emits the length in millimetres, and whether it holds for the whole series."""

    length_given = Signal(float, bool)

    def __init__(self, parent: QWidget | None = None, *, one_of_many: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("calibration")
        self.setWindowTitle(tr("measure.calibration_title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(WIDTH_PX)
        self._length = named(QDoubleSpinBox(decimals=2, minimum=LEAST_MM, maximum=MOST_MM), "calibration_length")
        self._length.setValue(FIRST_MM)
        self._length.setSuffix(tr("measure.mm_after"))
        self._length.setAccessibleName(tr("measure.true_length"))
        self._length.selectAll()
        self._series = named(QCheckBox(tr("measure.whole_series")), "calibration_series")
        self._series.setVisible(one_of_many)
        layout = column(self, margin=MARGIN, spacing=3)
        across = row()
        across.addWidget(label(tr("measure.true_length")))
        across.addWidget(self._length, 1)
        layout.addLayout(across)
        layout.addWidget(self._series)
        layout.addWidget(label(tr("measure.calibration_meaning"), "small", wrap=True))
        buttons = row()
        buttons.addStretch(1)
        buttons.addWidget(button("ui.cancel", self.reject, name="calibration_cancel"))
        given = button("measure.calibrate", self._give, role="primary", name="calibration_give")
        given.setDefault(True)
        buttons.addWidget(given)
        layout.addLayout(buttons)

    def _give(self) -> None:
        self.length_given.emit(self._length.value(), self._series.isChecked())
        self.accept()
