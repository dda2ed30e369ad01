"""What label mode shows, put together from a sitting. Pure: it opens nothing and changes nothing."""

from __future__ import annotations

from dataclasses import replace

from medapp.i18n import listed, spaced, tr
from medapp.training.cases.verdicts import UNSURE, Verdict
from medapp.ui.label_state import LEFT_OUT, LabelView
from medapp.ui.widgets.label_start import ProjectRow
from medapp.workflows.label_agreement import answers_of_others, with_oneself
from medapp.workflows.label_sitting import Sitting, Turn
from medapp.workflows.label_words import agreements_of, open_disagreements, own_words
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
    return spaced((tr("label.all_done", n=len(sitting.files)), own_words(own)))


def row_of(project: LabelProject, *, is_open: bool) -> ProjectRow:
    """Return a project as it stands in the list."""
    plan = project.plan
    text = tr("label.row", title=plan.title, classes=listed(plan.classes), n=len(project.finals()))
    readers = listed(project.readers)
    return ProjectRow(
        project.folder,
        f"{text} · {readers}" if readers else text,
        agreements_of(project),
        open_disagreements(project),
        plan.reader,
        is_open,
    )
