"""Why there is no answer, or none that is told, in words."""

from __future__ import annotations

from medapp.classify.prediction import Prediction
from medapp.i18n import tr


def reason_of(prediction: Prediction) -> str | None:
    """Return why an image was refused, or why its answer is unclear; None for an answer.

    Every place that shows or sends an answer says it in these words.
    """
    if prediction.state == "answered":
        return None
    if prediction.state == "unclear":
        return _unclear(prediction)
    told = tr(f"refused.{prediction.refused or 'ood.features'}", **prediction.refused_params)
    return f"{told} {tr(f'clue.{prediction.clue}')}" if prediction.clue else told


def _unclear(prediction: Prediction) -> str:
    low, high = prediction.unclear or (0.0, 1.0)
    return tr("answer.unclear", alarm=prediction.alarm_class, low=_percent(low), high=_percent(high))


def _percent(share: float) -> str:
    return f"{100 * min(share, 1.0):.3g} %"
