from __future__ import annotations

from pathlib import Path

import pytest

from medapp.training.reporting.report_page.answers import read_answers
from medapp.training.reporting.report_page.beside import CaseAnswer
from medapp.training.reporting.report_page.card import as_html
from medapp.training.reporting.report_page.checklists import answer, items_of
from medapp.training.reporting.report_page.facts import FACTS, facts_of
from medapp.training.reporting.report_page.markup import Markup, element, table
from medapp.training.reporting.report_page.mistakes import worst
from medapp.training.reporting.report_page.numbers import (
    area,
    certain,
    counted_share,
    of_100,
    plain,
    seconds,
    share,
    signed,
    significant,
    written,
)
from medapp.training.reporting.report_page.page import report_page
from medapp.training.reporting.report_page.plot import Plot, ticks
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import beside, full_report, report


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ({"value": 0.884, "low": 0.771, "high": 0.951}, "88 % (77–95)"),
        ({"value": 0.9824, "low": 0.9700, "high": 0.9893}, "98.2 % (97.0–98.9)"),
        ({"value": 1.0, "low": 0.63, "high": 1.0}, "100 % (63–100)"),
        ({"value": 0.5, "low": None, "high": None}, "50 %"),
        (None, "–"),
    ],
)
def test_a_share_has_the_digits_that_its_interval_bears(figure: dict[str, float] | None, told: str) -> None:
    assert share(figure) == told


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ({"value": 0.9131, "low": 0.8511, "high": 0.9522}, "0.91 (0.85–0.95)"),
        ({"value": 0.9987, "low": 0.9971, "high": 0.9994}, "0.999 (0.997–0.999)"),
        ({"value": 0.99961, "low": 0.99, "high": 0.99997}, "0.9996 (0.990–0.99997)"),
        ({"value": 1.0, "low": 0.98, "high": 1.0}, "1.000 (0.980–1.000)"),
    ],
)
def test_an_area_below_one_is_never_told_as_one(figure: dict[str, float], told: str) -> None:
    assert area(figure) == told


def test_a_figure_with_a_sign_has_two_significant_digits() -> None:
    assert signed({"value": -0.1234, "low": -0.4099, "high": 0.1678}) == "−0.12 (−0.41 to 0.17)"
    assert signed({"value": 1e-6, "low": 0.0, "high": 0.0042}) == "<0.001 (0 to 0.0042)"
    assert [significant(x) for x in (0.0, 1.13, 123.4, 0.00456)] == ["0", "1.1", "123", "0.0046"]


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ({"value": 0.0, "low": 0.0, "high": 0.161, "n": 20}, "0 of 20 (0–16 %)"),
        ({"value": 0.777778, "low": 0.452589, "high": 0.960515, "n": 9}, "7 of 9 (45–96 %)"),
        ({"value": 0.989524, "low": 0.987112, "high": 0.991488, "n": 8400}, "8312 of 8400 (98.7–99.1 %)"),
        ({"value": 0.5, "low": 0.2, "high": 0.8, "n": 3}, "50 % (20–80)"),
        ({"value": 0.5, "low": None, "high": None, "n": 2}, "50 %"),
        ({"value": None}, "–"),
    ],
)
def test_a_share_of_cases_is_told_in_cases_where_it_counts_any(figure: dict[str, float], told: str) -> None:
    assert counted_share(figure) == told


def test_places_that_are_fixed_keep_the_zero_and_have_a_real_minus_sign() -> None:
    assert [written(x, 2) for x in (0.641, -1.0, -0.004)] == ["0.64", "−1.00", "0.00"]


def test_a_probability_is_never_told_as_certain() -> None:
    assert [certain(p) for p in (0.5, 0.987, 0.9942, 0.99999, 1.0, 0.004, 0.00001)] == [
        "50", "99", "99.4", ">99.9", "100.0", "0.4", "<0.1",
    ]  # fmt: skip


def test_so_many_in_100_are_whole_unless_they_are_few_and_broken() -> None:
    assert [of_100(x) for x in (0.05, 0.005, 0.333, 0.07, 1.0)] == ["5", "0.5", "33", "7", "100"]


def test_times_are_told_in_a_persons_unit() -> None:
    assert [seconds(x) for x in (0.5, 65, 600, 9000)] == ["0.50 s", "65 s", "10 min", "2.5 h"]


def test_settings_are_told_without_powers_of_ten() -> None:
    told = [plain(x) for x in (5.9e-05, 0.001, 250.0, True, None, [0.1, 2], {"low": 0.5})]
    assert told == ["0.000059", "0.001", "250", "yes", "–", "0.1, 2", "low 0.5"]


def test_an_element_escapes_all_but_markup() -> None:
    assert element("p", "a<b", Markup("<br>"), title='"') == '<p title="&quot;">a&lt;b<br></p>'
    assert table("nothing", ["a"], []) == ""


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.0007), (1, 11), (-0.05, 0.35), (0, 5000), (0.93, 1.0)])
def test_an_axis_has_a_few_round_values_within_its_ends(low: float, high: float) -> None:
    values = ticks(low, high)
    assert 2 <= len(values) <= 6
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)


