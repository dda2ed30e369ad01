"""The histogram's window: limits are dragged and moved by keys, values told, counted in the background."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from medapp.display.histogram import histogram_of, limits_of
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.study import Window
from medapp.ui.cell_state import VoiChoice
from medapp.ui.histogram_desk import HistogramDesk
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.viewing import Viewing
from medapp.ui.voi_choices import voi_shown
from medapp.ui.widgets.histogram_dialog import HistogramDialog, HistogramView, figures_text, value_text
from medapp.ui.widgets.histogram_plot import HistogramPlot
from tests.ui.pictures_made import picture_of, ramp_frame

RAMP = histogram_of(Frame(np.arange(1000, dtype=np.uint16).reshape(20, 50)))
WINDOW = Window(500.5, 401)  # from 300 to 700


@pytest.fixture
def plot(qtbot: QtBot) -> HistogramPlot:
    made = HistogramPlot()
    qtbot.addWidget(made)
    made.resize(628, 200)  # 600 pixels between the sides
    made.render_plot(RAMP, WINDOW, logarithmic=True, around=False)
    made.show()
    return made


def drag(qtbot: QtBot, plot: HistogramPlot, start: float, end: float) -> list[Window]:
    """Drag from one value to another, answering each wish as the session does."""
    asked: list[Window] = []

    def answer(window: Window) -> None:
        asked.append(window)
        plot.render_plot(RAMP, window, logarithmic=True, around=False)

    plot.window_requested.connect(answer)
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(start)), 100))
    for part in (0.5, 1.0):
        qtbot.mouseMove(plot, QPoint(round(plot.x_of(start + (end - start) * part)), 100))
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(round(plot.x_of(end)), 100))
    plot.window_requested.disconnect(answer)
    return asked


def test_a_limit_that_is_dragged_moves_alone(qtbot: QtBot, plot: HistogramPlot) -> None:
    low, high = limits_of(drag(qtbot, plot, 300, 200)[-1])
    assert low == pytest.approx(200, abs=3)
    assert high == pytest.approx(700)
    low, high = limits_of(drag(qtbot, plot, 700, 900)[-1])
    assert low == pytest.approx(200, abs=3)
    assert high == pytest.approx(900, abs=3)
    plot.close()


def test_between_the_limits_the_whole_window_is_dragged(qtbot: QtBot, plot: HistogramPlot) -> None:
    dragged = drag(qtbot, plot, 500, 600)[-1]
    assert dragged.width == pytest.approx(WINDOW.width)
    assert dragged.center == pytest.approx(600.5, abs=3)
    plot.close()


def test_beside_the_window_the_nearer_limit_comes_to_the_pointer(qtbot: QtBot, plot: HistogramPlot) -> None:
    low, high = limits_of(drag(qtbot, plot, 100, 100)[-1])
    assert low == pytest.approx(100, abs=3)
    assert high == pytest.approx(700)
    plot.close()


def test_a_limit_stops_at_the_other_one(qtbot: QtBot, plot: HistogramPlot) -> None:
    low, high = limits_of(drag(qtbot, plot, 300, 950)[-1])
    assert low == high == pytest.approx(700)
    plot.close()


def test_arrow_keys_move_and_widen_the_window(qtbot: QtBot, plot: HistogramPlot) -> None:
    wishes = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
        with qtbot.waitSignal(plot.window_requested) as asked:
            qtbot.keyClick(plot, key)
        wishes.append(asked.args[0])
    moved, wider, narrower = wishes
    assert moved.center > WINDOW.center
    assert moved.width == pytest.approx(WINDOW.width)
    assert narrower.width < WINDOW.width < wider.width
    plot.close()


def test_without_a_window_nothing_can_be_dragged(qtbot: QtBot, plot: HistogramPlot) -> None:
    plot.render_plot(RAMP, None, logarithmic=False, around=False)
    with qtbot.assertNotEmitted(plot.window_requested):
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    plot.close()


def test_around_the_window_its_limits_stand_inside_the_plot(plot: HistogramPlot) -> None:
    narrow = Window(500.5, 11)
    plot.render_plot(RAMP, narrow, logarithmic=True, around=False)
    apart = plot.x_of(505) - plot.x_of(495)
    plot.render_plot(RAMP, narrow, logarithmic=True, around=True)
    assert plot.x_of(505) - plot.x_of(495) > 20 * apart
    plot.close()


def test_counts_and_figures_are_told_in_words() -> None:
    assert value_text(RAMP, 0).endswith(f"{int(RAMP.counts[0, 0])} pixels (0.40 %)")
    assert value_text(RAMP, -50) == "-50: no pixel"
    assert figures_text(RAMP) == "1,000 pixels · 0 to 999 · mean 499.5 · SD 288.7"
    padded = histogram_of(Frame(np.array([[1, 2]], np.uint8), valid=np.array([[True, False]])))
    assert figures_text(padded).endswith("1 pixels of padding left out")


@pytest.fixture
def desk(parent: QWidget, session: Session) -> HistogramDesk:
    return HistogramDesk(parent, session, Viewing(session, Pictures(session)))


def dialog_of(parent: QWidget) -> HistogramDialog:
    found = parent.findChild(HistogramDialog)
    assert found is not None
    return found


def test_what_is_on_screen_is_counted_in_the_background_and_its_window_changed(
    qtbot: QtBot, session: Session, parent: QWidget, desk: HistogramDesk
) -> None:
    picture = picture_of(ramp_frame())
    session.update(page=Page.READING, picture=picture, place=picture.place)
    desk.toggle()
    dialog = dialog_of(parent)
    figures = dialog.findChild(QLabel, "histogram_figures")
    assert figures is not None
    qtbot.waitUntil(lambda: figures.text().startswith("4,096 pixels"), timeout=10_000)
    dialog.window_requested.emit(Window(100, 200))
    assert voi_shown(session.state) == Window(100, 200)
    value = dialog.findChild(QLabel, "histogram_value")
    assert value is not None
    assert value.text() == "Window: level 100, width 200"
    session.update(picture=picture_of(Frame(np.full((8, 8), 7, np.uint8))))
    qtbot.waitUntil(lambda: figures.text().startswith("64 pixels"), timeout=10_000)
    desk.toggle()
    assert not dialog.isVisible()


def test_colour_tables_and_an_empty_screen_say_why_there_is_no_window(
    qtbot: QtBot, session: Session, parent: QWidget, desk: HistogramDesk
) -> None:
    session.update(page=Page.READING, picture=picture_of(ramp_frame(colour=True)))
    desk.toggle()
    dialog = dialog_of(parent)
    told = dialog.findChild(QLabel, "histogram_told")
    assert told is not None
    assert "red, green and blue" in told.text()
    frame = replace(ramp_frame(), voi_luts=(Lut(0, 8, np.arange(256, dtype=np.uint16)),))
    picture = picture_of(frame)
    session.update(picture=picture, voi={picture.place.series: VoiChoice("file", 0)})
    assert "a table of its file" in told.text()
    session.update(picture=None)
    assert told.text() == "There is no image on screen."
    dialog.close()


def test_the_boxes_choose_how_it_is_drawn(qtbot: QtBot) -> None:
    dialog = HistogramDialog()
    qtbot.addWidget(dialog)
    dialog.render_view(HistogramView(RAMP, WINDOW))
    boxes = [dialog.findChild(QCheckBox, f"histogram_{name}") for name in ("logarithmic", "around")]
    before = dialog.plot.grab().toImage()
    for box in boxes:
        assert box is not None
        box.toggle()
    assert dialog.plot.grab().toImage() != before
    dialog.render_view(HistogramView(RAMP, None))
    assert boxes[1] is not None
    assert not boxes[1].isEnabled()
