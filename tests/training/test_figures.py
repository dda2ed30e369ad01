"""Short forms of ``python -m tests.evidence figures``: fewer pictures, the same way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.figures import accuracy_of, medical_mnist, train
from tests.training.digit_cases import write_digits

QUIET = ("--threads=1",)


def test_ten_digits_are_learned_as_in_textbooks(tmp_path: Path) -> None:
    cases = write_digits(tmp_path / "Ziffern", 40)
    textbook = ("--architecture=textbook_cnn", "--optimiser=sgd", "--epochs=8")
    report = train(cases, tmp_path / "run", *textbook, *QUIET)
    assert report["training"]["chosen"] == "last"
    assert report["training"]["config"]["plain"]
    assert len(report["sealed"]["classes"]) == 10
    assert accuracy_of(report)["value"] > 0.85


@pytest.mark.data
def test_25_cases_a_class_give_an_answer_that_says_how_little_it_proves(shared_data: Path, tmp_path: Path) -> None:
    weights = shared_data / "weights" / "mobilenet_v2_imagenet.safetensors"
    cases = medical_mnist(tmp_path / "cases", 25)
    accuracy = accuracy_of(train(cases, tmp_path / "run", f"--base={weights}", *QUIET))
    assert accuracy["value"] > 0.85
    assert accuracy["high"] - accuracy["low"] > 0.05
