"""Every tool in the real window by real mouse and keys, against truth that is computed from what the files say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from medapp.display.viewport import ImageShape
from medapp.imaging.phantom import write_ct_series
from medapp.ui.widgets.viewer import Viewer
from tests.e2e.driver import Driver, drive

pytestmark = pytest.mark.e2e
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ROW_MM, COLUMN_MM = 1.5, 0.75
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)
A, B, C, D = (40.0, 30.0), (80.0, 45.0), (70.0, 90.0), (30.0, 84.0)
E, F, G = (95.0, 50.0), (14.0, 70.0), (50.0, 40.0)


def write_oblique(folder: Path) -> Path:
    """Write a CT image whose pixels are not square, in an oblique plane, with another frame beside it."""
    write_ct_series(folder, slices=2, size=128)
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.PixelSpacing = [ROW_MM, COLUMN_MM]
        dataset.ImageOrientationPatient = list(OBLIQUE)
        dataset.save_as(path)
    return folder


def in_patient(point: tuple[float, float]) -> np.ndarray:
    """Return where a pixel lies in the patient (PS3.3 C.7.6.2.1.1), from the image's first pixel."""
    return np.array(OBLIQUE[:3]) * COLUMN_MM * point[0] + np.array(OBLIQUE[3:]) * ROW_MM * point[1]


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.linalg.norm(in_patient(one) - in_patient(other)))


def degrees(one: np.ndarray, other: np.ndarray) -> float:
    return math.degrees(math.acos(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))