def test_what_lies_beyond_the_axes_is_drawn_on_them() -> None:
    plot = Plot()
    assert plot.x(7) == plot.x(1)
    assert plot.y(-3) == plot.y(0)


def test_claim_has_44_items_in_their_order() -> None:
    assert [item.number for item in items_of("claim_2024")] == [str(n) for n in range(1, 45)]


def test_tripod_ai_has_27_items_with_52_parts() -> None:
    numbers = [item.number for item in items_of("tripod_ai")]
    assert len(numbers) == len(set(numbers)) == 52
    assert sorted({int(number.rstrip("abcdefg")) for number in numbers}) == list(range(1, 28))


@pytest.mark.parametrize("name", ["claim_2024", "tripod_ai"])
def test_every_item_asks_for_facts_that_there_are_and_sections_of_the_page(name: str) -> None:
    sections = {heading["id"] for heading in Page(report_page(full_report(), beside())).all("h2")}
    for item in items_of(name):
        assert set(item.facts) <= FACTS.keys(), item.number
        assert item.where in sections | {""}, item.number


def test_an_item_whose_first_fact_is_unknown_is_not_stated() -> None:
    items = {item.number: item for item in items_of("claim_2024")}
    known, unknown = facts_of(full_report(), beside()), facts_of(report(), beside(question={}, scope={}))
    assert answer(items["16"], known) == "two readers in consensus"
    assert answer(items["16"], unknown) == ""
    assert answer(items["44"], known) == ""


def test_facts_hold_the_reports_own_numbers() -> None:
    facts = facts_of(full_report(), beside())
    assert "20 %" in facts["partition"]
    assert "Seed 17." in facts["training"]
    assert "777 steps" in facts["training"]
    assert "patients: 601" in facts["counts"]


def given(name: str, truth: str, p: float, *, refused: bool = False) -> CaseAnswer:
    answered = "ill" if p >= 0.5 else "healthy"
    return CaseAnswer(name, truth, answered, refused, {"ill": p, "healthy": 1 - p})


def test_the_worst_mistakes_are_the_most_certain_of_either_kind() -> None:
    alarms = [given(f"a{k}", "healthy", 0.5 + k / 50) for k in range(20)]
    misses = [given(f"m{k}", "ill", 0.49 - k / 50) for k in range(20)]
    chosen = worst([*alarms, *misses, given("refused", "ill", 0.01, refused=True), given("right", "ill", 1)], "ill", 4)
    assert [one.name for one in chosen] == ["a19", "a18", "m19", "m18"]


def test_where_one_kind_of_mistake_is_rare_the_other_takes_its_places() -> None:
    alarms = [given(f"a{k}", "healthy", 0.6 + k / 50) for k in range(9)]
    chosen = worst([*alarms, given("m", "ill", 0.1)], "ill", 6)
    assert [one.name for one in chosen] == ["a8", "a7", "a6", "a5", "a4", "m"]
    only_misses = [given(f"m{k}", "ill", 0.1) for k in range(9)]
    assert len(worst([*only_misses, given("a", "healthy", 0.9)], "ill", 6)) == 6


def test_without_an_alarm_class_the_most_certain_come_first() -> None:
    chosen = worst([given("x", "healthy", 0.7), given("y", "ill", 0.1), given("z", "ill", 0.9)], None)
    assert [one.name for one in chosen] == ["y", "x"]


def test_the_table_of_answers_is_read_by_its_headings(tmp_path: Path) -> None:
    text = "case,truth,given,refused,p(a),p(b (c))\nx/1.png,a,b (c),no,0.25,0.75\ny/2.png,b (c),b (c),yes,0.5,0.5\n"
    (tmp_path / "sealed_predictions.csv").write_text(text, encoding="utf-8")
    first, second = read_answers(tmp_path)
    assert (first.name, first.truth, first.given, first.refused) == ("x/1.png", "a", "b (c)", False)
    assert first.probabilities == {"a": 0.25, "b (c)": 0.75}
    assert first.certainty == 0.75
    assert second.refused


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"one,two\n1,2\n", b"case,truth,given,refused,p(a)\nx,a,a,no,much\n"]
)
def test_a_table_of_answers_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sealed_predictions.csv").write_bytes(content)
    assert read_answers(tmp_path) == ()


def test_a_card_keeps_its_headings_lists_and_tables_and_nothing_else() -> None:
    html = as_html(
        "# Title\n\n**bold** <i>no</i>\n\n* one\n* two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[x](http://y.z)"
    )
    assert "<h3>Title</h3>" in html
    assert "<strong>bold</strong> &lt;i&gt;no&lt;/i&gt;" in html
    assert html.count("<li>") == 2
    assert '<th scope="row">1</th><td>2</td>' in html
    assert "<a" not in html
