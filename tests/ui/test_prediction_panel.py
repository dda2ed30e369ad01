"""The panel: a result, a refusal, no model and a failure look different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from medapp.classify.explanation import Explanation
from medapp.errors import Problem
from medapp.i18n import percent_text, tr
from medapp.ui.answer_state import Answer, Answered, Classifying, NoModel, NotAnswered
from medapp.ui.theme import CLASS_COLOURS
from medapp.ui.widgets.card_text import CardText
from medapp.ui.widgets.prediction_panel import PredictionPanel
from medapp.ui.widgets.probability_bar import ProbabilityBar, band_text
from tests.ui.pictures_made import FACTS, prediction_for


@pytest.fixture
def panel(qtbot: QtBot) -> PredictionPanel:
    made = PredictionPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def render(panel: PredictionPanel, answer: Answer) -> None:
    panel.render_answer(answer, heat_map_shown=True, opacity=0.5)
    QApplication.processEvents()  # new rows become visible with the next layout


def bars_of(panel: PredictionPanel) -> list[ProbabilityBar]:
    return [bar for bar in panel.findChildren(ProbabilityBar) if bar.isVisibleTo(panel)]


def said_by(panel: PredictionPanel) -> str:
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel))


def test_a_result_has_a_bar_per_class_with_two_digits(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    assert [bar.accessibleName() for bar in bars_of(panel)] == ["NORMAL: 13 %", "PNEUMONIA: 87 %"]
    assert "Chest model" in said_by(panel)
    assert "version 1.0" in said_by(panel)
    assert "children at one hospital" in said_by(panel)
    assert "Model score" in said_by(panel)


def test_the_operating_point_is_on_the_bar_of_the_alarm_class_alone(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    normal, pneumonia = bars_of(panel)
    assert "40 %" in pneumonia.toolTip()
    assert "40 %" not in normal.toolTip()


def test_the_tick_of_the_operating_point_is_named_below_the_bar(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    normal, pneumonia = bars_of(panel)
    assert pneumonia.sizeHint().height() >= normal.sizeHint().height() + pneumonia.fontMetrics().height()
    pneumonia.resize(pneumonia.sizeHint())
    shown = pneumonia.grab().toImage()
    below = range(normal.sizeHint().height(), shown.height())
    colours = {shown.pixel(x, y) for x in range(shown.width()) for y in below}
    assert len(colours) > 2, "the name of the tick is drawn"


def test_the_colours_of_the_heat_map_have_a_key(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    key = panel.findChild(QWidget, "heat_map_colours")
    assert key is not None
    bar = key.grab().toImage()
    ends = [bar.pixelColor(x, bar.height() // 2).lightness() for x in (1, bar.width() - 2)]
    assert ends[0] < 20 < 180 < ends[1]


def test_labels_that_may_occur_together_have_independent_bars_each_with_its_alarm_level(panel: PredictionPanel) -> None:
    told = replace(
        prediction_for("x"),
        probabilities={"square": 0.7, "disc": 0.9, "line": 0.2},
        label="square, disc",
        alarm_class=None,
        threshold=None,
        several=True,
        thresholds={"square": 0.5, "disc": 0.8, "line": 0.3},
    )
    render(panel, Answered(FACTS, told))
    bars = bars_of(panel)
    assert [bar.objectName() for bar in bars] == ["bar_square", "bar_disc", "bar_line"]
    assert [(bar._tick, bar._given) for bar in bars] == [(0.5, True), (0.8, True), (0.3, False)]
    assert "square, disc" in said_by(panel)
    assert tr("ui.heat_map_of", label="square") in said_by(panel)


def test_labels_that_are_all_below_their_alarm_levels_say_so(panel: PredictionPanel) -> None:
    told = replace(
        prediction_for("x"), probabilities={"a": 0.1, "b": 0.2}, label="", several=True, thresholds={"a": 0.5, "b": 0.5}
    )
    render(panel, Answered(FACTS, told))
    assert tr("ui.no_label_given") in said_by(panel)


def test_the_alarm_class_has_the_same_colour_in_whatever_order_the_classes_were_taught(panel: PredictionPanel) -> None:
    for given in ({"NORMAL": 0.13, "PNEUMONIA": 0.87}, {"PNEUMONIA": 0.87, "NORMAL": 0.13}):
        render(panel, Answered(FACTS, prediction_for("x", given)))
        assert {bar._name: bar._colour for bar in bars_of(panel)} == {
            "NORMAL": CLASS_COLOURS[0],
            "PNEUMONIA": CLASS_COLOURS[1],
        }


def test_many_classes_stand_with_the_most_probable_first(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x", {"a": 0.1, "b": 0.7, "c": 0.2})))
    assert [bar.objectName() for bar in bars_of(panel)] == ["bar_b", "bar_c", "bar_a"]


def test_a_refusal_is_a_sentence_without_bars_and_without_a_map(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x", refused="ood.colour")))
    assert bars_of(panel) == []
    assert "colour" in said_by(panel)
    controls = panel.findChild(QWidget, "heat_map_controls")
    assert controls is not None
    assert not controls.isVisibleTo(panel)


def test_no_model_is_told_without_a_button(panel: PredictionPanel) -> None:
    render(panel, NoModel("CT"))
    assert "No model for CT" in said_by(panel)
    assert [b for b in panel.findChildren(QPushButton) if b.isVisibleTo(panel)] == []


def test_a_failure_says_what_to_do_and_can_be_tried_again(qtbot: QtBot, panel: PredictionPanel) -> None:
    render(panel, NotAnswered(Problem("x", "process.died")))
    assert "ended unexpectedly" in said_by(panel)
    again = panel.findChild(QPushButton, "try_again")
    assert again is not None
    with qtbot.waitSignal(panel.again_requested):
        again.click()


def test_the_answer_of_the_cpu_in_place_of_the_gpu_is_told(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x", note="engine.note.fell_back")))
    assert "the CPU answered" in said_by(panel)


def test_nothing_of_the_last_answer_is_left(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    render(panel, Classifying())
    assert bars_of(panel) == []
    assert "PNEUMONIA" not in said_by(panel)


def test_the_card_is_one_press_away(panel: PredictionPanel) -> None:
    render(panel, Answered(replace(FACTS, card="Not for adults."), prediction_for("x")))
    card = panel.findChild(CardText, "model_card")
    assert card is not None
    assert not card.isVisibleTo(panel)
    assert not card.toPlainText(), "laid out only when it is read: pictures are scrolled through meanwhile"
    show = panel.findChild(QPushButton, "show_card")
    assert show is not None
    show.click()
    assert card.isVisibleTo(panel)
    assert card.toPlainText() == "Not for adults."


def test_an_answer_about_a_lossy_picture_says_so(panel: PredictionPanel) -> None:
    answer = Answered(FACTS, prediction_for("x"))
    panel.render_answer(answer, heat_map_shown=True, opacity=0.5, marks=("Lossy compression JPEG 15:1",))
    QApplication.processEvents()
    assert "Lossy compression JPEG 15:1" in said_by(panel)
    render(panel, answer)
    assert "Lossy" not in said_by(panel)


def test_rendering_asks_for_nothing(qtbot: QtBot, panel: PredictionPanel) -> None:
    with qtbot.assertNotEmitted(panel.heat_map_requested), qtbot.assertNotEmitted(panel.opacity_requested):
        panel.render_answer(Answered(FACTS, prediction_for("x")), heat_map_shown=False, opacity=0.9)


def test_heat_map_and_opacity_are_asked_for(qtbot: QtBot, panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    toggle, slider = panel.findChild(QCheckBox, "heat_map_toggle"), panel.findChild(QSlider, "heat_map_opacity")
    assert toggle is not None
    assert slider is not None
    with qtbot.waitSignal(panel.heat_map_requested) as shown:
        toggle.click()
    with qtbot.waitSignal(panel.opacity_requested) as opacity:
        slider.setValue(80)
    assert shown.args == [False]
    assert opacity.args == [0.8]


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "< 0.1 %"), (0.004, "0.4 %"), (0.052, "5.2 %"), (0.5, "50 %"), (0.994, "99.4 %"), (1.0, "> 99.9 %")],
)
def test_no_probability_is_told_as_certain(probability: float, text: str) -> None:
    assert percent_text(probability) == text


def unclear_answer() -> Answered:
    told = prediction_for("x", {"NORMAL": 0.45, "PNEUMONIA": 0.55})
    return Answered(FACTS, replace(told, unclear=(0.3, 0.7)))


def test_an_unclear_answer_names_no_class_and_shows_the_band(panel: PredictionPanel) -> None:
    render(panel, unclear_answer())
    said = said_by(panel)
    assert tr("ui.unclear") in said
    assert "30 %" in said
    assert "70 %" in said
    assert panel.findChild(QLabel, "label_sentence") is None
    normal, pneumonia = bars_of(panel)
    assert (normal._band, pneumonia._band) == (None, (0.3, 0.7))
    assert not normal._given
    assert not pneumonia._given


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.3, 0.7, "30–70 %"), (0.024, 0.31, "2.4–31 %"), (0.497, 0.503, "49.7–50.3 %"), (0.0, 1.2, "0–100 %")],
)
def test_the_band_has_the_digits_that_tell_its_ends_apart(low: float, high: float, told: str) -> None:
    assert band_text(low, high) == f"unclear {told}"


def test_of_what_was_not_computed_no_device_is_told(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, replace(prediction_for("x", refused="ood.colour"), seconds=0.0)))
    assert panel.findChild(QLabel, "computed") is None


def test_a_refusal_says_what_about_the_image_is_unlike(panel: PredictionPanel) -> None:
    told = replace(prediction_for("x", refused="ood.features"), clue="inverted")
    render(panel, Answered(FACTS, told))
    assert tr("clue.inverted") in said_by(panel)


def test_no_model_by_the_header_is_a_grey_sentence_and_nothing_else(panel: PredictionPanel) -> None:
    told = replace(prediction_for("x", refused="scope.part"), refused_params={"part": "DX KNEE"})
    render(panel, Answered(FACTS, told))
    refusal = panel.findChild(QLabel, "refusal")
    assert refusal is not None
    assert refusal.property("role") == "dim"
    assert panel.findChild(QLabel, "computed") is None


def explanation(beaten: int) -> Explanation:
    return Explanation("x", "0" * 64, "occlusion", "PNEUMONIA", np.eye(14, dtype=np.float32), None, 0.04, beaten, 2.0)


def test_an_explanation_says_by_which_method_and_how_far_to_trust_it(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x"), explanation(97)))
    said = said_by(panel)
    assert "occlusion" in said
    assert "97 of 100" in said
    assert "4.0 %" in said
    assert tr("explain.no_better") not in said


def test_an_explanation_no_better_than_chance_is_called_so(panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x"), explanation(55)))
    assert tr("explain.no_better") in said_by(panel)


def test_a_method_is_chosen_from_the_menu_and_not_while_one_is_at_work(qtbot: QtBot, panel: PredictionPanel) -> None:
    render(panel, Answered(FACTS, prediction_for("x")))
    chosen = panel.findChild(QAction, "explain_occlusion")
    explain = panel.findChild(QPushButton, "explain")
    assert chosen is not None
    assert explain is not None
    with qtbot.waitSignal(panel.explanation_requested) as asked:
        chosen.trigger()
    assert asked.args == ["occlusion"]
    render(panel, Answered(FACTS, prediction_for("x"), explaining="occlusion"))
    assert not explain.isEnabled()
    assert tr("ui.explaining", method=tr("explain.method.occlusion")) in said_by(panel)


def test_under_an_answer_stands_what_was_not_checked_and_not_under_a_refusal(panel: PredictionPanel) -> None:
    refused = Answered(FACTS, prediction_for("a", refused="ood.features"))
    for answer, has_side_marker, is_told in (
        (unclear_answer(), True, True),
        (unclear_answer(), False, False),
        (refused, True, False),
    ):
        panel.render_answer(answer, heat_map_shown=True, opacity=0.5, has_side_marker=has_side_marker)
        QApplication.processEvents()
        assert ("mirrored" in said_by(panel)) is is_told
