"""Where the memory does not suffice, fewer pictures go through the network at a time; the step keeps its size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from medapp.classify.network import Classifier
from medapp.errors import MedappError
from medapp.training.learning.features import extract
from medapp.training.learning.finetune import Average, FineTuning, Material
from medapp.training.learning.lesson import Lesson
from medapp.training.learning.memory import Portion, lacks_memory
from medapp.training.learning.pace import Pace
from medapp.training.learning.standing import state_of
from tests.training.trial_lessons import CONFIG, trial_lesson

pytestmark = pytest.mark.torch


@pytest.fixture
def lesson(tmp_path: Path) -> Iterator[Lesson]:
    torch.set_num_threads(1)
    with trial_lesson(tmp_path) as made:
        yield made


def room_for(most: int, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    """Let the network take so many pictures at a time and no more."""
    real = Classifier.maps_of

    def maps_of(self: Classifier, batch: Tensor) -> tuple[Tensor, Tensor]:
        if len(batch) > most:
            raise error or torch.OutOfMemoryError("CUDA out of memory")
        return real(self, batch)

    monkeypatch.setattr(Classifier, "maps_of", maps_of)


def tuned(lesson: Lesson, portion: Portion) -> dict[str, np.ndarray]:
    group = lesson.development
    material = Material(lesson.pictures, group.positions, group.truth)
    tuning = FineTuning(
        lesson.network,
        Average(lesson.network, CONFIG.average_decay),
        material,
        Pace(3),
        CONFIG,
        portion,
        seed=0,
        scratch=False,
    )
    assert len(list(tuning.steps())) == 3
    return state_of(tuning.network)


def test_the_batch_is_halved_and_the_step_stays_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with trial_lesson(tmp_path / "roomy") as lesson:
        wanted = tuned(lesson, Portion(CONFIG.batch))
    told: list[tuple[int, int]] = []
    room_for(2, monkeypatch)
    with trial_lesson(tmp_path / "narrow") as lesson:
        got = tuned(lesson, Portion(CONFIG.batch, lambda *sizes: told.append(sizes)))
    assert told == [(8, 4), (4, 2)]
    for name, array in wanted.items():
        np.testing.assert_allclose(got[name], array, atol=2e-4, err_msg=name)


def test_features_are_the_same_with_fewer_at_a_time(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    positions = lesson.development.positions
    wanted = extract(lesson.network, lesson.pictures, positions, Portion(16))
    room_for(3, monkeypatch, RuntimeError("[enforce fail] not enough memory: you tried to allocate 9 bytes"))
    portion = Portion(16)
    got = extract(lesson.network, lesson.pictures, positions, portion)
    assert portion.size == 2
    np.testing.assert_allclose(got.deep, wanted.deep, atol=1e-5)
    np.testing.assert_allclose(got.mid, wanted.mid, atol=1e-5)


def test_not_even_one_picture_fits(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    room_for(0, monkeypatch)
    with pytest.raises(MedappError, match=r"train\.memory"):
        tuned(lesson, Portion(CONFIG.batch))


def test_another_failure_is_not_taken_for_a_lack_of_memory(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    room_for(0, monkeypatch, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes"):
        tuned(lesson, Portion(CONFIG.batch))
    assert lacks_memory(MemoryError())
    assert not lacks_memory(ValueError("out of memory"))
