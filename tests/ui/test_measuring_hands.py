"""Every tool by mouse and by keys in one viewer; what it asks for is in source pixels, whatever the screen shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from medapp.display.measuring.outlines import handles_of
from medapp.display.measuring.shapes import POINTS, Kind, Measurement, Shape
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry, Window
from medapp.ui.measuring_view import MeasureItem, Measures
from medapp.ui.measuring_wishes import CalibrationDrawn, Drawn, Relabelled, Reshaped, Selected, Wish
from medapp.ui.state import Tool
from medapp.ui.widgets.viewer import Viewer, ViewerContent
from tests.ui.pictures_made import picture_of

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
STORED = np.arange(80 * 100, dtype=np.int16).reshape(80, 100)
FRAME = Frame(STORED, modality="CT", geometry=Geometry(spacing_mm=(0.5, 0.25), spacing_source="patient"))
VIEWPORTS = [
    Viewport(),
    Viewport(quarter_turns=1),
    Viewport(quarter_turns=3, flipped=True, inverted=True),
    Viewport(zoom=9.0, centre=(55.0, 30.0), flipped=True),
]
SOME = ((20.0, 15.0), (70.0, 20.0), (62.0, 55.0), (25.0, 50.0))
LINE = Measurement("line", Shape(Kind.LENGTH, ((20.0, 20.0), (70.0, 20.0))))


class Hand:
    """Points at source pixels of a viewer, with the mouse; collects what is asked for."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.wishes: list[Wish] = []
        viewer.measuring_requested.connect(self.wishes.append)

    def at(self, point: tuple[float, float]) -> QPointF:
        content = self.viewer.content
        assert content.picture is not None
        shape, screen = ImageShape.of(content.picture.shown), (self.viewer.width(), self.viewer.height())
        x, y = content.viewport.source_to_screen(shape, screen) @ (*point, 1.0)
        return QPointF(x, y)

    def send(
        self,
        kind: QEvent.Type,
        at: QPointF,
        button: Qt.MouseButton,
        held: Qt.MouseButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        event = QMouseEvent(kind, at, self.viewer.mapToGlobal(at), button, held, modifiers)
        QApplication.sendEvent(self.viewer, event)

    def move(self, point: tuple[float, float], held: Qt.MouseButton = NONE) -> None:
        self.send(QEvent.Type.MouseMove, self.at(point), NONE, held)

    def click(self, point: tuple[float, float]) -> None:
        self.move(point)
        self.send(QEvent.Type.MouseButtonPress, self.at(point), LEFT, LEFT)
        self.send(QEvent.Type.MouseButtonRelease, self.at(point), LEFT, NONE)

    def drag(
        self, *points: tuple[float, float], modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.move(points[0])
        self.send(QEvent.Type.MouseButtonPress, self.at(points[0]), LEFT, LEFT, modifiers)
        for point in points[1:]:
            self.move(point, LEFT)
        self.send(QEvent.Type.MouseButtonRelease, self.at(points[-1]), LEFT, NONE)

    def drag_by(self, start: QPointF, by: QPointF) -> None:
        self.send(QEvent.Type.MouseMove, start, NONE, NONE)
        self.send(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
        self.send(QEvent.Type.MouseMove, start + by, NONE, LEFT)
        self.send(QEvent.Type.MouseButtonRelease, start + by, LEFT, NONE)

    def double_click(self, point: tuple[float, float]) -> None:
        self.click(point)
        self.send(QEvent.Type.MouseButtonDblClick, self.at(point), LEFT, LEFT)
        self.send(QEvent.Type.MouseButtonRelease, self.at(point), LEFT, NONE)

    def drawn(self) -> Shape:
        (wish,) = [each for each in self.wishes if isinstance(each, Drawn)]
        return wish.shape


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    qtbot.waitExposed(made)
    show(made, Tool.LENGTH)
    return made


@pytest.fixture
def hand(viewer: Viewer) -> Hand:
    return Hand(viewer)


def show(viewer: Viewer, tool: Tool, *drawn: Measurement, viewport: Viewport | None = None, selected: str = "") -> None:
    items = tuple(MeasureItem(each, ("12.5 mm",)) for each in drawn)
    viewer.render_content(
        ViewerContent(
            viewer.content.picture or picture_of(FRAME),
            viewport or viewer.content.viewport,
            Window(4000, 8000),
            tool,
            measures=Measures(items, selected, FRAME),
        )
    )


def close_to(shape: Shape, points: tuple[tuple[float, float], ...], within: float = 1e-6) -> None:
    np.testing.assert_allclose(np.array(shape.points), np.array(points), atol=within)


@pytest.mark.parametrize("viewport", VIEWPORTS)
@pytest.mark.parametrize("kind", [Kind.LENGTH, Kind.RECTANGLE, Kind.ELLIPSE, Kind.ARROW])
def test_two_points_are_drawn_by_a_drag_and_by_clicks_alike(
    viewer: Viewer, hand: Hand, kind: Kind, viewport: Viewport
) -> None:
    show(viewer, Tool(kind.value), viewport=viewport)
    hand.drag(SOME[0], SOME[1], SOME[2])
    by_drag = hand.drawn()
    hand.wishes.clear()
    hand.click(SOME[0])
    assert not hand.wishes
    hand.move(SOME[1])
    hand.click(SOME[2])
    assert hand.drawn() == by_drag
    assert by_drag.kind is kind
    close_to(by_drag, (SOME[0], SOME[2]))


@pytest.mark.parametrize("viewport", VIEWPORTS)
def test_an_angle_is_drawn_by_a_drag_and_a_click_or_by_clicks(viewer: Viewer, hand: Hand, viewport: Viewport) -> None:
    show(viewer, Tool.ANGLE, viewport=viewport)
    hand.drag(SOME[0], SOME[1])
    hand.click(SOME[2])
    close_to(hand.drawn(), SOME[:3])
    hand.wishes.clear()
    for point in SOME[:3]:
        hand.click(point)
    close_to(hand.drawn(), SOME[:3])


def test_the_lines_of_a_cobb_angle_are_drawn_by_two_drags_or_four_clicks(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.COBB)
    hand.drag(SOME[0], SOME[1])
    hand.drag(SOME[2], SOME[3])
    close_to(hand.drawn(), SOME)
    hand.wishes.clear()
    for point in SOME:
        hand.click(point)
    close_to(hand.drawn(), SOME)


def test_an_outline_follows_the_hand(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.FREEHAND)
    path = [(40 + 15 * np.cos(t), 40 + 15 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 90)]
    hand.drag(*path)
    shape = hand.drawn()
    assert shape.kind is Kind.FREEHAND
    assert len(shape.points) > 30
    away = np.hypot(*(np.array(shape.points) - (40, 40)).T)
    np.testing.assert_allclose(away, 15, atol=1e-6)


def test_an_outline_of_clicks_ends_on_its_first_corner_or_with_a_double_click(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.FREEHAND)
    for point in (*SOME, SOME[0]):
        hand.click(point)
    close_to(hand.drawn(), SOME)
    hand.wishes.clear()
    for point in SOME[:3]:
        hand.click(point)
    hand.double_click(SOME[3])
    close_to(hand.drawn(), SOME)


def test_a_probe_is_one_click(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.PROBE)
    hand.click(SOME[2])
    assert hand.drawn().kind is Kind.PROBE
    close_to(hand.drawn(), SOME[2:3])


def test_a_text_is_written_where_one_clicked(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.TEXT)
    hand.click(SOME[2])
    entry = viewer.findChild(QLineEdit, "measure_text")
    assert entry is not None
    assert entry.isVisible()
    entry.insert("Läsion 1")  # QTest types ASCII alone
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert not entry.isVisible()
    assert (hand.drawn().kind, hand.drawn().text) == (Kind.TEXT, "Läsion 1")
    close_to(hand.drawn(), SOME[2:3])


@pytest.mark.parametrize("ending", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_no_text_is_kept_without_words_or_against_the_will(viewer: Viewer, hand: Hand, ending: Qt.Key) -> None:
    show(viewer, Tool.TEXT)
    hand.click(SOME[2])
    entry = viewer.findChild(QLineEdit, "measure_text")
    assert entry is not None
    QTest.keyClicks(entry, "   " if ending is Qt.Key.Key_Return else "words")
    QTest.keyClick(entry, ending)
    assert not entry.isVisible()
    assert not hand.wishes


def test_a_text_is_changed_by_a_double_click(viewer: Viewer, hand: Hand) -> None:
    text = Measurement("text", Shape(Kind.TEXT, (SOME[0],), "before"))
    show(viewer, Tool.WINDOW, text)
    hand.double_click(SOME[0])
    entry = viewer.findChild(QLineEdit, "measure_text")
    assert entry is not None
    assert entry.text() == "before"
    QTest.keyClicks(entry, "after")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert hand.wishes[-1] == Reshaped("text", replace(text.shape, text="after"))


def test_calibrating_asks_how_long_the_line_is(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.CALIBRATE)
    hand.drag(SOME[0], SOME[1])
    (wish,) = hand.wishes
    assert isinstance(wish, CalibrationDrawn)
    np.testing.assert_allclose((wish.start, wish.end), SOME[:2])


@pytest.mark.parametrize("viewport", VIEWPORTS)
@pytest.mark.parametrize("kind", [*POINTS, Kind.FREEHAND])
def test_every_handle_moves_its_point_whatever_tool_is_chosen(
    viewer: Viewer, hand: Hand, kind: Kind, viewport: Viewport
) -> None:
    if kind in {Kind.TEXT, Kind.PROBE}:
        return  # these are moved as a whole
    shape = Shape(kind, SOME[: POINTS.get(kind, 4)])
    show(viewer, Tool.WINDOW, Measurement("it", shape), viewport=viewport)
    for number, handle in enumerate(handles_of(shape)):
        hand.wishes.clear()
        hand.drag(handle, (45.0, 33.0))
        (wish,) = hand.wishes
        assert isinstance(wish, Reshaped)
        np.testing.assert_allclose(handles_of(wish.shape)[number], (45.0, 33.0), atol=1e-6)


def test_a_line_is_moved_as_a_whole_and_stays_on_the_image(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.ANGLE, LINE)
    hand.drag((45.0, 20.0), (50.0, 30.0))
    assert isinstance(hand.wishes[0], Reshaped)
    close_to(hand.wishes[0].shape, ((25.0, 30.0), (75.0, 30.0)))
    hand.wishes.clear()
    hand.drag((45.0, 20.0), (-300.0, 20.0))
    assert isinstance(hand.wishes[0], Reshaped)
    close_to(hand.wishes[0].shape, ((-0.5, 20.0), (49.5, 20.0)))


def test_a_click_selects_and_one_elsewhere_does_not_any_more(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.WINDOW, LINE)
    hand.click((45.0, 20.0))
    assert hand.wishes == [Selected("line")]
    show(viewer, Tool.WINDOW, LINE, selected="line")
    hand.click((45.0, 70.0))
    assert hand.wishes[-1] == Selected("")


def test_a_label_is_moved_and_the_line_stays(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.WINDOW, LINE)
    placed = viewer._placed()
    assert placed is not None
    label = viewer.measuring._sketches(placed)[0].label
    hand.drag_by(label.center(), QPointF(30, 60))
    (wish,) = hand.wishes
    assert isinstance(wish, Relabelled)
    assert wish.at is not None
    moved_to = hand.at(wish.at) - label.topLeft()
    assert (moved_to.x(), moved_to.y()) == (pytest.approx(30), pytest.approx(60))


def test_no_label_lies_on_its_line(viewer: Viewer) -> None:
    for end in ((70.0, 20.0), (20.0, 60.0), (70.0, 60.0), (95.0, 78.0)):
        show(viewer, Tool.WINDOW, Measurement("it", Shape(Kind.LENGTH, ((20.0, 20.0), end))))
        placed = viewer._placed()
        assert placed is not None
        (sketch,) = viewer.measuring._sketches(placed)
        along = np.linspace(*sketch.lines[0], 200)
        assert not any(sketch.label.contains(QPointF(x, y)) for x, y in along)


def test_escape_drops_what_is_half_drawn(viewer: Viewer, hand: Hand) -> None:
    hand.click(SOME[0])
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    hand.click(SOME[1])
    assert not hand.wishes
    hand.click(SOME[2])
    close_to(hand.drawn(), (SOME[1], SOME[2]))


def test_backspace_takes_the_last_point_back(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.ANGLE)
    hand.click(SOME[0])
    hand.click(SOME[3])
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_Backspace)
    hand.click(SOME[1])
    hand.click(SOME[2])
    close_to(hand.drawn(), SOME[:3])


def test_another_image_or_tool_drops_what_is_half_drawn(viewer: Viewer, hand: Hand) -> None:
    hand.click(SOME[0])
    show(viewer, Tool.ELLIPSE)
    hand.click(SOME[1])
    viewer.render_content(replace(viewer.content, picture=picture_of(replace(FRAME, number=2))))
    hand.click(SOME[2])
    assert not hand.wishes


def test_points_beside_the_image_are_set_at_its_edge(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.LENGTH, viewport=Viewport(zoom=2.0))
    hand.drag((-40.0, 40.0), (50.0, -30.0))
    close_to(hand.drawn(), ((-0.5, 40.0), (50.0, -0.5)))


def test_the_right_button_zooms_while_a_line_is_half_drawn(qtbot: QtBot, viewer: Viewer, hand: Hand) -> None:
    hand.click(SOME[0])
    start, right = hand.at(SOME[1]), Qt.MouseButton.RightButton
    with qtbot.waitSignal(viewer.viewport_requested):
        hand.send(QEvent.Type.MouseButtonPress, start, right, right)
        hand.send(QEvent.Type.MouseMove, start + QPointF(0, -40), NONE, right)
        hand.send(QEvent.Type.MouseButtonRelease, start + QPointF(0, -40), right, NONE)
    hand.click(SOME[2])
    close_to(hand.drawn(), (SOME[0], SOME[2]))


def test_a_double_click_does_not_maximise_with_a_tool_that_measures(qtbot: QtBot, viewer: Viewer, hand: Hand) -> None:
    with qtbot.assertNotEmitted(viewer.maximise_requested):
        hand.double_click(SOME[0])
    show(viewer, Tool.WINDOW)
    with qtbot.waitSignal(viewer.maximise_requested):
        hand.double_click(SOME[0])


def test_shift_begins_a_new_line_on_top_of_another(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.LENGTH, LINE)
    hand.drag(LINE.shape.points[1], SOME[2], modifiers=Qt.KeyboardModifier.ShiftModifier)
    close_to(hand.drawn(), (LINE.shape.points[1], SOME[2]))


def test_labels_are_not_in_the_way_of_what_is_drawn(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.ELLIPSE, LINE)
    placed = viewer._placed()
    assert placed is not None
    hand.drag_by(viewer.measuring._sketches(placed)[0].label.center(), QPointF(30, 60))
    assert hand.drawn().kind is Kind.ELLIPSE


def test_what_was_measured_last_is_told_to_screen_readers(viewer: Viewer) -> None:
    show(viewer, Tool.LENGTH, LINE)
    assert viewer.accessibleDescription() == "12.5 mm"


def test_a_long_text_at_the_right_edge_stays_in_the_picture(viewer: Viewer) -> None:
    show(viewer, Tool.WINDOW, Measurement("it", Shape(Kind.TEXT, ((98.0, 40.0),), "words")))
    placed = viewer._placed()
    assert placed is not None
    (sketch,) = viewer.measuring._sketches(placed)
    assert sketch.label.right() <= viewer.width()


def test_the_measurement_under_the_pointer_is_known(viewer: Viewer, hand: Hand) -> None:
    show(viewer, Tool.WINDOW, LINE)
    hand.move((45.0, 20.0))
    assert viewer.measuring.hovered == "line"
    hand.move((45.0, 70.0))
    assert viewer.measuring.hovered == ""
    hand.move((45.0, 20.0))
    show(viewer, Tool.WINDOW)
    assert viewer.measuring.hovered == ""
