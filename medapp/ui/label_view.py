"""What label mode shows, put together from a sitting. Pure: it opens nothing and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from medapp.i18n import tr
from medapp.training.reader_agreement import Agreement
from medapp.training.verdicts import UNSURE, Verdict
from medapp.ui.state import LEFT_OUT, LabelView
from medapp.ui.widgets.label_start import ProjectRow
from medapp.workflows.label_agreement import answers_of_others, between, disagreements, with_oneself
from medapp.workflows.label_cases import LabelledCases
from medapp.workflows.label_sitting import Sitting, Turn
from medapp.workflows.labelling import LabelProject


def view_of(before: LabelView, sitting: Sitting, shown: Turn | None, *, kept: bool = False) -> LabelView:
    """Return what the strip shows now; a case that came back shows no answer, for it is to be told blindly."""
    counts = sitting.counts()
    held = None if shown is None else (sitting.repeats if shown.repeat else sitting.answers).get(shown.file)
    return replace(
        before,
        counts=tuple(counts[name] for name in before.classes),
        unsure=counts[UNSURE],
        excluded=counts[""],
        done=counts.total(),
        total=len(sitting.files),
        answer="" if held is None else said(held),
        can_undo=sitting.can_undo,
        kept=kept,
    )


def said(verdict: Verdict) -> str:
    """Return what a verdict says in one word, as `LabelView.answer` has it."""
    return LEFT_OUT if verdict.excluded else verdict.label


def in_words(verdict: Verdict) -> str:
    """Return what a verdict says for people."""
    if verdict.excluded:
        return tr("label.excluded")
    return tr("label.unsure") if verdict.label == UNSURE else verdict.label


def revealed(sitting: Sitting, verdict: Verdict) -> str:
    """Return what the readers had said, told after one's own answer."""
    if not verdict.is_answer:
        return ""
    others = answers_of_others(sitting.project, verdict.file)
    told = " · ".join(tr("label.said", reader=v.reader or tr("label.no_reader"), answer=in_words(v)) for v in others)
    return tr("label.revealed", answer=in_words(verdict), others=told)


def ending_of(sitting: Sitting) -> str:
    """Return the sentence that is told when every case has an answer."""
    if sitting.settling:
        return tr("label.all_settled", n=len(sitting.files))
    own = with_oneself(sitting.project, sitting.reader)
    return " ".join(filter(None, (tr("label.all_done", n=len(sitting.files)), own_words(own))))


def own_words(found: Agreement) -> str:
    """Return how far a reader agrees with herself, in a sentence; empty where nothing came back yet."""
    return tr("label.own", figures=figures(found)) if found.n else ""


def figures(found: Agreement) -> str:
    """Return counts, percentage and kappa with their intervals."""
    if found.share is None:
        return tr("label.none_compared")
    share = tr("label.share", same=found.same, n=found.n, **_percent(found))
    kappa = found.kappa
    if kappa is None or kappa.low is None or kappa.high is None:
        return f"{share}, {tr('label.no_kappa')}"
    return f"{share}, " + tr("label.kappa", value=_two(kappa.value), low=_two(kappa.low), high=_two(kappa.high))


def _percent(found: Agreement) -> dict[str, int]:
    assert found.share is not None
    assert found.share.low is not None
    assert found.share.high is not None
    return {
        k: round(100 * v) for k, v in (("p", found.share.value), ("low", found.share.low), ("high", found.share.high))
    }


def _two(value: float) -> str:
    """Return a kappa as papers write it: .81, -.05, 1.00."""
    text = f"{value:.2f}"
    return (text.replace("0.", ".", 1) if abs(value) < 0.995 else text).replace("-", "−")


def agreements_of(project: LabelProject) -> tuple[str, ...]:
    """Return a line on each reader who met cases again, and on each two readers."""
    readers = project.readers
    lines = [
        tr("label.line_own", reader=reader or tr("label.no_reader"), figures=figures(found))
        for reader in readers
        if (found := with_oneself(project, reader)).n
    ]
    lines += [
        tr("label.line_both", one=one, other=other, figures=figures(found))
        for one, other in combinations(readers, 2)
        if (found := between(project, one, other)).n
    ]
    return tuple(lines)


def open_disagreements(project: LabelProject) -> int:
    """Return how many cases wait to be settled."""
    held = project.finals()
    return sum(held[file].disagreed for file in disagreements(project) if file in held)


def row_of(project: LabelProject, *, is_open: bool) -> ProjectRow:
    """Return a project as it stands in the list."""
    plan = project.plan
    text = tr("label.row", title=plan.title, classes=", ".join(plan.classes), n=len(project.finals()))
    readers = ", ".join(filter(None, project.readers))
    return ProjectRow(
        project.folder,
        f"{text} · {readers}" if readers else text,
        agreements_of(project),
        open_disagreements(project),
        plan.reader,
        is_open,
    )


def left_out_words(cases: LabelledCases) -> str:
    """Return how many files became cases, and why others did not."""
    rows = (
        ("unsure", cases.unsure),
        ("excluded", cases.excluded),
        ("disagreed", cases.disagreed),
        ("seen_ai", cases.seen_ai),
        ("in_archives", cases.in_archives),
    )
    without = ", ".join(tr(f"label.without_{name}", n=n) for name, n in rows if n)
    told = tr("label.taught", n=len(cases.files))
    return f"{told} {tr('label.without', reasons=without)}" if without else told
