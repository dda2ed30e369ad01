"""Label mode: keys become answers about the picture on screen, and nothing else is on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from medapp.classify.prediction import ModelKey, Prediction
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.training.cases.verdicts import Verdict
from medapp.ui import theme
from medapp.ui.answer_state import Answered, ModelFacts
from medapp.ui.label_state import LabelView
from medapp.ui.main_window import MainWindow
from medapp.ui.seen_answers import SeenAnswers
from medapp.ui.session import Session
from medapp.ui.state import Page
from medapp.ui.widgets.label_start import LabelStart
from medapp.ui.widgets.label_strip import LabelStrip
from medapp.workflows.label_agreement import disagreements
from medapp.workflows.label_plan import LabelPlan
from medapp.workflows.labelling import LabelProject, file_name

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Bilder ü")
    for n in range(12):
        write_png(folder / f"{n:02}.png", PhantomCase(n, nodule=n % 2 == 0, size=64))
    return folder


@pytest.fixture
def window(window: MainWindow, qtbot: QtBot, session: Session, pictures: Path) -> Iterator[MainWindow]:
    window.activateWindow()
    qtbot.waitActive(window)
    window.opening.open([pictures])
    qtbot.waitUntil(lambda: session.state.picture is not None and not session.jobs.runner.running, timeout=15_000)
    yield window
    window.close()
    theme.apply_theme(QApplication.instance(), "dark", 13)  # type: ignore[arg-type]


@pytest.fixture
def project(session: Session, pictures: Path) -> LabelProject:
    plan = LabelPlan("Lungen", ("normal", "nodule"), paths=(str(pictures),), seed=3)
    return LabelProject.create(session.services.folders.data / "labels", plan)


def _rests(session: Session) -> bool:
    """Tell whether the case is on screen and nothing is being written."""
    state = session.state
    return state.picture is not None and not state.loading and not session.label_jobs.runner.running


@pytest.fixture
def label(qtbot: QtBot, window: MainWindow, session: Session, project: LabelProject) -> Callable[..., None]:
    """Begin label mode, and return a hand that presses a key and waits until the window has done what it means."""
    window.labelling.begin(project, "Ann")
    qtbot.waitUntil(lambda: view(session).total == 12 and _rests(session), timeout=15_000)

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        # a key that meets a picture still on its way is ignored, as it should be
        qtbot.waitUntil(lambda: _rests(session), timeout=15_000)
        QTest.keyClick(window, key, modifier)
        qtbot.waitUntil(lambda: _rests(session), timeout=15_000)

    return press


def view(session: Session) -> LabelView:
    assert session.state.labelling is not None
    return session.state.labelling


def shown(session: Session) -> str:
    assert session.state.picture is not None
    return session.state.picture.instance.source


def test_a_digit_answers_and_the_next_case_comes(
    label: Callable[..., None], session: Session, project: LabelProject
) -> None:
    first = shown(session)
    label(Qt.Key.Key_2)
    assert [(v.file, v.label, v.reader, v.seen_ai) for v in project.verdicts] == [
        (file_name(first), "nodule", "Ann", False)
    ]
    assert shown(session) != first
    assert (view(session).counts, view(session).done) == ((0, 1), 1)


def test_every_case_is_answered_with_keys_alone(
    label: Callable[..., None], session: Session, project: LabelProject
) -> None:
    for n in range(13):
        label(Qt.Key.Key_1 if n % 2 else Qt.Key.Key_2)
    assert view(session).done == 12
    assert {v.file for v in project.verdicts} == {file_name(str(p)) for p in Path(shown(session)).parent.iterdir()}
    assert "All 12 cases" in view(session).told


def test_nothing_but_the_image_and_the_strip_is_on_screen(
    label: Callable[..., None], window: MainWindow, session: Session
) -> None:
    page = window.reading_page
    assert page.label_strip.isVisible()
    others = (page.browser, page.panel, page.banner, page.chip, window.menuBar(), window.statusBar(), window._page_bar)
    assert not any(widget.isVisible() for widget in others)
    label(Qt.Key.Key_L)
    assert session.state.labelling is None
    assert not page.label_strip.isVisible()
    assert page.browser.isVisible()
    assert window.menuBar().isVisible()


def test_escape_leaves_and_l_goes_on(label: Callable[..., None], session: Session) -> None:
    label(Qt.Key.Key_1)
    label(Qt.Key.Key_Escape)
    assert session.state.labelling is None
    label(Qt.Key.Key_L)
    assert view(session).done == 1


def test_undo_goes_back_through_all_answers(
    label: Callable[..., None], session: Session, project: LabelProject
) -> None:
    first = shown(session)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_0):
        label(key)
    label(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    label(Qt.Key.Key_U)
    label(Qt.Key.Key_U)
    assert view(session).done == 0
    assert shown(session) == first
    assert not project.finals()


def test_exclusion_asks_for_a_reason_which_a_digit_gives(
    label: Callable[..., None], session: Session, project: LabelProject
) -> None:
    label(Qt.Key.Key_X)
    assert view(session).asking
    label(Qt.Key.Key_Escape)
    assert not view(session).asking
    label(Qt.Key.Key_X)
    label(Qt.Key.Key_2)
    assert [(v.label, v.excluded) for v in project.verdicts] == [("", "view")]
    assert view(session).excluded == 1


def test_arrows_go_through_the_cases_and_n_to_the_next_without_an_answer(
    label: Callable[..., None], session: Session
) -> None:
    first = shown(session)
    label(Qt.Key.Key_1)
    second = shown(session)
    label(Qt.Key.Key_Left)
    assert (shown(session), view(session).answer) == (first, "normal")
    label(Qt.Key.Key_Right)
    assert shown(session) == second
    label(Qt.Key.Key_Left)
    label(Qt.Key.Key_N)
    assert (shown(session), view(session).answer) == (second, "")


def test_without_going_on_by_itself_the_answered_case_stays(label: Callable[..., None], session: Session) -> None:
    label(Qt.Key.Key_N, SHIFT)
    first = shown(session)
    label(Qt.Key.Key_1)
    assert (shown(session), view(session).answer) == (first, "normal")
    label(Qt.Key.Key_2)
    assert view(session).answer == "nodule"


def test_windows_of_the_image_move_to_shift(label: Callable[..., None], window: MainWindow, session: Session) -> None:
    keys = [action.shortcut() for action in window.actions_made._offer_actions]
    assert QKeySequence("Shift+0") in keys
    label(Qt.Key.Key_Escape)
    keys = [action.shortcut() for action in window.actions_made._offer_actions]
    assert QKeySequence("0") in keys


def test_the_models_answer_cannot_be_opened(label: Callable[..., None], window: MainWindow, session: Session) -> None:
    label(Qt.Key.Key_A)
    label(Qt.Key.Key_A, SHIFT)
    assert not session.state.panel_open
    assert not window.reading_page.panel.isVisible()


def test_a_key_before_the_next_picture_is_there_says_nothing_about_it(
    label: Callable[..., None], window: MainWindow, session: Session, project: LabelProject
) -> None:
    session.update(loading=True)
    window.labelling.digit(1)
    assert project.verdicts == ()


def test_an_answer_that_cannot_be_written_is_told_and_the_case_stays(
    label: Callable[..., None], session: Session, project: LabelProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    first = shown(session)
    monkeypatch.setattr("medapp.storage.labels.os.fsync", refuse)
    label(Qt.Key.Key_1)
    assert "could not be written down" in session.state.notice
    assert (shown(session), view(session).done) == (first, 0)
    monkeypatch.undo()
    label(Qt.Key.Key_1)
    assert view(session).done == 1


def test_l_without_a_project_asks_for_one_and_return_begins_it(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    QTest.keyClick(window, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: window.findChild(LabelStart) is not None)
    dialog = window.findChild(LabelStart)
    assert dialog is not None
    classes = dialog.findChild(QLineEdit, "label_classes")
    assert classes is not None
    QTest.keyClicks(classes, "normal")
    QTest.keyClick(classes, Qt.Key.Key_Return)
    assert "at least two classes" in dialog._problem.text()
    QTest.keyClicks(classes, ", nodule")
    QTest.keyClick(classes, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.state.labelling is not None and session.state.labelling.total == 12)
    assert view(session).classes == ("normal", "nodule")


def test_a_series_is_one_case_whatever_image_is_on_screen(
    qtbot: QtBot, window: MainWindow, session: Session, ct_folder: Path
) -> None:
    window.opening.open([ct_folder])
    plan = LabelPlan("CT", ("without", "bleeding"), "series", (str(ct_folder),), seed=3)
    made = LabelProject.create(session.services.folders.data / "labels", plan)
    window.labelling.begin(made, "Ann")
    qtbot.waitUntil(lambda: view(session).total == 1 and not session.state.loading, timeout=15_000)
    qtbot.waitUntil(lambda: session.state.series is not None and session.state.series.frames == 12)
    QTest.keyClick(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not session.state.loading)
    QTest.keyClick(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: view(session).done == 1)
    assert [v.label for v in made.verdicts] == ["bleeding"]


def test_a_key_that_is_held_down_is_one_answer(window: MainWindow) -> None:
    repeating = {name for name in ("label_1", "label_unsure", "label_undo") if window.actions_made[name].autoRepeat()}
    assert repeating == set()


def test_an_answer_that_was_seen_marks_what_is_said_later_also_after_a_restart(
    qtbot: QtBot, label: Callable[..., None], window: MainWindow, session: Session, project: LabelProject
) -> None:
    window.labelling.leave()
    picture = session.state.picture
    assert picture is not None
    prediction = Prediction(ModelKey("m", "1", "h"), picture.identity, {"a": 1.0}, "a")
    session.update(panel_open=True, answer=Answered(ModelFacts("m", "M", "1"), prediction))
    session.update(panel_open=False)
    qtbot.waitUntil(lambda: not session.note_jobs.runner.running)
    assert SeenAnswers(session).has(picture.identity)
    window.labelling.begin(project, "Ann", only=[file_name(picture.instance.source)])
    qtbot.waitUntil(lambda: view(session).total == 1 and not session.state.loading)
    label(Qt.Key.Key_1)
    assert [v.seen_ai for v in project.verdicts] == [True]


def test_both_answers_are_told_after_ones_own_and_enter_goes_on(
    qtbot: QtBot, window: MainWindow, session: Session, project: LabelProject, pictures: Path
) -> None:
    files = [file_name(str(path)) for path in sorted(pictures.iterdir())[:2]]
    for file in files:
        project.say(Verdict(file, "normal", "Ann"), Verdict(file, "nodule", "Ben"))
    window.labelling.begin(project, "Ann", only=disagreements(project), settling=True)
    qtbot.waitUntil(lambda: view(session).total == 2 and not session.state.loading)
    assert (view(session).answer, view(session).told) == ("", "")
    first = shown(session)
    QTest.keyClick(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: "Ann: normal · Ben: nodule" in view(session).told)
    assert shown(session) == first
    QTest.keyClick(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: view(session).answer == "normal")
    QTest.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(session) != first and not session.state.loading)
    assert project.finals()[files[0]].label == "normal"


def test_labels_become_the_cases_of_a_teaching_project(
    qtbot: QtBot, window: MainWindow, session: Session, project: LabelProject, pictures: Path
) -> None:
    project.say(
        *(
            Verdict(file_name(str(p)), project.plan.classes[n % 2], "Ann")
            for n, p in enumerate(sorted(pictures.iterdir()))
        )
    )
    window.label_door._deeds.teach(project)
    qtbot.waitUntil(lambda: len(window.teaching.view.cases.classes) == 2, timeout=15_000)
    qtbot.waitUntil(lambda: not session.jobs.runner.running and not session.project_jobs.runner.running, timeout=20_000)
    assert session.state.page is Page.TEACHING
    assert {row.name: row.images for row in window.teaching.view.cases.classes} == {"normal": 6, "nodule": 6}
    assert "12 labelled files" in session.state.notice


def test_a_click_does_what_the_key_does(
    qtbot: QtBot, label: Callable[..., None], window: MainWindow, session: Session, project: LabelProject
) -> None:
    strip = window.reading_page.label_strip
    for name in ("label_key_2", "label_key_exclude", "reason_1", "label_strip_undo"):
        made = strip.findChild(QPushButton, name)
        assert made is not None
        QTest.mouseClick(made, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not session.label_jobs.runner.running and not session.state.loading)
    assert [(v.label, v.excluded, v.undone) for v in project.verdicts] == [
        ("nodule", "", False),
        ("", "quality", False),
        ("", "", True),
    ]


def test_the_strip_tells_names_that_begin_alike_apart(qtbot: QtBot) -> None:
    strip = LabelStrip()
    qtbot.addWidget(strip)
    names = ("viral pneumonia with effusion on the left", "viral pneumonia with effusion on the right")
    strip.render_view(LabelView("P", "Ann", names, (1, 2), total=9))
    texts = [made.text() for made in strip.findChildren(QPushButton) if made.objectName().startswith("label_key_")]
    assert texts[0].split("  ")[1] != texts[1].split("  ")[1]
    strip.hide()
