"""The most certain wrong answers: which they are, and as pictures without any name."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from medapp.i18n import tr
from medapp.training.reporting.report_page.beside import Beside, CaseAnswer, Mistake, Report
from medapp.training.reporting.report_page.markup import Markup, element, paragraph, section
from medapp.training.reporting.report_page.numbers import certain

MOST = 12


def worst(answers: Sequence[CaseAnswer], alarm: str | None, most: int = MOST) -> list[CaseAnswer]:
    """Return the wrong answers that the model was most certain of.

    Parameters
    ----------
    answers : sequence of CaseAnswer
        All of the test.
    alarm : str or None
        The class to be found: then half of them are false alarms and half are misses, where there are so many.
    most : int
        How many at most.
    """
    wrong = sorted((a for a in answers if not a.refused and a.given != a.truth), key=lambda a: -a.certainty)
    if alarm is None:
        return wrong[:most]
    alarms, misses = ([a for a in wrong if (a.given == alarm) is is_alarm] for is_alarm in (True, False))
    # where one kind has few, the other takes its places
    kept_misses = max(most // 2, most - len(alarms))
    misses = misses[:kept_misses]
    return [*alarms[: most - len(misses)], *misses]


def mistakes_section(report: Report, beside: Beside) -> Markup:
    """Return the pictures of the worst mistakes; without pictures how many there are."""
    answered = [a for a in beside.answers if not a.refused]
    if not answered:
        return Markup("")
    wrong = sum(a.given != a.truth for a in answered)
    counted = counted_mistakes(report, wrong, len(answered))
    if not beside.mistakes:
        return section("mistakes", tr("report.section.mistakes"), paragraph(counted))
    shown = [_shown(mistake, report.get("alarm_class")) for mistake in beside.mistakes]
    told = tr("report.mistakes_told", n=len(shown))
    grid = element("div", *shown, class_="pictures")
    return section("mistakes", tr("report.section.mistakes"), paragraph(counted), paragraph(told), grid)


def counted_mistakes(report: Report, wrong: int, answered: int) -> str:
    """Say how many answers are wrong; of several labels each is an answer."""
    unit = "labels" if "labels" in report["cases"] else "cases"
    return tr(f"report.mistakes_counted.{unit}", wrong=wrong, n=answered)


def _shown(mistake: Mistake, alarm: str | None) -> Markup:
    told = caption(mistake, alarm)
    source = "data:image/png;base64," + base64.b64encode(mistake.picture).decode("ascii")
    return element("figure", element("img", src=source, alt=told), element("figcaption", told))


def caption(mistake: Mistake, alarm: str | None) -> str:
    """Return what is wrong with an answer, in words."""
    kind = "other" if alarm is None else "false_alarm" if mistake.given == alarm else "miss"
    told = {"given": mistake.given, "truth": mistake.truth, "certainty": certain(mistake.certainty)}
    return tr(f"report.mistake.{kind}", **told)