class Measurer:
    """A hand that points at source pixels of the picture, wherever they are on the screen."""

    def __init__(self, hands: Driver) -> None:
        self.hands = hands
        self.viewer = hands.find(Viewer, "viewer")

    def at(self, point: tuple[float, float]) -> QPointF:
        content, ratio = self.viewer.content, self.viewer.devicePixelRatioF()
        assert content.picture is not None
        screen = (round(self.viewer.width() * ratio), round(self.viewer.height() * ratio))
        x, y = content.viewport.source_to_screen(ImageShape.of(content.picture.shown), screen) @ (*point, 1.0)
        return QPointF(x / ratio, y / ratio)

    def send(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        QApplication.sendEvent(self.viewer, QMouseEvent(kind, at, self.viewer.mapToGlobal(at), button, held, NONE))

    def drag(self, *points: tuple[float, float]) -> None:
        places = [self.at(point) for point in points]
        self.send(QEvent.Type.MouseMove, places[0], NO_BUTTON, NO_BUTTON)
        self.send(QEvent.Type.MouseButtonPress, places[0], LEFT, LEFT)
        for place in places[1:]:
            self.send(QEvent.Type.MouseMove, place, NO_BUTTON, LEFT)
        self.send(QEvent.Type.MouseButtonRelease, places[-1], LEFT, NO_BUTTON)
        QTest.qWait(20)

    def click(self, *points: tuple[float, float]) -> None:
        for point in points:
            self.drag(point, point)

    def told(self) -> list[tuple[str, ...]]:
        return [item.lines for item in self.viewer.content.measures.items]

    def clear(self) -> None:
        while self.told():
            before = len(self.told())
            self.hands.key(Qt.Key.Key_Z, CTRL)
            self.hands.wait_for(lambda n=before: len(self.told()) < n, "a step back")  # type: ignore[misc]


def opened(hands: Driver, folder: Path) -> Measurer:
    hands.drop([write_oblique(folder)])
    measurer = Measurer(hands)
    hands.wait_for(lambda: measurer.viewer.isVisible() and measurer.viewer.content.picture is not None, "the picture")
    no_jobs = hands.find(QLabel, "job_text").text
    hands.wait_for(lambda: "No jobs" in no_jobs(), "the whole series")
    hands.key(Qt.Key.Key_Home)
    hands.settled(measurer.viewer)
    return measurer


def number(text: str) -> float:
    return float(text.split(maxsplit=1)[0].rstrip("°"))


def measure_all(hand: Measurer) -> None:
    """Draw with every tool and compare what is told with what is computed."""
    key = hand.hands.key
    key(Qt.Key.Key_D)
    hand.drag(A, B)
    hand.click(E, F)
    key(Qt.Key.Key_Y)
    hand.drag(D, C)
    hand.click(G)
    key(Qt.Key.Key_Y, SHIFT)
    hand.drag((20.0, 10.0), (60.0, 14.0))
    hand.drag((20.0, 110.0), (64.0, 100.0))
    first, second, angle, cobb = hand.told()
    assert number(first[0]) == pytest.approx(distance(A, B), abs=0.051)
    assert number(second[0]) == pytest.approx(distance(E, F), abs=0.051)
    assert number(angle[0]) == pytest.approx(
        degrees(in_patient(D) - in_patient(C), in_patient(G) - in_patient(C)), abs=0.051
    )
    between = degrees(in_patient((40.0, 4.0)), in_patient((44.0, -10.0)))
    assert float(cobb[0].removeprefix("Cobb ").rstrip("°")) == pytest.approx(min(between, 180 - between), abs=0.051)
    hand.clear()


def measure_areas(hand: Measurer, values: np.ndarray) -> None:
    key = hand.hands.key
    corners = (44.6, 50.6), (60.4, 62.4)
    key(Qt.Key.Key_M)
    hand.drag(*corners)
    key(Qt.Key.Key_M)
    hand.drag(*((x - 30.0, y + 34.0) for x, y in corners))
    key(Qt.Key.Key_M, SHIFT)
    hand.drag((80.0, 60.0), (100.0, 60.0), (100.0, 80.0), (80.0, 80.0))
    rectangle, ellipse, outline = hand.told()
    inside = values[51:63, 45:61]
    assert float(rectangle[0].split()[1]) == pytest.approx(inside.mean(), rel=1e-3)
    assert float(rectangle[0].split()[-1]) == pytest.approx(inside.std(ddof=1), rel=1e-3)
    across, down = (corners[1][0] - corners[0][0]) * COLUMN_MM, (corners[1][1] - corners[0][1]) * ROW_MM
    assert number(rectangle[-1]) == pytest.approx(across * down, abs=0.06)
    assert number(ellipse[-1]) == pytest.approx(across * down * math.pi / 4, abs=0.06)
    assert number(outline[-1]) == pytest.approx(20 * COLUMN_MM * 20 * ROW_MM, abs=0.06)
    hand.clear()


def test_every_tool_tells_the_truth_on_rotated_flipped_zoomed_oblique_pictures(tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        hand = opened(hands, tmp_path / "schräg")
        picture = hand.viewer.content.picture
        assert picture is not None
        values = picture.frame.modality_values().astype(np.float64)
        for change in ((), (Qt.Key.Key_R,), (Qt.Key.Key_H, Qt.Key.Key_Plus), (Qt.Key.Key_R, Qt.Key.Key_I)):
            for key in change:
                hands.key(key)
            hands.settled(hand.viewer)
            measure_all(hand)
            measure_areas(hand, values)

    drive([], script)


def test_marks_are_set_changed_deleted_and_copied(tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        hand = opened(hands, tmp_path / "ct")
        picture = hand.viewer.content.picture
        assert picture is not None
        hands.key(Qt.Key.Key_T, SHIFT)
        hand.drag(A, B)
        hands.key(Qt.Key.Key_E)
        hand.click(C)
        entry = QApplication.focusWidget()
        assert entry is not None
        QTest.keyClicks(entry, "suspicious, see 2")
        hands.key(Qt.Key.Key_Return)
        hands.key(Qt.Key.Key_Q)
        hand.click((64.0, 64.0))
        hands.wait_for(lambda: len(hand.told()) == 3, "three marks")
        value = picture.frame.modality_values()[64, 64]
        arrow, text, probe = hand.told()
        assert (arrow, text) == ((), ("suspicious, see 2",))
        assert probe[0] == f"{value:.0f} HU"
        hands.key(Qt.Key.Key_W)
        hand.drag(B, D)
        assert hand.viewer.content.measures.items[0].measurement.shape.points[1] == pytest.approx(D, abs=1e-6)
        QGuiApplication.clipboard().clear()
        hands.key(Qt.Key.Key_C, CTRL | SHIFT)
        hands.wait_for(lambda: bool(QGuiApplication.clipboard().text()), "the text")
        lines = QGuiApplication.clipboard().text().splitlines()
        assert [line.split(":")[0] for line in lines[1:]] == ["1. Arrow", "2. Text", "3. Value"]
        hands.key(Qt.Key.Key_F)
        hands.key(Qt.Key.Key_Delete)
        hands.wait_for(lambda: len(hand.told()) == 2, "the arrow deleted")

    drive([], script)


def test_the_magnifier_shows_more_while_the_button_is_held_and_the_wheel_zooms(tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        hand = opened(hands, tmp_path / "ct")
        hands.key(Qt.Key.Key_Z, SHIFT)
        place = hand.at(A)
        for at in (hand.at(D), place):
            hand.send(QEvent.Type.MouseMove, at, NO_BUTTON, NO_BUTTON)  # the keyboard's cursor makes way
        plain = hands.pixels(hand.viewer)
        hand.send(QEvent.Type.MouseButtonPress, place, LEFT, LEFT)
        loupe = hands.pixels(hand.viewer)
        hand.send(QEvent.Type.MouseButtonRelease, place, LEFT, NO_BUTTON)
        changed = np.argwhere((loupe != plain).any(axis=2))
        assert np.ptp(changed, axis=0).max() <= 250
        middle = (changed.min(axis=0) + changed.max(axis=0)) / 2
        np.testing.assert_allclose(middle, (place.y(), place.x()), atol=2)
        np.testing.assert_array_equal(hands.pixels(hand.viewer), plain)
        hands.key(Qt.Key.Key_D)
        before = hand.at(B) - hand.at(A)
        event = QWheelEvent(hand.at(C), hand.viewer.mapToGlobal(hand.at(C)), QPoint(), QPoint(0, 240),
                            NO_BUTTON, CTRL, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(hand.viewer, event)
        hands.settled(hand.viewer)
        assert (hand.at(B) - hand.at(A)).manhattanLength() > before.manhattanLength() * 1.2
        hand.drag(A, B)
        hands.wait_for(lambda: len(hand.told()) == 1, "the length")
        assert number(hand.told()[0][0]) == pytest.approx(distance(A, B), abs=0.051)

    drive([], script)


def test_a_keyboard_alone_measures_and_scrolls(tmp_path: Path) -> None:
    def script(hands: Driver) -> None:
        hand = opened(hands, tmp_path / "ct")
        hands.key(Qt.Key.Key_D)
        hands.key(Qt.Key.Key_Return)
        for _ in range(4):
            hands.key(Qt.Key.Key_Right, SHIFT)
        hands.key(Qt.Key.Key_Return)
        hands.wait_for(lambda: len(hand.told()) == 1, "the length")
        (start, end) = hand.viewer.content.measures.items[0].measurement.shape.points
        assert end[1] == start[1]
        assert number(hand.told()[0][0]) == pytest.approx((end[0] - start[0]) * COLUMN_MM, abs=0.051)
        assert end[0] - start[0] >= 40
        hands.key(Qt.Key.Key_W)
        hands.key(Qt.Key.Key_Down)
        hands.wait_for(lambda: not hand.told(), "the next image")
        hands.key(Qt.Key.Key_Up)
        hands.wait_for(lambda: len(hand.told()) == 1, "the length again")

    drive([], script)


def test_a_calibration_and_measurements_are_there_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "ct"

    def first(hands: Driver) -> None:
        hand = opened(hands, folder)
        hands.key(Qt.Key.Key_D, SHIFT)
        hand.drag((20.0, 60.0), (70.0, 60.0))
        hands.wait_for(lambda: any(d.objectName() == "calibration" for d in dialogs()), "the question")
        dialog = next(d for d in dialogs() if d.objectName() == "calibration")
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        hands.window.activateWindow()
        hands.wait_for(hands.window.isActiveWindow, "the window")
        hands.key(Qt.Key.Key_D)
        hand.drag((20.0, 90.0), (45.0, 90.0))
        hands.wait_for(lambda: hand.told() == [("5.0 mm, calibrated by hand",)], "the length")

    def second(hands: Driver) -> None:
        hands.drop([folder])
        viewer = hands.find(Viewer, "viewer")
        hands.wait_for(lambda: viewer.content.picture is not None, "the picture")
        hands.wait_for(lambda: "No jobs" in hands.find(QLabel, "job_text").text(), "the whole series")
        hands.key(Qt.Key.Key_Home)
        lines = [("5.0 mm, calibrated by hand",)]
        hands.wait_for(lambda: [item.lines for item in viewer.content.measures.items] == lines, "what was measured")

    drive([], first)
    drive([], second)


def dialogs() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog) and widget.isVisible()]
