from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from medapp import schemas
from medapp.i18n import catalogue, speak, tr
from medapp.training.reporting.report_page.beside import Beside
from medapp.training.reporting.report_page.page import report_page
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import (
    EVIL,
    beside,
    comparison,
    full_report,
    labels_report,
    report,
    two_answers,
)

PAGES: dict[str, tuple[dict[str, Any], Beside]] = {
    "full": (full_report(), beside()),
    "alone": (report(), Beside()),
    "no test": (report(sealed=None, openings=0), Beside()),
    "patients unknown": (full_report() | {"cases": full_report()["cases"] | {"patients_known": False}}, beside()),
    "labels": (labels_report(), beside(answers=(), mistakes=())),
    "compared": (full_report(), beside(comparison=comparison())),
    "without curve": (report(curve=[], learning_curve=None, against_instant=None), beside(answers=(), mistakes=())),
}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(report_page(*PAGES[request.param]))


def test_the_trial_report_is_one_that_a_training_may_write() -> None:
    schemas.check("report", full_report())
    schemas.check("report", labels_report())


def test_every_tag_is_closed(page: Page) -> None:
    assert page.faults == []


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Page) -> None:
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "form", "use"}
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("src", "data:").startswith("data:image/png;base64,") or "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    (policy,) = (m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_every_picture_and_drawing_is_told_in_words(page: Page) -> None:
    assert all(picture["alt"].strip() for picture in page.all("img"))
    assert all(drawing["role"] == "img" and drawing["aria-label"].strip() for drawing in page.all("svg"))


def test_every_column_and_row_of_a_table_has_its_heading(page: Page) -> None:
    assert {heading["scope"] for heading in page.all("th")} <= {"col", "row"}
    assert len(page.all("table")) == len(page.all("caption")) == len(page.all("thead"))


def test_every_link_leads_to_a_section_of_the_page(page: Page) -> None:
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    assert {link["href"][1:] for link in page.all("a")} <= set(names)


def test_every_text_has_its_words(page: Page) -> None:
    assert not re.search(r"\breport\.(?!json|html)[a-z_]+", page.text)
    assert "{" not in page.text


