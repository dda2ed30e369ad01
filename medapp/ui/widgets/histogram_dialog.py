"""The histogram of the image on screen in a small window of its own, which stays open while one reads."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from medapp.display.histogram import Histogram
from medapp.display.readout import plain_number
from medapp.i18n import listed, tr
from medapp.imaging.study import Window
from medapp.ui.widgets.histogram_plot import HistogramPlot
from medapp.ui.widgets.layouts import column, label, named, row

FIRST_SIZE = (480, 340)


@dataclass(frozen=True, eq=False)
class HistogramView:
    """What the dialog shows.

    Attributes
    ----------
    histogram : Histogram or None
        None while it is counted, and where there is no image.
    window : Window or None
        None where the image is shown with a table, or in colour.
    told : str
        What stands in place of a histogram, or must be known beside it.
    """

    histogram: Histogram | None = None
    window: Window | None = None
    told: str = ""


class HistogramDialog(QDialog):
    """Renders a histogram; emits the window that is asked for."""

    window_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("histogram")
        self.setWindowTitle(tr("histogram.title"))
        self.resize(*FIRST_SIZE)
        self._view = HistogramView()
        self.plot = HistogramPlot()
        self.plot.window_requested.connect(self.window_requested)
        self.plot.value_pointed.connect(self._tell_value)
        self._logarithmic = self._box("histogram.logarithmic", on=True)
        self._around = self._box("histogram.around", on=False)
        self._figures = label("", "small", wrap=True, name="histogram_figures")
        self._value = label("", "dim", name="histogram_value")
        self._told = label("", "dim", wrap=True, name="histogram_told")
        layout = column(self, margin=3, spacing=2)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._value)
        layout.addWidget(self._figures)
        layout.addWidget(self._told)
        across = row(spacing=4)
        across.addWidget(self._logarithmic)
        across.addWidget(self._around)
        across.addStretch(1)
        layout.addLayout(across)
        self.plot.setFocus()

    def _box(self, key: str, *, on: bool) -> QCheckBox:
        box = named(QCheckBox(tr(key)), key.replace(".", "_"))
        box.setChecked(on)
        box.toggled.connect(lambda _: self._render())
        return box

    def render_view(self, view: HistogramView) -> None:
        """Show a histogram, its figures and the window."""
        self._view = view
        self._told.setText(view.told)
        self._told.setVisible(bool(view.told))
        self._figures.setText(figures_text(view.histogram) if view.histogram is not None else "")
        self._around.setEnabled(view.window is not None)
        self._tell_value(None)
        self._render()

    def _render(self) -> None:
        view = self._view
        logarithmic, around = self._logarithmic.isChecked(), self._around.isChecked()
        self.plot.render_plot(view.histogram, view.window, logarithmic=logarithmic, around=around)

    @Slot(object)
    def _tell_value(self, value: float | None) -> None:
        """Tell how often the value under the pointer occurs; else the window."""
        histogram, window = self._view.histogram, self._view.window
        if value is not None and histogram is not None:
            self._value.setText(value_text(histogram, value))
        elif window is not None:
            centre, width = plain_number(round(window.center, 3)), plain_number(round(window.width, 3))
            self._value.setText(tr("histogram.window", center=centre, width=width))
        else:
            self._value.setText("")


def value_text(histogram: Histogram, value: float) -> str:
    """Return how often values of a bin occur."""
    number = histogram.bin_of(value)
    if number is None:
        return tr("histogram.outside", value=plain_number(round(value, 2)))
    low, high = histogram.edges[number : number + 2]
    counts = listed(f"{int(count):,}" for count in histogram.counts[:, number])
    share = 100 * float(histogram.counts[:, number].mean()) / max(histogram.pixels, 1)
    value_range = plain_number(round(float(low + high) / 2, 3))
    return tr("histogram.value", value=f"{value_range} {histogram.unit}".strip(), count=counts, percent=f"{share:.2f}")


def figures_text(histogram: Histogram) -> str:
    """Return the figures of all counted values in one line."""
    if not histogram.pixels:
        return tr("histogram.no_values")
    told = tr(
        "histogram.figures",
        pixels=f"{histogram.pixels:,}",
        least=plain_number(round(histogram.least, 3)),
        greatest=plain_number(round(histogram.greatest, 3)),
        mean=plain_number(round(histogram.mean, 2)),
        deviation=plain_number(round(histogram.deviation, 2)),
        unit=histogram.unit,
    )
    left_out = tr("histogram.left_out", count=f"{histogram.left_out:,}") if histogram.left_out else ""
    return " ".join(part for part in (" ".join(told.split()), left_out) if part)
