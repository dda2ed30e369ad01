"""The logistic regression of the linear head: the known solution, and a stop at any of its steps."""

from __future__ import annotations

import numpy as np
import pytest

from medapp.training.learning.logistic import fit_logistic


class EndedError(Exception):
    """Ends a fit from within."""


def cases(classes: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(classes)
    truth = np.arange(n) % classes
    features = rng.standard_normal((n, 12)).astype(np.float32)
    features[np.arange(n), truth] += 1.5
    return features, truth


@pytest.mark.parametrize("classes", [2, 3])
def test_it_is_the_regression_of_scikit_learn(classes: int) -> None:
    from sklearn.linear_model import LogisticRegression

    features, truth = cases(classes)
    wanted = LogisticRegression(C=0.1, tol=1e-8, max_iter=1000).fit(features.astype(np.float64), truth)
    got = fit_logistic(features, truth, 0.1, most_steps=150)
    theirs = features @ wanted.coef_.T + wanted.intercept_
    np.testing.assert_allclose(features @ got[:, :-1].T + got[:, -1], theirs, atol=0.02)


def test_an_earlier_fit_is_a_shorter_way() -> None:
    features, truth = cases(2)
    counts = []
    start = fit_logistic(features, truth, 0.1, most_steps=150)
    for begin in (None, start):
        steps = iter(range(1000))
        fit_logistic(features, truth, 0.1, begin, most_steps=150, on_step=lambda steps=steps: next(steps))
        counts.append(next(steps))
    assert counts[1] < counts[0]


def test_a_stop_ends_a_fit_between_two_steps() -> None:
    features, truth = cases(2)
    seen = []

    def end_at_the_second() -> None:
        seen.append(1)
        if len(seen) == 2:
            raise EndedError

    with pytest.raises(EndedError):
        fit_logistic(features, truth, 10.0, most_steps=150, on_step=end_at_the_second)
    assert len(seen) == 2


def test_scores_that_are_far_apart_overflow_nothing() -> None:
    features = np.array([[-1e4], [1e4], [-1e4], [1e4]], np.float32)
    got = fit_logistic(features, np.array([0, 1, 0, 1]), 1e6, np.array([[5.0, 0.0]]), most_steps=20)
    assert np.isfinite(got).all()
