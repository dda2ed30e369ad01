"""Save result: the dialog, what may be saved, and what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medapp.imaging.study import Instance
from medapp.interop.outcome import FORMATS
from medapp.ui.answer_state import Answered, NoModel, Waiting
from medapp.ui.cell_state import Picture
from medapp.ui.commands import can_save
from medapp.ui.saving import Saving, of_stack, saved_words
from medapp.ui.session import Session
from medapp.ui.state import Page, State
from medapp.ui.widgets.save_result import FormChoice, SaveResult, SaveWish
from tests.ui.pictures_made import FACTS, picture_of, prediction_for, ramp_frame

ALL = tuple(FormChoice(name) for name in FORMATS)


@pytest.fixture
def dialog(qtbot: QtBot) -> SaveResult:
    made = SaveResult("The answer: PNEUMONIA", ALL)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    return made


def button(dialog: QWidget, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def box(dialog: QWidget, name: str) -> QCheckBox:
    found = dialog.findChild(QCheckBox, name)
    assert found is not None
    return found


def test_all_forms_are_chosen_and_identity_is_not(dialog: SaveResult) -> None:
    assert all(box(dialog, f"save_{name}").isChecked() for name in FORMATS)
    assert not box(dialog, "save_identity").isChecked()


def test_nothing_is_saved_without_a_folder_or_without_a_form(dialog: SaveResult) -> None:
    assert not button(dialog, "save_save").isEnabled()
    dialog.show_folder("/somewhere")
    assert button(dialog, "save_save").isEnabled()
    for name in FORMATS:
        box(dialog, f"save_{name}").setChecked(False)
    assert not button(dialog, "save_save").isEnabled()


def test_the_wish_says_forms_folder_and_identity(qtbot: QtBot, dialog: SaveResult) -> None:
    dialog.show_folder("/somewhere")
    box(dialog, "save_pdf").setChecked(False)
    box(dialog, "save_identity").setChecked(True)
    with qtbot.waitSignal(dialog.save_requested) as asked:
        button(dialog, "save_save").click()
    assert asked.args == [SaveWish(("sr", "sc", "csv", "json"), "/somewhere", with_identity=True)]


def test_a_picture_offers_no_dicom_and_says_why(qtbot: QtBot) -> None:
    dialog = SaveResult("x", tuple(FormChoice(name, possible=name not in {"sr", "sc"}) for name in FORMATS))
    qtbot.addWidget(dialog)
    assert not box(dialog, "save_sr").isEnabled()
    assert not box(dialog, "save_sc").isChecked()
    why = dialog.findChild(QLabel, "save_why_not")
    assert why is not None
    assert "no DICOM image" in why.text()


def shown(picture: Picture, state: State) -> State:
    return replace(state, page=Page.READING, picture=picture)


def test_only_an_answer_about_the_picture_on_screen_can_be_saved() -> None:
    picture, other = picture_of(ramp_frame()), picture_of(ramp_frame(seed=5))
    answered = Answered(FACTS, prediction_for(picture.identity))
    assert can_save(shown(picture, State(answer=answered)))
    assert can_save(shown(picture, State(answer=NoModel("CT"))))
    assert not can_save(shown(other, State(answer=answered)))
    assert not can_save(shown(picture, State(answer=Waiting(FACTS))))
    assert not can_save(State(page=Page.READING, answer=answered))


def test_the_answer_on_screen_is_written_in_the_background_and_told(
    qtbot: QtBot, session: Session, chest_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = session.services.readers.frame(str(chest_file))
    made = picture_of(frame)
    picture = replace(made, instance=Instance(str(chest_file), "dicom", *frame.shape))
    answer = Answered(FACTS, prediction_for(frame.identity))
    session.update(page=Page.READING, picture=picture, answer=answer)
    window = QWidget()
    qtbot.addWidget(window)
    saving = Saving(window, session)
    saving.show()
    dialog = window.findChild(SaveResult)
    assert dialog is not None
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "ö"))
    button(dialog, "save_choose").click()
    session.update(picture=None)  # what is saved is what was there when the dialog was opened
    button(dialog, "save_save").click()
    qtbot.waitUntil(lambda: bool(session.state.notice), timeout=20_000)
    assert "5 files saved" in session.state.notice
    (row,) = json.loads((tmp_path / "ö" / "results.json").read_text(encoding="utf-8"))["results"]
    assert (row["image"], row["label"], row["identity"]) == (frame.identity, "PNEUMONIA", None)


def test_nothing_opens_where_there_is_no_answer(qtbot: QtBot, session: Session) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    Saving(window, session).show()
    assert window.findChild(SaveResult) is None


def test_what_could_not_be_made_is_told_once_for_each_reason(tmp_path: Path) -> None:
    from medapp.interop.rows import Refused, Row
    from medapp.workflows.sending import Sent

    why = "It is no DICOM image."
    row = Row({}, ("a.pdf",), (Refused("sr", "send.not_dicom", why), Refused("sc", "send.not_dicom", why)))
    told = saved_words(Sent(tmp_path, (tmp_path / "a.pdf",), (row,)))
    assert told.count(why) == 1
    assert "SR, SC" in told


def test_of_a_stack_the_answer_about_one_image_is_saved_and_that_is_said(qtbot: QtBot) -> None:
    made = picture_of(ramp_frame(), index=4)
    several = replace(made.series, instances=tuple(replace(made.instance, source=f"/{n}") for n in range(40)))
    assert "image 5 of 40" in of_stack(replace(made, series=several))
    assert of_stack(made) == ""
    dialog = SaveResult("x", ALL, note="of one image")
    qtbot.addWidget(dialog)
    note = dialog.findChild(QLabel, "save_note")
    assert note is not None
    assert note.text() == "of one image"
