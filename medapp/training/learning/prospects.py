"""What is found out beside the model; a stop leaves it out, and the person has the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from medapp.training.learning.divisions import areas_of_divisions
from medapp.training.learning.lesson import Instant, Lesson, Trained
from medapp.training.learning.more_cases import learning_curve
from medapp.training.learning.narration import Narrator, StoppedEarlyError


def more_cases(lesson: Lesson, instant: Instant, narrator: Narrator) -> dict[str, Any] | None:
    """Return the learning curve; None where the person stopped, who then has the model without it."""
    if narrator.stopped:
        return None

    def on_fit(done: int, total: int) -> None:
        narrator.progress("more_cases", done, total)

    group, deep = lesson.development, instant.development.deep
    try:
        return learning_curve(
            deep, group.truth, group.patients, instant.fit, lesson.config, lesson.seed, on_fit, narrator.go_or_stop
        ).to_json()
    except StoppedEarlyError:
        narrator.take_stop()
        return None


def other_divisions(lesson: Lesson, instant: Instant, trained: Trained, narrator: Narrator) -> dict[str, Any]:
    """Return the areas with other divisions of few patients, of the instant solution; of others it would take long."""
    group = lesson.development
    few = len(np.unique(group.patients)) < lesson.config.cross_fit_below
    if narrator.stopped or lesson.several or not few or trained.chosen != "instant":
        return {}
    deep, seed = instant.development.deep, lesson.seed
    try:
        areas = areas_of_divisions(
            deep, group.truth, group.patients, instant.fit, lesson.config, seed, narrator.go_or_stop
        )
    except StoppedEarlyError:
        narrator.take_stop()
        return {}
    return {"divisions": areas, "divisions_spread": round(float(np.std(areas, ddof=1)), 6) if areas else None}
