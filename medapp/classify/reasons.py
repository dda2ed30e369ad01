"""Why there is no answer, or none that is told, in words."""

from __future__ import annotations

from medapp.classify.explanation import RANDOM_MASKS, Explanation
from medapp.classify.prediction import Prediction
from medapp.i18n import percent_text, spaced, tr

DOUBTFUL_OUTSIDE = 0.5
"""A map with more than this share of its heat outside the body speaks against its answer."""
NO_BETTER = 80
"""Of a hundred random covers, fewer beaten than this are too few to call a map better than chance."""


def reason_of(prediction: Prediction) -> str | None:
    """Return why an image was refused, or why its answer is unclear; None for an answer.

    Every place that shows or sends an answer says it in these words.
    """
    if prediction.state == "answered":
        return None
    if prediction.state == "unclear":
        return _unclear(prediction)
    told = tr(f"refused.{prediction.refused or 'ood.features'}", **prediction.refused_params)
    return spaced((told, tr(f"clue.{prediction.clue}"))) if prediction.clue else told


def explanation_text(explanation: Explanation) -> str:
    """Return by which method a label was explained, and how far the method is to be trusted here."""
    told = tr(
        "explain.told",
        method=tr(f"explain.method.{explanation.method}"),
        label=explanation.label,
        beaten=explanation.beaten,
        of=RANDOM_MASKS,
    )
    doubt = tr("explain.no_better") if explanation.beaten < NO_BETTER else ""
    return spaced((told, doubt, outside_text(explanation.outside_body)))


def outside_text(share: float) -> str:
    """Return how much of a heat map lies outside the body."""
    return tr("explain.outside", share=_percent(share))


def _unclear(prediction: Prediction) -> str:
    low, high = prediction.unclear or (0.0, 1.0)
    return tr("answer.unclear", alarm=prediction.alarm_class, low=_percent(low), high=_percent(high))


def score_text(score: float, how: str) -> str:
    """Return what a stack comes to by the rule `how`: of its images none or all may be above a level."""
    return _percent(score) if how == "share_above" else percent_text(score)


def _percent(share: float) -> str:
    """Return a share with two significant digits; unlike a probability it may be nothing or all."""
    if not 0 < share < 1:
        return tr("percent", value=f"{100 * min(share, 1.0):.0f}")
    return percent_text(share)