def test_the_language_and_the_statement_stand_on_it(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert "Research use only" in page.text


def test_names_and_texts_of_the_report_are_text_on_the_page() -> None:
    evil = report()
    evil["cases"]["classes"] = {EVIL: 5, "ill": 4}
    for side in ("sealed", "development", "left_out"):
        evil["cases"]["split"][side] = {EVIL: 1, "ill": 2}
    evil["sealed"]["confusion"]["classes"] = [EVIL, "ill"]
    evil["sealed"]["notes"] = [EVIL]
    evil["cases"]["findings"][0]["text"] = EVIL
    html = report_page(
        evil, beside(card=EVIL, question={"pictures": EVIL, "people": EVIL, "find": EVIL, "other": EVIL})
    )
    page = Page(html)
    assert page.faults == []
    assert not page.all("script")
    assert '<script>alert("x")</script>' in page.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", html)
    html.encode("utf-8")


def test_a_name_with_half_a_surrogate_pair_can_be_written() -> None:
    html = report_page(report(), beside(model={"name": "a\ud800b"}))
    assert "a\ufffdb" in html
    html.encode("utf-8")


def test_names_of_files_never_stand_on_the_page() -> None:
    assert "secret-name" not in report_page(full_report(), beside())


def test_every_figure_with_a_comma_or_percent_comes_from_the_report() -> None:
    whole = full_report()
    changed = json.loads(json.dumps(whole))
    changed["sealed"]["auc"] = {"value": 0.7123, "low": 0.6011, "high": 0.8022, "n": 234}
    before, after = (Page(report_page(one, beside())).text for one in (whole, changed))
    assert "0.71 (0.60–0.80)" in after
    assert "0.71 (0.60–0.80)" not in before
    value = whole["sealed"]["auc"]
    # wherever the page told the area before, it tells the other one now
    assert f"{value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f})" not in after


def test_numbers_of_the_test_are_the_reports_own() -> None:
    """A number on the top part of the page is one of the report, of its intervals or of the words around it."""
    whole = full_report()
    text = Page(report_page(whole, beside())).text
    figures = text[text.index(tr("report.figures_caption")) : text.index(tr("report.chart.roc"))]
    known = {f"{scale * x:.{d}f}" for x in numbers_in(whole) for scale in (1, 100) for d in range(4)}
    words = {"95", "1", "0", "0.33"}
    told = {n.rstrip(".") for n in re.findall(r"\d+(?:\.\d+)?", figures)}
    assert told <= known | words | {f"{x}" for x in range(0, 101, 20)}, told - known


def numbers_in(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in numbers_in(one)]
    if isinstance(value, list):
        return [number for one in value for number in numbers_in(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_the_headline_is_told_in_people_with_what_an_alarm_is_worth() -> None:
    whole = full_report()
    text = Page(report_page(whole, beside())).text
    assert whole["sealed"]["in_people"] in text
    assert "Where 5 in 100 have it, 1 alarm in 3 is real." in text


def test_what_a_probability_means_at_the_prevalence_asked_for_stands_in_a_table() -> None:
    text = Page(report_page(full_report(), beside())).text
    assert "told means where 5 in 100 have it 10 % 1 % 50 % 10 % 90 % 49 %" in text


def test_warnings_stand_before_the_figures() -> None:
    text = Page(report_page(full_report(), beside())).text
    for warning in ("The size of the picture tells.", "because: all come from one scanner", "was opened 2 times"):
        assert text.index(warning) < text.index(tr("report.figures_caption"))


def test_unknown_patients_are_told_first() -> None:
    whole, known = PAGES["patients unknown"]
    text = Page(report_page(whole, known)).text
    assert text.index(tr("check.optimistic")) < text.index("The size of the picture tells.")


def test_a_report_without_optional_keys_has_no_empty_section() -> None:
    headings = [heading["id"] for heading in Page(report_page(report(), Beside())).all("h2")]
    assert "groups" not in headings
    assert "mistakes" not in headings
    assert "question" not in headings
    assert {"in-short", "cases", "sealed", "training", "checklists"} <= set(headings)


def test_the_pictures_of_mistakes_are_inside_the_page() -> None:
    known = beside()
    sources = [picture["src"] for picture in Page(report_page(full_report(), known)).all("img")]
    assert [base64.b64decode(s.split(",")[1]) for s in sources] == [m.picture for m in known.mistakes]


def test_without_pictures_the_mistakes_are_counted_all_the_same() -> None:
    page = Page(report_page(full_report(), beside(mistakes=())))
    assert not page.all("img")
    answers = two_answers()
    answered = ~answers.refused
    wrong = int((answers.given() != answers.truth)[answered].sum())
    assert f"{wrong} of {int(answered.sum())} answered cases were answered wrongly." in page.text


def test_the_spread_over_parts_and_divisions_stands_beside_the_interval() -> None:
    whole = full_report()
    whole["validation"] |= {"spread": 0.0141, "divisions": [0.911, 0.92], "divisions_spread": 0.0064}
    text = Page(report_page(whole)).text
    assert "0.900, 0.920 (standard deviation 0.014)" in text
    assert "0.911, 0.920 (standard deviation 0.0064)" in text


def test_every_setting_of_the_recipe_stands_on_the_page_also_one_without_words() -> None:
    whole = report()
    text = Page(report_page(whole)).text
    for name in whole["training"]["config"]:
        assert name in text or name.replace("_", " ") in text
    assert "a setting of tomorrow 5" in text


def test_a_measurement_on_other_cases_is_a_page_too() -> None:
    whole = full_report()
    measured = {
        name: whole[name] for name in ("research_use", "created", "cases", "alarm_class", "threshold", "sealed")
    }
    page = Page(
        report_page(measured | {"warnings": [{"code": "x", "text": "The model has learned from 3."}]}, beside())
    )
    assert page.faults == []
    assert "Report of a measurement" in page.text
    assert "The model has learned from 3." in page.text
    assert "training" not in [heading["id"] for heading in page.all("h2")]


def test_many_classes_have_what_is_found_of_each() -> None:
    rng = np.random.default_rng(0)
    answers = two_answers()
    p = rng.dirichlet([1, 1, 1], len(answers.truth))
    many = replace(
        answers, classes=("a", "b", "c"), probabilities=p, truth=answers.truth * 2, alarm_class=None, threshold=None
    )
    page = Page(report_page(report(many), beside(answers=(), mistakes=())))
    assert page.faults == []
    assert tr("report.found_caption") in page.text
    assert tr("report.rule_highest") in page.text


def test_many_classes_are_numbered_in_the_matrix() -> None:
    whole = report()
    names = [f"class {letter}" for letter in "abcdef"]
    whole["sealed"]["confusion"] = {"classes": names, "matrix": np.eye(6, dtype=int).tolist()}
    text = Page(report_page(whole)).text
    assert "truth 1. 2. 3. 4. 5. 6." in text
    assert "6. class f 0 0 0 0 0 1" in text
    assert "called class" not in text


@pytest.mark.parametrize("word", ["auc", "sealed", "interval"])
def test_terms_of_the_trade_are_explained(word: str) -> None:
    assert catalogue()[f"report.glossary.text.{word}"] in Page(report_page(report())).text


def test_each_label_has_its_own_figures_level_and_curve() -> None:
    whole = labels_report()
    page = Page(report_page(whole, beside(answers=(), mistakes=())))
    for one in whole["sealed"]["by_label"][:2]:
        assert f"{one['label']} {100 * one['threshold']:.1f} %" in page.text
        assert f"{one['label']} {one['positive']} {one['negative']} {one['unknown']}" in page.text
    assert tr("report.confusion") not in page.text
    assert tr("report.rule_labels") in page.text
    assert "fracture" in page.text


def test_images_with_several_labels_are_counted_once_in_the_flow() -> None:
    (flow,) = [d for d in Page(report_page(labels_report())).all("svg") if d["aria-label"].startswith("Flow")]
    for told in ("For learning: 601 images", "Sealed test: 150 images", "copies: 5", "labels contradict: 4"):
        assert told in flow["aria-label"]
    assert "given test" not in flow["aria-label"]
    assert "rows of the table without a file: 2" in flow["aria-label"]


def test_a_comparison_tells_its_verdict_and_no_name_of_a_case() -> None:
    told = comparison()
    html = report_page(full_report(), beside(comparison=told))
    text = Page(html).text
    for sentence in (*told["result"]["text"], "A warning.", "The champion 1", "The challenger 1"):
        assert sentence in text
    assert "secret-name" not in html


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ({"by": "random"}, "a sealed test of 20 % by a keyed hash"),
        ({"by": "given", "given": True}, "given by the folders"),
        ({"by": "site", "sites": ["Ulm"]}, "Whole sites were sealed for the test before the training: Ulm."),
        ({"by": "date", "since": "2024-03"}, "those since 2024-03."),
    ],
)
def test_how_the_test_was_split_off_is_told_as_it_was(split: dict[str, Any], told: str) -> None:
    whole = report()
    whole["cases"]["split"] |= split
    text = Page(report_page(whole)).text
    assert text.count(told) == 3  # the methods and both checklists


def test_in_chinese_the_page_is_chinese() -> None:
    speak("zh_CN")
    html = report_page(full_report(), beside(comparison=comparison()))
    assert Page(html).all("html") == [{"lang": "zh-CN"}]
    headings = re.findall(r"<(?:h\d|caption|th|figcaption)[^>]*>([^<]+)<", html)
    assert len(headings) > 40
    english = {text for text in headings if re.search("[a-z]{4}", text) and not re.search("[\u4e00-\u9fff]", text)}
    assert english <= {"healthy", "ill", "a setting of tomorrow", "Cases", "class"}  # of the trial's report and card
