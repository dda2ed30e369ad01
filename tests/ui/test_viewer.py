"""The viewer draws what it is given, and turns movements of the hand into wishes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medapp.display.viewport import Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry, Window
from medapp.ui.state import Tool
from medapp.ui.widgets.picture_layers import HeatMapView
from medapp.ui.widgets.viewer import Viewer, ViewerContent
from tests.ui.pictures_made import picture_of, ramp_frame

WINDOW = Window(2048, 4096)


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    made.render_content(ViewerContent(picture_of(ramp_frame()), voi=WINDOW))
    return made


def drag(
    viewer: Viewer,
    by: tuple[int, int],
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    start = QPointF(200, 200)
    end = start + QPointF(*by)
    none = Qt.MouseButton.NoButton
    for kind, at, which, held in (
        (QEvent.Type.MouseButtonPress, start, button, button),
        (QEvent.Type.MouseMove, end, none, button),
        (QEvent.Type.MouseButtonRelease, end, button, none),
    ):
        event = QMouseEvent(kind, at, viewer.mapToGlobal(at), which, held, modifiers)
        QApplication.sendEvent(viewer, event)


def turn_wheel(
    viewer: Viewer, eighths: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, x: float = 200
) -> None:
    at = QPointF(x, 200)
    event = QWheelEvent(
        at,
        viewer.mapToGlobal(at),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer, event)


def pixels_of(image: QImage | None) -> NDArray[np.uint8]:
    assert image is not None
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return flat[:, : grey.width()].copy()


def on_screen(viewer: Viewer) -> NDArray[np.int64]:
    """The grey levels of the whole viewer, black beside the picture."""
    drawn = viewer._drawn()
    assert drawn is not None
    whole = np.zeros((viewer.height(), viewer.width()), np.int64)
    pixels = pixels_of(drawn.image)
    whole[drawn.y : drawn.y + pixels.shape[0], drawn.x : drawn.x + pixels.shape[1]] = pixels
    return whole


def test_dragging_right_asks_for_a_wider_window(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.waitSignal(viewer.window_requested) as asked:
        drag(viewer, (50, 0))
    assert asked.args[0].width > WINDOW.width
    assert asked.args[0].center == WINDOW.center


def test_dragging_up_asks_for_a_brighter_picture(qtbot: QtBot, viewer: Viewer) -> None:
    before = pixels_of(viewer.shown_image()).mean()
    with qtbot.waitSignal(viewer.window_requested) as asked:
        drag(viewer, (0, -50))
    viewer.render_content(replace(viewer.content, voi=asked.args[0]))
    assert pixels_of(viewer.shown_image()).mean() > before + 5


def test_up_is_brighter_on_inverted_pictures_too(qtbot: QtBot, viewer: Viewer) -> None:
    viewer.render_content(ViewerContent(picture_of(ramp_frame(inverted=True)), voi=WINDOW))
    before = pixels_of(viewer.shown_image()).mean()
    with qtbot.waitSignal(viewer.window_requested) as asked:
        drag(viewer, (0, -50))
    viewer.render_content(replace(viewer.content, voi=asked.args[0]))
    assert pixels_of(viewer.shown_image()).mean() > before + 5


@pytest.mark.parametrize(
    ("modifier", "factor"), [(Qt.KeyboardModifier.ControlModifier, 4), (Qt.KeyboardModifier.ShiftModifier, 0.25)]
)
def test_ctrl_drags_fast_and_shift_fine(
    qtbot: QtBot, viewer: Viewer, modifier: Qt.KeyboardModifier, factor: float
) -> None:
    with qtbot.waitSignal(viewer.window_requested) as plain:
        drag(viewer, (40, 0))
    with qtbot.waitSignal(viewer.window_requested) as other:
        drag(viewer, (40, 0), modifiers=modifier)
    ratio = (other.args[0].width - WINDOW.width) / (plain.args[0].width - WINDOW.width)
    assert ratio == pytest.approx(factor)


def test_the_middle_button_pans(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.waitSignal(viewer.viewport_requested) as asked:
        drag(viewer, (64, 0), Qt.MouseButton.MiddleButton)
    zoom = 400 / 64
    assert asked.args[0].centre[0] == pytest.approx(31.5 - 64 / zoom)


def test_the_right_button_zooms_and_opens_no_menu(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.assertNotEmitted(viewer.menu_requested), qtbot.waitSignal(viewer.viewport_requested) as asked:
        drag(viewer, (0, -60), Qt.MouseButton.RightButton)
    assert asked.args[0].zoom > 400 / 64


def test_a_right_click_asks_for_the_menu(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.assertNotEmitted(viewer.viewport_requested), qtbot.waitSignal(viewer.menu_requested):
        drag(viewer, (0, 0), Qt.MouseButton.RightButton)


def test_the_wheel_scrolls(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.waitSignal(viewer.scroll_requested) as asked:
        turn_wheel(viewer, -240)
    assert asked.args == [2]


def test_ctrl_and_wheel_zoom_and_keep_what_is_under_the_pointer(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.assertNotEmitted(viewer.scroll_requested), qtbot.waitSignal(viewer.viewport_requested) as asked:
        turn_wheel(viewer, 120, Qt.KeyboardModifier.ControlModifier, x=100)
    viewport: Viewport = asked.args[0]
    assert viewport.zoom is not None
    under_before = 31.5 + (100 - 199.5) / (400 / 64)
    assert viewport.centre is not None
    under_after = viewport.centre[0] + (100 - 199.5) / viewport.zoom
    assert under_after == pytest.approx(under_before)


@pytest.mark.parametrize(("tool", "signal"), [(Tool.PAN, "viewport_requested"), (Tool.SCROLL, "scroll_requested")])
def test_the_left_button_does_what_was_chosen(qtbot: QtBot, viewer: Viewer, tool: Tool, signal: str) -> None:
    viewer.render_content(replace(viewer.content, tool=tool))
    with qtbot.assertNotEmitted(viewer.window_requested), qtbot.waitSignal(getattr(viewer, signal)):
        drag(viewer, (0, 40))


def test_colour_has_no_window_so_the_left_button_pans(qtbot: QtBot, viewer: Viewer) -> None:
    viewer.render_content(ViewerContent(picture_of(ramp_frame(colour=True))))
    with qtbot.assertNotEmitted(viewer.window_requested), qtbot.waitSignal(viewer.viewport_requested):
        drag(viewer, (10, 10))


def test_a_double_click_asks_for_the_image_alone(qtbot: QtBot, viewer: Viewer) -> None:
    with qtbot.waitSignal(viewer.maximise_requested):
        qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton)


def test_without_a_picture_a_double_click_asks_for_files(qtbot: QtBot, viewer: Viewer) -> None:
    viewer.render_content(ViewerContent(message="nothing here"))
    with qtbot.waitSignal(viewer.open_requested):
        qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton)
    assert viewer.shown_image() is None


def test_inverting_exchanges_black_and_white(viewer: Viewer) -> None:
    plain = pixels_of(viewer.shown_image())
    viewer.render_content(replace(viewer.content, viewport=Viewport(inverted=True)))
    np.testing.assert_array_equal(pixels_of(viewer.shown_image()), 255 - plain)


def test_the_heat_map_follows_the_flip(viewer: Viewer) -> None:
    corner = np.zeros((8, 8), np.float32)
    corner[0, 0] = 1
    content = replace(viewer.content, annotations=False, heat_map=HeatMapView(corner, 1.0))

    def tint(viewport: Viewport) -> tuple[int, int]:
        """How coloured the left and the right upper corner are."""
        viewer.render_content(replace(content, viewport=viewport))
        image = viewer.grab().toImage()
        colours = [image.pixelColor(x, 25) for x in (25, 375)]
        left, right = (max(c.red(), c.green(), c.blue()) - min(c.red(), c.green(), c.blue()) for c in colours)
        return left, right

    left, right = tint(Viewport())
    assert left > 60 > right
    left, right = tint(Viewport(flipped=True))
    assert right > 60 > left


def test_while_nothing_changes_nothing_is_drawn_anew(viewer: Viewer) -> None:
    first = viewer.shown_image()
    viewer.render_content(replace(viewer.content))
    assert viewer.shown_image() is first


def test_a_large_picture_is_coarse_while_it_is_moved_and_whole_when_it_is_still(qtbot: QtBot, viewer: Viewer) -> None:
    noise = np.random.default_rng(5).integers(0, 4096, (500, 400)).astype(np.uint16)
    viewer.render_content(replace(viewer.content, picture=picture_of(Frame(noise, bits_stored=12))))
    viewer.resize(1600, 1000)
    viewer.viewport_requested.connect(lambda v: viewer.render_content(replace(viewer.content, viewport=v)))
    turn_wheel(viewer, 120, Qt.KeyboardModifier.ControlModifier)
    moving = on_screen(viewer)
    QApplication.processEvents()
    paints = PaintCount(viewer)
    qtbot.waitUntil(lambda: paints.count > 0)
    still = on_screen(viewer)
    assert 1 < np.abs(still - moving).mean() < 25, "the same part of the picture, not as sharp"
    assert np.abs(np.diff(still)).mean() > np.abs(np.diff(moving)).mean()


class PaintCount(QObject):
    """Counts how often a widget was drawn."""

    def __init__(self, widget: Viewer) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_picture_stays_dimmed_while_the_next_one_loads(qtbot: QtBot, viewer: Viewer) -> None:
    viewer.render_content(replace(viewer.content, annotations=False))
    bright = pixels_of(viewer.grab().toImage())[350:, 350:].mean()
    viewer.render_content(replace(viewer.content, loading=True))
    qtbot.waitUntil(lambda: pixels_of(viewer.grab().toImage())[350:, 350:].mean() < bright * 0.6)


def test_texts_can_be_hidden_but_not_the_mark_of_lossy_compression(viewer: Viewer) -> None:
    black = Window(1_000_000, 2)
    viewer.render_content(replace(viewer.content, voi=black))
    with_texts = pixels_of(viewer.grab().toImage())
    viewer.render_content(replace(viewer.content, annotations=False))
    without = pixels_of(viewer.grab().toImage())
    assert with_texts[:60, :200].max() > 150
    assert without[:60, :200].max() < 50
    assert without[360:, :200].max() > 150


def test_hidden_texts_leave_the_letters_of_the_sides(viewer: Viewer) -> None:
    picture = picture_of(replace(ramp_frame(), geometry=Geometry(patient_orientation=("L", "F"))))
    viewer.render_content(ViewerContent(picture, voi=Window(1_000_000, 2), annotations=False))
    shown = pixels_of(viewer.grab().toImage())
    for edge in (shown[185:215, :30], shown[185:215, -30:]):
        assert edge.max() > 150
