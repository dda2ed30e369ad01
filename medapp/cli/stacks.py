"""What ``medapp classify`` tells of stacks: one answer for all images of each, by the rule of its model's package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from medapp.classify.reasons import reason_of, score_text
from medapp.i18n import tr
from medapp.workflows.folder_reading import Answers
from medapp.workflows.stack_summaries import StackSummary


def as_json(stack: StackSummary, answers: Answers) -> dict[str, Any]:
    """Return a stack as an item of ``stacks`` in the schema ``classify``."""
    answer, said = stack.answer, stack.refusal
    refused = stack.refused(answers)
    counts = {"answered": len(stack.images) - refused - stack.failed, "refused": refused, "failed": stack.failed}
    document: dict[str, Any] = {
        "results": [number for number in stack.images if number is not None],
        "images": len(stack.images),
        **counts,
        "state": None if said is None else said.state,
        "reason": None if said is None else reason_of(said),
    }
    empty = dict.fromkeys(("model", "aggregate", "about", "score", "threshold", "label", "labels", "highest"))
    if answer is None:
        return {**document, **empty}
    told = answer.said
    return {
        **document,
        "state": "answered" if told is None else told.state,
        "reason": None if told is None else reason_of(told),
        "model": {"id": answer.model.id, "version": answer.model.version},
        "aggregate": answer.how,
        "about": answer.about,
        "score": answer.score,
        "threshold": answer.limit,
        "label": answer.label or None,
        "labels": list(told.given) if told is not None and told.state == "answered" else [],
        "highest": stack.foremost,
    }


def as_text(stacks: Sequence[StackSummary], answers: Answers) -> str:
    """Return a line for each stack that has an answer."""
    return "\n".join(_line(stack, answers) for stack in stacks if stack.answer is not None)


def _line(stack: StackSummary, answers: Answers) -> str:
    answer, number = stack.answer, stack.foremost
    assert answer is not None, "a stack without an answer has no line"
    assert number is not None, "a score is of an image that was read"
    highest = answers.answers[number]
    told = tr(f"cli.classify.stack_{answer.how}", score=score_text(answer.score, answer.how), about=answer.about)
    return tr(
        "cli.classify.stack",
        images=len(stack.images),
        told=told,
        label=answer.label or _without_label(answer.said is None),
        path=highest.path,
        frame=highest.frame,
    )


def _without_label(is_share: bool) -> str:
    return tr("cli.classify.no_label" if is_share else "ui.unclear")
