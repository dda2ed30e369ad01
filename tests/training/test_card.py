"""The model card: what a person reads before using a model."""

from __future__ import annotations

from typing import Any

from medapp.classify.contents import Metadata
from medapp.classify.scope import Scope
from medapp.i18n import tr
from medapp.training.reporting.card import write_card
from medapp.training.reporting.report_page.card import as_html
from medapp.training.reporting.report_page.numbers import area, share
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import full_report, labels_report, report

MASKED = {"whole": 0.9, "body_masked": 0.52, "frame_masked": 0.88}


def card(told: dict[str, Any], about: str = "", name: str = "Ill or not") -> str:
    classes = tuple(told["cases"]["classes"])
    metadata = Metadata("ill", name, "1", "mobilenet_v2", "classifier", classes, "2026-05-04T03:02:01Z")
    return write_card(metadata, Scope(modalities=("CR",), text="chest, frontal"), told, about)


def test_the_card_says_what_it_is_for_and_what_it_proved() -> None:
    whole = full_report()
    text = card(whole, about="From **two** hospitals.")
    for part in (
        "Research use only",
        "chest, frontal",
        "Alarm class: ill, from a probability of 0.400 on.",
        "From **two** hospitals.",
        whole["sealed"]["in_people"],
        area(whole["sealed"]["auc"]),
        f"{share(whole['sealed']['at_prevalence']['ppv'])} | 234 |",
        "The size of the picture tells.",
    ):
        assert part in text, part


def test_unknown_patients_are_the_first_limit() -> None:
    told = report()
    told["cases"] |= {"patients_known": False}
    limits = card(told).split(f"## {tr('card.title.limits')}")[1]
    assert limits.strip().startswith(f"* {tr('check.optimistic')}")


def test_each_label_has_its_level_and_figures() -> None:
    whole = labels_report()
    text = card(whole)
    assert "Alarm class: nodule, from a probability of 0.400 on." in text
    first = whole["sealed"]["by_label"][0]
    shares = [share(first[name]) for name in ("sensitivity", "specificity")]
    assert f"| {' | '.join(['nodule', area(first['auc']), *shares, str(first['positive'])])} |" in text
    assert "several may be true at once" in text


def test_a_test_without_cases_proves_nothing() -> None:
    assert tr("check.proves.nothing") in card(report(sealed=None))


def test_no_name_of_a_class_breaks_a_table() -> None:
    told = report()
    told["cases"]["classes"] = {"a|b\n# c": 3, "ill": 4}
    for side in ("development", "sealed"):
        told["cases"]["split"][side] = {"a|b\n# c": 1, "ill": 2}
    page = Page(as_html(card(told)))
    assert page.faults == []
    assert "a\u00a6b # c 3 1 1" in page.text


def test_what_was_done_about_a_finding_stands_with_the_finding() -> None:
    decided = {"text": "Border masked (6 % at each edge)", "about": "The border tells.", "code": "mask_border"}
    assert "* Border masked (6 % at each edge). The border tells." in card(report() | {"remedies": [decided]})
    assert tr("card.title.decided") not in card(report() | {"remedies": []})


def test_what_is_left_when_the_body_is_hidden_is_told() -> None:
    figures = {name: {"value": v, "low": v - 0.1, "high": v + 0.05, "n": 400} for name, v in MASKED.items()}
    told = card(report() | {"shortcuts": {**figures, "n": 400}})
    assert f"with the body masked {area(figures['body_masked'])}" in told
    assert "with the body masked" not in card(report() | {"shortcuts": None})
