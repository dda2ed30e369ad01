"""Charts: nothing is cut off, nothing touches, and every axis is named."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medapp.ui.widgets.charts import LEFT, TICK_GAP_PX, TOP, Axes, Curve, LineChart
from medapp.ui.widgets.confusion import ConfusionMatrix

ROC = Axes((0, 1), (0, 1), "1 − specificity", "Sensitivity", diagonal=True)
PERFECT = Curve("ROC", ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0)), "#4aa3ff")


def drawn(qtbot: QtBot, mark: tuple[float, float] | None, name: str = "") -> QImage:
    chart = LineChart(300, 248)
    qtbot.addWidget(chart)
    chart.resize(300, 248)
    chart.render_curves(ROC, [PERFECT], mark, name)
    return chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def changed(one: QImage, other: QImage) -> set[tuple[int, int]]:
    return {(x, y) for x in range(one.width()) for y in range(one.height()) if one.pixel(x, y) != other.pixel(x, y)}


@pytest.mark.parametrize("corner", [(0.0, 1.0), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0)])
def test_the_ring_is_whole_in_every_corner(qtbot: QtBot, corner: tuple[float, float]) -> None:
    ring = changed(drawn(qtbot, corner), drawn(qtbot, None))
    across = [max(places) - min(places) for places in zip(*ring, strict=True)]
    assert across == [pytest.approx(12, abs=1)] * 2


def test_the_ring_does_not_touch_the_number_of_the_axis(qtbot: QtBot) -> None:
    image = drawn(qtbot, (0.0, 1.0))
    beside = {image.pixel(LEFT - TICK_GAP_PX + 1, y) for y in range(TOP - 8, TOP + 9)}
    assert len(beside) == 1


def test_what_the_ring_stands_for_is_written_over_the_plot(qtbot: QtBot) -> None:
    words = changed(drawn(qtbot, (0.5, 0.5), "alarm level"), drawn(qtbot, (0.5, 0.5)))
    assert words
    assert max(y for _, y in words) < TOP


def test_the_matrix_has_room_for_the_titles_of_both_axes(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.render_counts(("a", "b"), ((1, 0), (0, 1)))
    assert matrix._names_width() > matrix.fontMetrics().horizontalAdvance("true answer ↓")
