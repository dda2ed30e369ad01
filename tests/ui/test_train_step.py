"""Step 4 and the question: starting points, trainings side by side, learning curve, the case as the network sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QRadioButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from medapp.classify.network import ARCHITECTURES as NETWORKS
from medapp.ui.teaching_state import StartWish
from medapp.ui.teaching_train_view import ARCHITECTURES, chosen_start, round_seconds, start_choices
from medapp.ui.widgets.charts import ticks
from medapp.ui.widgets.teaching.cases import CasesStep
from medapp.ui.widgets.teaching.lab_book import LabBook
from medapp.ui.widgets.teaching.more_cases import MoreCases, learning_curve
from medapp.ui.widgets.teaching.question import QuestionStep
from medapp.ui.widgets.teaching.train import TrainStep
from medapp.ui.widgets.teaching.training_card import loss_curves
from medapp.ui.widgets.teaching.views import CasesView, ClassRow, StartChoice, TrainView
from tests.ui import teaching_states as made


def choose(box: QWidget | None, text: str) -> None:
    """Choose as a person does: the box tells of it, which setting it does not."""
    assert isinstance(box, QComboBox)
    place = box.findText(text, Qt.MatchFlag.MatchContains)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


@pytest.fixture
def step(qtbot: QtBot) -> TrainStep:
    shown = TrainStep()
    qtbot.addWidget(shown)
    shown.render_train(made.TRAIN)
    return shown


def test_every_network_that_is_offered_can_be_built() -> None:
    assert set(ARCHITECTURES) <= set(NETWORKS)


def test_an_own_model_can_be_started_from(qtbot: QtBot, step: TrainStep) -> None:
    with qtbot.waitSignal(step.start_requested) as asked:
        choose(step.findChild(QComboBox, "start_model"), "Pneumonia, our hospital")
    assert asked.args == ["pneumonia-our-hospital@2026.1", ""]


def test_from_scratch_asks_for_the_network_and_offers_no_instant_training(qtbot: QtBot, step: TrainStep) -> None:
    with qtbot.waitSignal(step.start_requested) as asked:
        choose(step.findChild(QComboBox, "start_model"), "From scratch")
    assert asked.args == ["", "resnet18"]
    step.render_train(replace(made.TRAIN, start=made.STARTS[2]))
    networks = step.findChild(QComboBox, "start_network")
    assert networks is not None
    assert networks.isVisibleTo(step)
    assert not step.instant.isEnabled()
    assert step.quick.isEnabled()
    with qtbot.waitSignal(step.start_requested) as asked:
        choose(networks, "DenseNet")
    assert asked.args == ["", "densenet121"]


def test_a_weights_file_is_asked_for_and_stands_in_the_list_once_it_is_chosen(qtbot: QtBot, step: TrainStep) -> None:
    box = step.findChild(QComboBox, "start_model")
    assert box is not None
    with qtbot.waitSignal(step.weights_requested):
        choose(box, "A weights file")
    assert box.currentText().startswith("Starter model"), "the dialog may be dismissed"
    chosen = chosen_start(made.STARTS, StartWish(base="/weights/own.safetensors"))
    step.render_train(replace(made.TRAIN, start=chosen))
    assert box.currentText() == "Weights file: own.safetensors"


def test_models_come_before_new_networks() -> None:
    choices = start_choices([StartChoice("Starter", network="mobilenet_v2")])
    assert [choice.architecture for choice in choices] == ["", *ARCHITECTURES]


@pytest.mark.parametrize(("seconds", "told"), [(3, 5), (42, 40), (95, 120), (2000, 2100), (10_000, 10_800)])
def test_an_estimate_is_told_as_exactly_as_it_is_known(seconds: float, told: float) -> None:
    assert round_seconds(seconds) == told


def test_trainings_stand_side_by_side_and_the_one_that_is_tested_is_named(step: TrainStep) -> None:
    step.render_train(replace(made.TRAIN, runs=made.TRAINED))
    texts = [label.text() for label in step.runs.findChildren(QLabel)]
    assert texts.count("best: this one is tested") == 1
    assert "0.97 (0.95–0.98)" in texts
    assert "The disk is full. Make room, then go on." in texts


def test_losses_stand_under_details(step: TrainStep) -> None:
    step.render_train(made.RUNNING)
    assert step.card.chart.isVisibleTo(step)
    assert not step.card.losses.isVisibleTo(step)
    details = step.findChild(QPushButton, "train_details")
    assert details is not None
    details.click()
    assert step.card.losses.isVisibleTo(step)
    _, curves = loss_curves(made.curve_of_passes(4))
    assert [len(curve.points) for curve in curves] == [4, 4]


def test_the_learning_curve_is_drawn_with_its_band_and_told_in_a_sentence(qtbot: QtBot) -> None:
    card = MoreCases()
    qtbot.addWidget(card)
    card.render_curve(made.learning_curve())
    title, text = card.findChild(QLabel, "more_cases_title"), card.findChild(QLabel, "more_cases_text")
    assert title is not None
    assert text is not None
    assert title.text() == "Would 50 more cases help?"
    assert text.text().startswith("50 more cases of the same kind")
    _, (curve,) = learning_curve(made.learning_curve()["points"], "AUC")
    assert len(curve.band) == len(curve.points) == 5


def test_where_the_patients_are_too_few_the_curve_is_a_sentence_alone(qtbot: QtBot) -> None:
    card = MoreCases()
    qtbot.addWidget(card)
    card.render_curve({"figure": "auc", "points": [], "more": None, "text": "Too few."})
    assert not card.chart.isVisibleTo(card)
    assert card.isVisibleTo(None)
    card.render_curve(None)
    assert not card.isVisibleTo(None)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.64, 1, [0.7, 0.8, 0.9, 1]), (1, 12, [5, 10]), (1, 1, [])],
)
def test_axes_have_round_numbers(low: float, high: float, told: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(told)


def test_a_case_is_shown_pixel_by_pixel_and_another_size_can_be_asked_for(qtbot: QtBot) -> None:
    step = QuestionStep()
    qtbot.addWidget(step)
    ask = step.findChild(QPushButton, "image_size_512")
    assert ask is not None
    step.render_question(made.QUESTION)
    assert not ask.isVisibleTo(step), "without a case there is nothing to judge"
    step.render_question(made.QUESTION, made.picture(512))
    picture = step.findChild(QLabel, "case_seen")
    assert picture is not None
    assert picture.pixmap().width() == 512
    assert picture.width() == 512
    assert isinstance(picture.parent().parent(), QScrollArea)
    with qtbot.waitSignal(step.question_requested) as asked:
        ask.click()
    assert asked.args[0].image_size == 512
    assert asked.args[0].find == "pneumonia"


def test_labels_that_may_occur_together_have_no_class_to_be_told_from(qtbot: QtBot) -> None:
    step = QuestionStep()
    qtbot.addWidget(step)
    together = step.findChild(QRadioButton, "question_together")
    other, sentence = step.findChild(QLineEdit, "question_other"), step.findChild(QLabel, "question_sentence")
    assert together is not None
    assert other is not None
    assert sentence is not None
    with qtbot.waitSignal(step.question_requested) as asked:
        together.click()
    assert asked.args[0].together
    step.render_question(asked.args[0])
    assert not other.isEnabled()
    assert "each finding" in sentence.text()


def test_what_doubtful_marks_mean_is_asked_where_a_table_has_them(qtbot: QtBot) -> None:
    step = CasesStep()
    qtbot.addWidget(step)
    box = step.findChild(QComboBox, "uncertain")
    assert box is not None
    step.render_cases(CasesView())
    assert not box.isVisibleTo(step)
    step.render_cases(CasesView(problem="12 rows hold −1 or ?.", asks_uncertain=True))
    assert box.isVisibleTo(step)
    with qtbot.waitSignal(step.uncertain_requested) as asked:
        choose(box, "it is not there")
    assert asked.args == ["negative"]


def test_columns_that_say_nothing_are_left_out(qtbot: QtBot) -> None:
    step = CasesStep()
    qtbot.addWidget(step)
    step.render_cases(CasesView(classes=(ClassRow("a", 3, None, 4, 0),)))
    assert [step._table.isColumnHidden(place) for place in range(5)] == [False, False, True, False, False]


def test_space_after_train_presses_nothing_else(qtbot: QtBot) -> None:
    step = TrainStep()
    qtbot.addWidget(step)
    step.render_train(TrainView(can_train=True))
    with qtbot.waitExposed(step):
        step.show()
    step.activateWindow()
    step.instant.setFocus()
    qtbot.waitUntil(step.instant.hasFocus)
    step.render_train(TrainView(can_train=True, running=True, starting=True))
    assert step.hasFocus()
    step.hide()


def test_on_a_low_page_the_lab_book_has_one_line(qtbot: QtBot) -> None:
    book = LabBook()
    qtbot.addWidget(book)
    book.render_lines(made.LAB_BOOK)
    high = book.sizeHint().height()
    book.render_room(short=True)
    assert book.sizeHint().height() < high / 2
    book.render_room(short=False)
    assert book.sizeHint().height() == high


def test_the_lab_book_can_be_taken_along_once_there_is_something_in_it(qtbot: QtBot) -> None:
    book = LabBook()
    qtbot.addWidget(book)
    export = book.findChild(QPushButton, "export_lab_book")
    assert export is not None
    book.render_lines(())
    assert not export.isVisibleTo(book)
    book.render_lines(made.LAB_BOOK)
    with qtbot.waitSignal(book.export_requested):
        export.click()
