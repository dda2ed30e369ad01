"""``medapp classify --explain``: where each score came from, by a method, with the test of the method."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from medapp.classify.explanation import METHODS, RANDOM_MASKS, Explanation
from medapp.classify.reasons import explanation_text
from medapp.display.contours import LEVEL, contours_of
from medapp.i18n import tr
from medapp.workflows.folder_reading import Answer, Answers


def add_explain_argument(parser: argparse.ArgumentParser) -> None:
    """Declare ``--explain``."""
    parser.add_argument("--explain", choices=METHODS, metavar="|".join(METHODS), help=tr("cli.classify.explain"))


def with_maps(answers: Answers, explained: Mapping[int, Explanation]) -> Answers:
    """Return the answers with the maps of their explanations in place of their own."""
    return replace(answers, answers=tuple(_with_map(one, explained.get(n)) for n, one in enumerate(answers.answers)))


def _with_map(answer: Answer, explanation: Explanation | None) -> Answer:
    if explanation is None:
        return answer
    prediction = replace(
        answer.prediction,
        heat_map=explanation.heat_map,
        seen=explanation.seen,
        outside_body=explanation.outside_body,
    )
    return replace(answer, prediction=prediction)


def as_json(answer: Answer, explanation: Explanation | None) -> dict[str, Any] | None:
    """Return an explanation as JSON values, its contours in pixels of the image."""
    if explanation is None:
        return None
    lines = contours_of(explanation.heat_map, explanation.seen or (0, answer.shape[0], 0, answer.shape[1]))
    return {
        "method": explanation.method,
        "label": explanation.label,
        "grid": list(explanation.heat_map.shape),
        "outside_body": round(explanation.outside_body, 6),
        "beaten": explanation.beaten,
        "random_masks": RANDOM_MASKS,
        "level": LEVEL,
        "contours": [[[round(x, 2), round(y, 2)] for x, y in line.tolist()] for line in lines],
        "seconds": round(explanation.seconds, 6),
    }


def as_text(answers: Answers, explained: Mapping[int, Explanation]) -> str:
    """Return a line for each explanation."""
    rows = ((answers.answers[number], explanation) for number, explanation in sorted(explained.items()))
    return "\n".join(
        tr("cli.classify.explained", path=answer.path, frame=answer.frame, told=explanation_text(explanation))
        for answer, explanation in rows
    )
