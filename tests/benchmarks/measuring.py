"""Drawing a measurement on the largest mammogram: processor time of a movement of the hand, event to painted."""

from __future__ import annotations

import statistics
import time

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from medapp.display.measuring.shapes import Kind, Measurement, Shape
from medapp.display.pyramid import pyramid_of
from medapp.imaging.frame import Frame
from medapp.imaging.study import Geometry, Instance, Patient, Series, Study, Window
from medapp.ui.cell_state import Picture, Place
from medapp.ui.measuring_view import MeasureItem, Measures
from medapp.ui.state import Tool
from medapp.ui.widgets.viewer import Viewer, ViewerContent
from tests.benchmarks.measure import Ratio

SHAPE, SCREEN = (4096, 3328), (1900, 1000)
GOAL_S, MOVES, THERE_ALREADY = 0.010, 60, 5
TOOLS = (Tool.LENGTH, Tool.ELLIPSE, Tool.FREEHAND)


def drawing_measurements() -> list[Ratio]:
    """Each tool that is drawn by a drag, with five measurements there already."""
    application = QApplication.instance() or QApplication([])
    viewer = Viewer()
    viewer.resize(*SCREEN)
    viewer.show()
    application.processEvents()
    frame = _mammogram()
    pyramid_of(frame)
    rows = [_row(viewer, frame, tool) for tool in TOOLS]
    viewer.close()
    return rows


def _mammogram() -> Frame:
    stored = np.random.default_rng(0).integers(0, 4096, SHAPE).astype(np.uint16)
    spacing = Geometry(spacing_mm=(0.05, 0.05), spacing_source="detector")
    return Frame(stored, bits_stored=12, modality="MG", geometry=spacing)


def _picture(frame: Frame) -> Picture:
    instance = Instance("mammogram", "dicom", *SHAPE)
    series = Series("1.2", "MG", (instance,))
    return Picture(Place("1.2", 0), Study("1", Patient(), (series,)), series, instance, frame, Window(2048, 4096))


def _row(viewer: Viewer, frame: Frame, tool: Tool) -> Ratio:
    places = np.random.default_rng(1).uniform(200, 3000, (THERE_ALREADY, 2, 2)).tolist()
    shapes = [Shape(Kind.ELLIPSE, (tuple(a), tuple(b))) for a, b in places]
    items = tuple(MeasureItem(Measurement.of(shape), ("mean 100, SD 20", "12.3 mm²")) for shape in shapes)
    measures = Measures(items, frame=frame)
    viewer.render_content(ViewerContent(_picture(frame), voi=Window(2048, 4096), tool=tool, measures=measures))
    viewer.repaint()
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    _send(viewer, QEvent.Type.MouseButtonPress, 0, left, left)
    seconds = [_moved(viewer, step) for step in range(1, MOVES)]
    _send(viewer, QEvent.Type.MouseButtonRelease, MOVES, left, none)
    ours = statistics.median(seconds)
    return Ratio(f"drawing: {tool}, a movement of the hand", "goal", ours, GOAL_S, ours / GOAL_S, MOVES)


def _moved(viewer: Viewer, step: int) -> float:
    start = time.thread_time()
    _send(viewer, QEvent.Type.MouseMove, step, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)
    viewer.repaint()
    return time.thread_time() - start


def _send(viewer: Viewer, kind: QEvent.Type, step: int, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
    turn = step / 10
    at = QPointF(SCREEN[0] / 2 + 300 * np.cos(turn), SCREEN[1] / 2 + 400 * np.sin(turn))
    modifiers = Qt.KeyboardModifier.ShiftModifier  # on top of what is there
    QApplication.sendEvent(viewer, QMouseEvent(kind, at, viewer.mapToGlobal(at), button, held, modifiers))


ALL = (drawing_measurements,)
