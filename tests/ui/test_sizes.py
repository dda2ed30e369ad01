"""One pixel as one pixel, and true size: by the spacing, on a screen that somebody has measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from medapp.display.render import resample
from medapp.display.sizes import one_to_one, true_size
from medapp.display.viewport import ImageShape, Viewport
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.regions import UltrasoundRegion
from medapp.imaging.study import Geometry
from medapp.storage.screens import Screens
from medapp.ui.pictures import Pictures
from medapp.ui.session import Session
from medapp.ui.sizes import Sizes, screen_key
from medapp.ui.state import Page
from medapp.ui.viewing import Viewing
from medapp.ui.widgets.screen_ruler import ScreenRuler
from tests.ui.pictures_made import picture_of, ramp_frame

MOTION = UltrasoundRegion(0, 0, 5, 5, "motion", 1, "s", "mm", 1, 1)


def frame_with(spacing: tuple[float, float] | None) -> Frame:
    source = "patient" if spacing else "none"
    return replace(ramp_frame(), geometry=Geometry(spacing_mm=spacing, spacing_source=source))


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("spacing", [(0.5, 0.5), (0.5, 1.0), (1.0, 0.25)])
def test_a_centimetre_of_the_image_is_one_of_the_screen_also_where_pixels_are_not_square(
    spacing: tuple[float, float], turns: int
) -> None:
    frame = frame_with(spacing)
    shown = true_size(Viewport(quarter_turns=turns, flipped=True), frame, 4.0)
    matrix = shown.source_to_screen(ImageShape.of(frame), (800, 600))
    down, across = np.hypot(*matrix[:, 1]), np.hypot(*matrix[:, 0])
    assert across * (10 / spacing[1]) == pytest.approx(40)
    assert down * (10 / spacing[0]) == pytest.approx(40)


def test_one_to_one_keeps_what_is_in_the_middle() -> None:
    before = Viewport(zoom=3.0, centre=(12.0, 40.0), quarter_turns=1)
    assert one_to_one(before) == replace(before, zoom=1.0)


@pytest.mark.parametrize("screen", [(100, 80), (101, 81), (100, 81)])
@pytest.mark.parametrize(
    "viewport", [Viewport(), Viewport(centre=(20.3, 31.7)), Viewport(quarter_turns=1, flipped=True)]
)
def test_one_to_one_shows_every_pixel_as_it_is_on_screens_of_any_size(
    viewport: Viewport, screen: tuple[int, int]
) -> None:
    checks = np.indices((64, 64)).sum(axis=0) % 2 * 255
    shown = resample(Frame(checks.astype(np.uint8)), one_to_one(viewport), screen)
    assert set(np.unique(shown.values[shown.inside])) == {0, 255}
    inside = shown.values[shown.inside].astype(int)
    assert abs(int((inside == 255).sum()) - int((inside == 0).sum())) <= 64


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (frame_with(None), "size.no_spacing"),
        (replace(frame_with((0.1, 0.1)), regions=(MOTION,)), "size.no_spacing"),
        (frame_with((90.0, 90.0)), "size.out_of_reach"),
    ],
)
def test_a_size_that_is_not_known_is_told_and_never_guessed(frame: Frame, code: str) -> None:
    with pytest.raises(MedappError) as told:
        true_size(Viewport(), frame, 4.0)
    assert told.value.code == code


def test_a_measured_screen_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "config" / "screens.json"
    Screens(path).keep("left", 3.78)
    assert Screens(path).pixels_per_mm("left") == 3.78
    assert Screens(path).pixels_per_mm("right") is None


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"pixels_per_mm": {"left": 1e9, "right": "x"}}', '{"pixels_per_mm": 3}']
)
def test_a_damaged_file_means_that_nothing_was_measured(tmp_path: Path, content: str) -> None:
    (tmp_path / "screens.json").write_text(content)
    assert Screens(tmp_path / "screens.json").pixels_per_mm("left") is None


def test_a_disk_that_refuses_does_not_stop_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    screens = Screens(tmp_path / "file" / "screens.json")
    screens.keep("left", 4.0)
    assert screens.pixels_per_mm("left") == 4.0


@pytest.fixture
def sizes(parent: QWidget, session: Session) -> Sizes:
    return Sizes(parent, session, Viewing(session, Pictures(session)))


def test_true_size_asks_for_a_measured_screen_once(parent: QWidget, session: Session, sizes: Sizes) -> None:
    session.update(page=Page.READING, picture=picture_of(frame_with((0.5, 0.5))))
    sizes.true_size()
    ruler = parent.findChild(ScreenRuler)
    assert ruler is not None
    state, field = ruler.findChild(QLabel, "ruler_state"), ruler.findChild(QDoubleSpinBox, "ruler_field")
    assert state is not None
    assert "not calibrated" in state.text()
    assert field is not None
    field.setValue(5.25)
    save = ruler.findChild(QPushButton, "ruler_save")
    assert save is not None
    save.click()
    assert session.state.viewport.zoom == pytest.approx(5.25 * 0.5)
    sizes.one_to_one()
    assert session.state.viewport.zoom == 1.0
    sizes.true_size()
    assert session.state.viewport.zoom == pytest.approx(5.25 * 0.5)
    assert Screens(session.services.folders.config / "screens.json").pixels_per_mm(screen_key(parent.screen())) == 5.25


def test_an_image_without_spacing_says_so_before_a_screen_is_measured(
    parent: QWidget, session: Session, sizes: Sizes
) -> None:
    session.update(page=Page.READING, picture=picture_of(frame_with(None)))
    sizes.true_size()
    assert "how large its pixels are" in session.state.notice
    assert parent.findChild(ScreenRuler) is None


def test_slider_and_field_show_the_same_size(qtbot: QtBot) -> None:
    ruler = ScreenRuler(4.0, calibrated=True)
    qtbot.addWidget(ruler)
    slider, field = ruler.findChild(QSlider, "ruler_slider"), ruler.findChild(QDoubleSpinBox, "ruler_field")
    assert slider is not None
    assert field is not None
    slider.setValue(480)
    assert field.value() == pytest.approx(4.8)
    field.setValue(3.5)
    assert slider.value() == 350
