"""Blanks add nothing to the loss; rare classes are drawn more often without being taken for common."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from medapp.training.cases.truth import UNKNOWN
from medapp.training.learning.loss import Balance, balance_of, draw_order, part_of_loss

pytestmark = pytest.mark.torch


def test_parts_add_up_to_the_mean_loss_of_all_that_is_known() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn((7, 3), generator=generator)
    truth = torch.tensor([[1, 0, UNKNOWN], [UNKNOWN] * 3, [0, 0, 1], [1, UNKNOWN, 1], [0, 1, 0], [1, 1, 1], [0, 0, 0]])
    parts = [part_of_loss(logits[rows], truth[rows], truth, None) for rows in (slice(0, 2), slice(2, 7))]
    there = truth != UNKNOWN
    expected = F.binary_cross_entropy_with_logits(logits[there], truth[there].float())
    torch.testing.assert_close(sum(parts), expected)


def test_a_batch_without_any_known_label_has_no_loss_and_no_gradient() -> None:
    logits = torch.ones((2, 2), requires_grad=True)
    truth = torch.full((2, 2), UNKNOWN)
    loss = part_of_loss(logits, truth, truth, None)
    loss.backward()  # type: ignore[no-untyped-call]
    assert (float(loss.detach()), float(logits.grad.abs().sum())) == (0.0, 0.0)  # type: ignore[union-attr]


def test_classes_of_similar_size_are_each_drawn_once() -> None:
    truth = np.repeat([0, 1], [90, 10])
    assert balance_of(truth, 10) is None
    order = draw_order(100, None, torch.Generator().manual_seed(0))
    assert sorted(order.tolist()) == list(range(100))


def test_a_rare_class_is_drawn_by_the_square_root_of_its_size() -> None:
    truth = np.repeat([0, 1], [900, 100])
    rare = balance_of(truth, 9)
    assert rare is not None
    drawn = draw_order(1000, rare, torch.Generator().manual_seed(0)).numpy()
    assert truth[drawn].mean() == pytest.approx(10 / 40, abs=0.03)
    np.testing.assert_allclose(rare.shift[1] - rare.shift[0], np.log(0.25 / 0.75) - np.log(0.1 / 0.9), rtol=1e-5)


def learned_bias(truth: np.ndarray, balance: Balance | None) -> float:
    """Fit a bias alone by gradient descent on what is drawn, and return the share that the model then tells."""
    bias = torch.zeros(2 if truth.ndim == 1 else 1, requires_grad=True)
    generator = torch.Generator().manual_seed(1)
    shift = None if balance is None else torch.from_numpy(balance.shift)
    given = torch.from_numpy(truth)
    optimizer = torch.optim.SGD([bias], lr=0.5)
    for _ in range(200):
        drawn = draw_order(len(truth), balance, generator)
        optimizer.zero_grad()
        logits = bias.expand(len(drawn), -1)
        part_of_loss(logits, given[drawn], given[drawn], shift).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    told = torch.softmax(bias, 0)[1] if truth.ndim == 1 else torch.sigmoid(bias[0])
    return float(told.detach())


@pytest.mark.parametrize("labels", [False, True], ids=["classes", "labels"])
def test_what_is_learned_from_drawn_cases_is_the_true_prevalence(labels: bool) -> None:
    truth = np.repeat([0, 1], [1900, 100])
    several = truth[:, None] if labels else truth
    balance = balance_of(several, 10)
    assert balance is not None
    assert learned_bias(several, balance) == pytest.approx(0.05, abs=0.01)
    uncorrected = Balance(balance.weights, np.zeros_like(balance.shift))
    assert learned_bias(several, uncorrected) > 0.15


def test_a_label_that_is_rare_among_what_is_known_is_drawn_more_often() -> None:
    truth = np.column_stack([np.repeat([1, 0, UNKNOWN], [10, 290, 100]), np.tile([0, 1], 200)])
    balance = balance_of(truth, 10)
    assert balance is not None
    assert balance.weights[:10].min() > 3 * balance.weights[10:300].max()
    assert abs(float(balance.shift[1])) < 0.1 < float(balance.shift[0])
    assert np.isfinite(balance.weights).all()
    assert balance.weights.min() > 0
