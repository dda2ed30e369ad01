"""What the stacks among many answers come to, each by the rule of the model that answered."""

from __future__ import annotations

from dataclasses import dataclass

from medapp.classify.prediction import Prediction
from medapp.classify.stacks import Rule, StackAnswer, stack_answer
from medapp.workflows.folder_reading import Answers


@dataclass(frozen=True, eq=False)
class StackSummary:
    """One stack.

    Attributes
    ----------
    images : tuple of int or None
        For each image, in the order of scrolling, the number of its answer; None where it could not be read.
    answer : StackAnswer or None
        What they come to; None where no image was answered.
    refusal : Prediction or None
        Why not, then: the first refusal.
    """

    images: tuple[int | None, ...]
    answer: StackAnswer | None
    refusal: Prediction | None = None

    @property
    def foremost(self) -> int | None:
        """Number of the answer with the highest score."""
        return None if self.answer is None else self.images[self.answer.foremost]

    @property
    def failed(self) -> int:
        """Images that could not be read."""
        return sum(number is None for number in self.images)

    def refused(self, answers: Answers) -> int:
        """Return how many images were refused."""
        there = (number for number in self.images if number is not None)
        return sum(answers.answers[number].prediction.probabilities is None for number in there)


def summaries_of(answers: Answers, rule: Rule) -> tuple[StackSummary, ...]:
    """Return what each stack among `answers` comes to."""
    return tuple(_summary(answers, images, rule) for images in answers.stacks)


def _summary(answers: Answers, images: tuple[int | None, ...], rule: Rule) -> StackSummary:
    said = [None if number is None else answers.answers[number].prediction for number in images]
    answer = stack_answer(said, rule)
    refusal = None if answer is not None else next((one for one in said if one is not None), None)
    return StackSummary(images, answer, refusal)
