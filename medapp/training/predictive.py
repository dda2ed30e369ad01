"""What an alarm means where the class is rarer or commoner than among the tested cases. Plain numbers: no array."""

from __future__ import annotations

from typing import Any

from medapp.training.intervals import Estimate


def predictive_values(sensitivity: Estimate, specificity: Estimate, prevalence: float) -> dict[str, Any]:
    """Return PPV and NPV where `prevalence` (0 to 1) of the patients have the alarm class.

    Notes
    -----
    Bayes' rule; the limits take the limits of sensitivity and specificity at once, so they are wide
    rather than narrow.
    """

    def positive(found: float, spared: float) -> float:
        real, false = found * prevalence, (1 - spared) * (1 - prevalence)
        return real / (real + false) if real + false > 0 else 0.0

    def negative(found: float, spared: float) -> float:
        clear, missed = spared * (1 - prevalence), (1 - found) * prevalence
        return clear / (clear + missed) if clear + missed > 0 else 0.0

    ends = [
        (sensitivity.value, specificity.value),
        (sensitivity.low or 0.0, specificity.low or 0.0),
        (sensitivity.high or 0.0, specificity.high or 0.0),
    ]
    n = sensitivity.n + specificity.n
    ppv, npv = ([of(*end) for end in ends] for of in (positive, negative))
    return {
        "prevalence": prevalence,
        "ppv": Estimate(ppv[0], ppv[1], ppv[2], n).to_json(),
        "npv": Estimate(npv[0], npv[1], npv[2], n).to_json(),
    }
