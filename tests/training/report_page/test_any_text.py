"""Whatever people call their classes, models and labels: the page stays whole, and the words stay words."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.training.reporting.report_page.card import as_html
from medapp.training.reporting.report_page.markup import element
from medapp.training.reporting.report_page.page import report_page
from tests.training.report_page.reading import Page
from tests.training.report_page.trial_report import beside, full_report

TEXTS = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    ["</style><script>", "]]>", "<!--", "&#x3c;", "{n}", "%s", "\ud800", "\u202e", "'\"><svg onload=x>", "| a |\n# b"]
)


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS)
def test_a_page_stays_whole(name: str, other: str) -> None:
    whole = full_report()
    whole["cases"]["classes"] = {name: 3, "ill": 4}
    whole["cases"]["findings"][0]["text"] = other
    whole["sealed"]["groups"][0] |= {"by": other, "group": name}
    html = report_page(whole, beside(model={"name": name, "id": other}, card=f"{name}\n{other}", about_cases=other))
    html.encode("utf-8")
    page = Page(html)
    assert page.faults == []
    assert not [tag for tag, attributes in page.tags if tag == "script" or "onload" in attributes]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_words_are_read_as_they_were_written(text: str) -> None:
    printable = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    told = Page(element("p", printable, title=printable))
    assert told.text == " ".join(printable.split())
    assert told.all("p")[0]["title"] == printable


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_any_card_is_whole(lines: list[str]) -> None:
    assert Page(as_html("\n".join(lines))).faults == []
