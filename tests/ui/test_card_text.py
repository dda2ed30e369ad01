"""A model's card is read as a page, and loads nothing: packages come from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from medapp.imaging.phantom import PhantomCase, write_png
from medapp.ui.widgets.card_text import CardText


@pytest.fixture
def card(qtbot: QtBot) -> CardText:
    made = CardText("card", grows=True)
    qtbot.addWidget(made)
    made.resize(260, 100)
    made.show()
    return made


def test_headings_bold_words_and_tables_are_no_signs_any_more(card: CardText) -> None:
    card.render_card("# Chest\n\n**Research use only.**\n\n| class | images |\n|---|---|\n| ill | 12 |\n")
    shown = card.toPlainText()
    assert not {"#", "*", "|"} & set(shown)
    assert all(word in shown for word in ("Chest", "Research use only.", "images", "12"))


def test_no_picture_is_loaded_wherever_it_lies(card: CardText, tmp_path: Path) -> None:
    picture = write_png(tmp_path / "secret.png", PhantomCase(1, nodule=False, size=64))
    card.render_card(
        f"![a chart]({QUrl.fromLocalFile(str(picture)).toString()}) and ![another](http://192.0.2.1/x.png)\n"
    )
    assert card.toPlainText() == "[a chart] and [another]"
    there = QUrl.fromLocalFile(str(picture))
    assert card.document().resource(QTextDocument.ResourceType.ImageResource.value, there).width() == 1


def test_a_link_is_told_and_leads_nowhere(card: CardText) -> None:
    card.render_card("See [the paper](https://example.org/p) and <script>alert(1)</script>.\n")
    assert "the paper (https://example.org/p)" in card.toPlainText()
    assert "href" not in card.toHtml()


def test_a_card_in_the_panel_is_as_high_as_its_text(card: CardText) -> None:
    card.render_card("one line")
    low = card.height()
    card.render_card("\n\n".join(["a paragraph"] * 12))
    assert card.height() > 6 * low
