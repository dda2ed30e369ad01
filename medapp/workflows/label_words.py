"""Labels in words: how far readers agree, and what became of the answers. Shared by window and command line."""

from __future__ import annotations

from itertools import combinations

from medapp.i18n import clauses, listed, spaced, tr
from medapp.training.figures.reader_agreement import Agreement
from medapp.training.reporting.report_page.numbers import written
from medapp.workflows.label_agreement import between, disagreements, excluded_by_one, with_oneself
from medapp.workflows.label_cases import LabelledCases
from medapp.workflows.labelling import LabelProject


def own_words(found: Agreement) -> str:
    """Return how far a reader agrees with herself, in a sentence; empty where nothing came back yet."""
    return tr("label.own", figures=figures(found)) if found.n else ""


def figures(found: Agreement) -> str:
    """Return counts, percentage and kappa with their intervals; no kappa where chance alone would always agree."""
    if found.share is None:
        return tr("label.none_compared")
    share = tr("label.share", same=found.same, n=found.n, **_percent(found))
    kappa = found.kappa
    if kappa is None or kappa.low is None or kappa.high is None:
        return share
    ends = {"low": written(kappa.low, 2), "high": written(kappa.high, 2)}
    return clauses((share, tr("label.kappa", value=written(kappa.value, 2), **ends)))


def _percent(found: Agreement) -> dict[str, int]:
    assert found.share is not None
    assert found.share.low is not None
    assert found.share.high is not None
    return {
        k: round(100 * v) for k, v in (("p", found.share.value), ("low", found.share.low), ("high", found.share.high))
    }


def agreements_of(project: LabelProject) -> tuple[str, ...]:
    """Return a line on each reader who met cases again, and on each two readers."""
    readers = project.readers
    lines = [
        tr("label.line_own", reader=reader or tr("label.no_reader"), figures=figures(found))
        for reader in readers
        if (found := with_oneself(project, reader)).n
    ]
    lines += [
        tr("label.line_both", one=one, other=other, figures=clauses((figures(found), _excluded(project, one, other))))
        for one, other in combinations(readers, 2)
        if (found := between(project, one, other)).n
    ]
    return tuple(lines)


def _excluded(project: LabelProject, one: str, other: str) -> str:
    """Return how many cases one of two readers left out and the other did not: these are to be settled, too."""
    n = excluded_by_one(project, one, other)
    return tr("label.excluded_by_one", n=n) if n else ""


def open_disagreements(project: LabelProject) -> int:
    """Return how many cases wait to be settled."""
    held = project.finals()
    return sum(held[file].disagreed for file in disagreements(project) if file in held)


def left_out_words(cases: LabelledCases) -> str:
    """Return how many files became cases, and why others did not."""
    rows = (
        ("unsure", cases.unsure),
        ("excluded", cases.excluded),
        ("disagreed", cases.disagreed),
        ("seen_ai", cases.seen_ai),
        ("in_archives", cases.in_archives),
    )
    without = listed(tr(f"label.without_{name}", n=n) for name, n in rows if n)
    told = tr("label.taught", n=len(cases.files))
    return spaced((told, tr("label.without", reasons=without))) if without else told
