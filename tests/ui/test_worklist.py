"""The worklist's rows, table, strip chart and verdicts, without an engine."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medapp.classify.prediction import ModelKey
from medapp.errors import MedappError
from medapp.jobs import Progress
from medapp.storage.opinions import Opinion, Said
from medapp.ui.seen_answers import SeenAnswers
from medapp.ui.session import Session
from medapp.ui.theme import CLASS_COLOURS
from medapp.ui.widgets.opinion_bar import OpinionBar
from medapp.ui.widgets.strip_chart import StripChart
from medapp.ui.widgets.worklist_panel import WorklistPanel
from medapp.ui.widgets.worklist_table import WorklistTable
from medapp.ui.worklist_rows import BY_SCORE, BY_STATE, WorklistRows
from medapp.ui.worklist_view import ANSWERED, FAILED, REFUSED, WAITING, StackView, WorklistView
from medapp.workflows.batches import Wanted
from medapp.workflows.worklist import Entry, Stage, Standing
from medapp.workflows.worklist_file import Note, read_note, write_note, write_table

MODEL = ModelKey("trial", "1.0", "m" * 64)


def entry(number: int, images: int = 1) -> Entry:
    wanted = tuple(Wanted(f"/patients/Meier/{number}.png", index) for index in range(images))
    return Entry(f"picture {number}", wanted, f"/patients/Meier/{number}.png", 0, "PICTURE")


def answered(score: float, identity: str = "a", **changes: object) -> Standing:
    standing = Standing(Stage.ANSWERED, score, "NODULE", "NODULE", 1, identity=identity, model=MODEL, answered=1)
    return replace(standing, **changes)  # type: ignore[arg-type]


@pytest.fixture
def rows() -> WorklistRows:
    made = WorklistRows()
    made.replace(tuple(entry(number) for number in range(5)))
    made.take(
        {
            entry(0).key: answered(0.2, "zero"),
            entry(1).key: answered(0.9, "one"),
            entry(3).key: Standing(Stage.REFUSED, reason="Not like the training data.", model=MODEL),
            entry(4).key: answered(0.5, "four", is_current=False),
        }
    )
    return made


def names(rows: WorklistRows) -> list[str]:
    return [rows.view(place).name for place in range(len(rows))]


def test_rows_are_sorted_by_score_and_those_without_one_come_last(rows: WorklistRows) -> None:
    rows.sort(BY_SCORE, descending=True)
    assert names(rows) == ["picture 1", "picture 4", "picture 0", "picture 2", "picture 3"]
    rows.sort(BY_SCORE, descending=False)
    assert names(rows) == ["picture 0", "picture 4", "picture 1", "picture 2", "picture 3"]


def test_rows_are_sorted_by_state(rows: WorklistRows) -> None:
    rows.sort(BY_STATE, descending=False)
    assert names(rows) == ["picture 2", "picture 0", "picture 1", "picture 4", "picture 3"]


def test_the_row_of_the_image_on_screen_is_found_wherever_it_is_sorted_to(rows: WorklistRows) -> None:
    rows.sort(BY_SCORE, descending=True)
    assert rows.place_of(entry(0).series, 0, entry(0).key) == 2
    assert rows.place_of("elsewhere", 0, Wanted("elsewhere", 0)) == -1


def test_a_stack_is_found_by_any_of_its_images() -> None:
    rows = WorklistRows()
    rows.replace((entry(0), entry(1, images=40)))
    assert rows.place_of(entry(1).series, 17, Wanted(entry(1).series, 17)) == 1
    rows.take({entry(1).key: Standing(answered=16)})
    assert rows.view(1).state == "16 of 40 images"


def test_in_a_folder_with_a_picture_of_several_pages_each_picture_has_its_own_row() -> None:
    rows, folder = WorklistRows(), "/patients/Meier/0.png"
    pages = replace(entry(1, images=3), series=folder, first=1)
    made = (replace(entry(0), series=folder), pages, replace(entry(2), series=folder, first=4))
    rows.replace(made)
    images = [image for one in made for image in one.images]
    assert [rows.place_of(folder, index, image) for index, image in enumerate(images)] == [0, 1, 1, 1, 2]
    assert rows.place_of(folder, 0, images[4]) == -1, "the folder has grown since it was listed"


def test_a_score_names_its_class_in_its_colour_and_that_of_a_stack_its_rule(rows: WorklistRows) -> None:
    normal = answered(0.089, label="NORMAL")
    rows.take({entry(0).key: normal, entry(1).key: replace(normal, how="mean")})
    shown = rows.view(0)
    assert (shown.score, shown.answer) == ("NODULE 8.9 %", "NORMAL")
    assert shown.colour == CLASS_COLOURS[1]
    assert rows.view(1).score == "NODULE: mean 8.9 %"


def test_of_a_stack_no_image_or_every_one_may_be_above_the_level(rows: WorklistRows) -> None:
    none, every = (replace(answered(share), how="share_above") for share in (0.0, 1.0))
    rows.take({entry(0).key: none, entry(1).key: every})
    assert (rows.view(0).score, rows.view(1).score) == ("NODULE: 0 % of images", "NODULE: 100 % of images")


def test_an_older_models_answer_is_told_as_one(rows: WorklistRows) -> None:
    shown = rows.view(4)
    assert (shown.state, shown.tone) == ("answered, by an older model", "dim")
    assert "1.0" in shown.hint
    assert rows.older == 1


def test_a_refusal_says_why_and_has_no_score(rows: WorklistRows) -> None:
    shown = rows.view(3)
    assert (shown.score, shown.share, shown.tone, shown.hint) == ("", None, "attention", "Not like the training data.")


def test_what_is_known_of_rows_stays_while_the_folder_grows(rows: WorklistRows) -> None:
    rows.replace((entry(9), *(entry(number) for number in range(5))))
    assert rows.counts() == {"waiting": 2, "answered": 3, "refused": 1}
    assert rows.view(2).score == "NODULE 90 %"


def test_a_verdict_stands_beside_the_answer_that_it_is_about(rows: WorklistRows) -> None:
    said = Opinion("one", MODEL.manifest_hash, Said.DISAGREE, ai_visible=True)
    other = Opinion("zero", "another model", Said.AGREE, ai_visible=True)
    rows.take_opinions({(one.identity, one.manifest_hash): one for one in (said, other)})
    assert [rows.view(place).opinion for place in range(2)] == ["", "disagree"]


def test_sixty_thousand_rows_are_counted_sorted_and_drawn_at_a_glance(qtbot: QtBot) -> None:
    rows = WorklistRows()
    entries = tuple(entry(number) for number in range(60_000))
    rows.replace(entries)
    rows.take({one.key: answered(number % 997 / 997) for number, one in enumerate(entries)})
    table = WorklistTable()
    qtbot.addWidget(table)
    table.resize(800, 400)
    table.show()
    asked = []

    def view(place: int) -> object:
        asked.append(place)
        return rows.view(place)

    begin = time.process_time()
    rows.sort(BY_SCORE, descending=True)
    rows.counts()
    table.rows.render(len(rows), view)  # type: ignore[arg-type]
    table.grab()
    assert time.process_time() - begin < 0.5, "far more than a glance: all rows were made"
    assert len(set(asked)) < 60, "only what is on screen is made"


def test_a_press_on_a_row_asks_for_it_and_a_press_on_a_head_sorts(qtbot: QtBot, rows: WorklistRows) -> None:
    table = WorklistTable()
    qtbot.addWidget(table)
    table.resize(800, 300)
    table.show()
    table.rows.render(len(rows), rows.view)
    with qtbot.waitSignal(table.row_requested) as asked:
        at = table.visualRect(table.rows.index(2, 1)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked.args == [2]
    header, sorts = table.horizontalHeader(), []
    table.sort_requested.connect(lambda column, descending: sorts.append((column, descending)))
    for column in (2, 2, 0, 4):
        at = QPoint(header.sectionViewportPosition(column) + 10, 8)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert sorts == [(2, True), (2, False), (0, False), (0, False)]


def test_an_answer_that_was_read_in_the_worklist_counts_as_seen(session: Session) -> None:
    seen = SeenAnswers(session)
    session.update(worklist=WorklistView(shown=False, judged="behind a closed panel"))
    session.update(worklist=WorklistView(shown=True, judged="read"))
    assert seen.has("read")
    assert not seen.has("behind a closed panel")


def stack(count: int = 10) -> StackView:
    scores = np.linspace(0.05, 0.95, count)
    states = np.full(count, ANSWERED, np.uint8)
    states[[1, 2, 3]] = REFUSED, FAILED, WAITING
    return StackView("s", scores, states, 0.5, "#e69f00", "7 of 10 images answered")


@pytest.fixture
def strip(qtbot: QtBot) -> StripChart:
    made = StripChart()
    qtbot.addWidget(made)
    made.resize(416, 90)
    return made


def colour_at(strip: StripChart, index: int, y: int) -> str:
    area = strip.bars.bar(index)
    return strip.bars.grab().toImage().pixelColor(int(area.center().x()), y).name()


def test_bars_tell_alarms_refusals_and_what_waits_apart(strip: StripChart) -> None:
    strip.render_view(stack(), 5)
    foot = strip.bars.height() - 4
    below = colour_at(strip, 0, strip.bars.height() - 1)
    assert colour_at(strip, 9, foot) == "#e69f00"
    assert below not in {"#e69f00", colour_at(strip, 3, strip.bars.height() - 1)}, "fainter, of the same colour"
    assert colour_at(strip, 1, foot) not in {below, "#e69f00"}
    assert len({colour_at(strip, index, foot) for index in (1, 2, 3)}) == 3


def test_a_press_on_a_bar_asks_for_its_image_and_so_does_drawing_along(qtbot: QtBot, strip: StripChart) -> None:
    strip.render_view(stack(), 0)
    strip.show()
    asked: list[int] = []
    strip.index_requested.connect(asked.append)
    QTest.mouseClick(strip.bars, Qt.MouseButton.LeftButton, pos=strip.bars.bar(7).center().toPoint())
    QTest.mouseClick(strip.bars, Qt.MouseButton.LeftButton, pos=QPoint(strip.bars.width() - 2, 20))
    assert asked == [7, 9], "the bars fill the width"


def test_a_stack_of_thousands_shows_its_highest_score_however_narrow(strip: StripChart) -> None:
    scores = np.full(3000, 0.01)
    scores[1234] = 0.99
    view = replace(stack(), scores=scores, states=np.full(3000, ANSWERED, np.uint8))
    strip.render_view(view, -1)
    x = QPointF(strip.bars.bar(1234).topLeft()).x()
    image = strip.bars.grab().toImage()
    assert "#e69f00" in {image.pixelColor(int(x) + step, 20).name() for step in (0, 1)}


def test_the_strip_is_gone_where_no_stack_is_asked_about(strip: StripChart) -> None:
    strip.render_view(stack(), 0)
    strip.render_view(None, -1)
    assert strip.isHidden()


def test_a_verdict_is_emitted_and_shown(qtbot: QtBot) -> None:
    bar = OpinionBar("bar")
    qtbot.addWidget(bar)
    unsure = bar.findChild(QPushButton, "opinion_unsure")
    assert unsure is not None
    with qtbot.waitSignal(bar.said) as said:
        unsure.click()
    assert said.args == ["unsure"]
    bar.render_said("agree", enabled=False)
    assert not unsure.isChecked()
    assert not unsure.isEnabled()


@pytest.mark.parametrize(
    ("view", "visible"),
    [
        (WorklistView(shown=True, rows=3, counts={"waiting": 3}), "worklist_start"),
        (WorklistView(shown=True, rows=3, running=True, progress=Progress(1, 3, "", 65.0)), "worklist_stop"),
        (WorklistView(shown=True, unfinished=7), "worklist_go_on"),
    ],
)
def test_there_is_one_thing_to_press(qtbot: QtBot, view: WorklistView, visible: str) -> None:
    panel = WorklistPanel()
    qtbot.addWidget(panel)
    panel.render_view(view, judged_here=True)
    three = ("worklist_start", "worklist_stop", "worklist_go_on")
    shown = [n for n in three if not panel.findChild(QPushButton, n).isHidden()]  # type: ignore[union-attr]
    assert shown == [visible]


def test_the_note_of_a_worklist_comes_back_and_damage_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "worklist.json"
    assert read_note(path) == Note()
    note = Note((Path("/scans/ä"),), 12)
    write_note(path, note)
    assert read_note(path) == note
    path.write_text('{"schema_version": 1, "paths": 3}', encoding="utf-8")
    assert read_note(path) == Note()


@pytest.mark.parametrize("named", [False, True])
def test_the_table_names_files_only_where_that_is_asked_for(tmp_path: Path, named: bool) -> None:
    said = Opinion("zero", MODEL.manifest_hash, Said.AGREE, ai_visible=True)
    row = answered(0.25, "zero", label="=cmd()")
    write_table(tmp_path / "liste ü.csv", [(entry(0), row), (entry(1), Standing())], [said, None], named=named)
    text = (tmp_path / "liste ü.csv").read_text(encoding="utf-8-sig")
    assert ("Meier" in text) is named
    assert "0.2500,'=cmd()" in text, "no spreadsheet takes a label for a formula"
    assert "agree,yes,zero" in text


def test_a_table_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("", encoding="utf-8")
    with pytest.raises(MedappError) as caught:
        write_table(tmp_path / "no folder" / "x.csv", [], [], named=False)
    assert caught.value.code == "worklist.write"


def test_a_copy_for_a_worker_stays_as_the_rows_were(rows: WorklistRows) -> None:
    before = rows.copied()
    rows.take({entry(2).key: answered(0.99)})
    rows.take_opinions({("one", MODEL.manifest_hash): Opinion("one", MODEL.manifest_hash, Said.AGREE, ai_visible=True)})
    rows.sort(BY_SCORE, descending=True)
    assert names(before) == [f"picture {number}" for number in range(5)]
    assert before.view(2).state == "waiting"
    assert before.view(1).opinion == ""


def test_rows_wait_again_when_the_models_change_until_it_is_told_who_said_what(rows: WorklistRows) -> None:
    rows.forget()
    assert rows.counts() == {"waiting": 5}
    assert [rows.view(place).score for place in range(5)] == [""] * 5
