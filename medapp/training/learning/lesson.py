"""What a training works with and what comes out of it, as values; and the steps that both efforts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp.classify import novelty
from medapp.classify.contents import Calibration
from medapp.classify.network import Classifier
from medapp.errors import MedappError
from medapp.training.cases.truth import is_several
from medapp.training.learning.config import TrainConfig
from medapp.training.learning.features import Features, OnBatch, extract, head_logits, never_stop
from medapp.training.learning.linear import CrossFit
from medapp.training.learning.memory import Portions
from medapp.training.learning.pictures import PictureCache

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Chosen: TypeAlias = Literal["instant", "last", "average"]


@dataclass(frozen=True, eq=False)
class Group:
    """Cases of one side.

    Attributes
    ----------
    positions, patients : ndarray of int, shape (n,)
        Place in the picture cache, and patient of each.
    truth : ndarray of int, shape (n,) or (n, labels)
        The class of each, or what is known of its labels (`training.truth`).
    """

    positions: Ints
    truth: Ints
    patients: Ints

    def only(self, chosen: NDArray[np.bool_]) -> Group:
        """Return the chosen cases."""
        return Group(self.positions[chosen], self.truth[chosen], self.patients[chosen])


@dataclass(frozen=True, eq=False)
class Lesson:
    """Everything that a training needs.

    Attributes
    ----------
    network : Classifier
        Changed in place.
    scratch : bool
        Whether its convolutions know nothing yet.
    pictures : PictureCache
        The network pictures.
    development, sealed : Group
        The two sides; nothing is ever fitted or chosen on the second.
    config : TrainConfig
        Every number.
    seed : int
        Decides folds, order and augmentation.
    portions : Portions
        Pictures at a time.
    steps : int or None
        Make exactly so many steps, to repeat a run; None: as many as the time allows.
    """

    network: Classifier
    scratch: bool
    pictures: PictureCache
    development: Group
    sealed: Group
    config: TrainConfig
    seed: int
    portions: Portions
    steps: int | None = None

    @property
    def several(self) -> bool:
        """Whether labels may occur together."""
        return is_several(self.development.truth)


@dataclass(frozen=True, eq=False)
class Instant:
    """The instant solution, and the one pass of the frozen network that it came from.

    Attributes
    ----------
    fit : CrossFit
        Head and out-of-fold logits of the development cases.
    development, sealed : Features
        Of the frozen network.
    seconds : float
        Wall time of the pass over both.
    """

    fit: CrossFit
    development: Features
    sealed: Features
    seconds: float


@dataclass(frozen=True, eq=False)
class Trained:
    """What came out.

    Attributes
    ----------
    chosen : {"instant", "last", "average"}
        Which weights: the frozen network with a new head, the last ones, or their moving average.
    weights : dict of str to ndarray
        To be stored.
    half_difference : float
        How much 16-bit weights move a probability at most.
    calibration_logits : ndarray, shape (n, classes)
        Of development cases that these weights did not learn from.
    calibration : Group
        Those cases.
    sealed_logits : ndarray, shape (n, classes)
        Of the sealed cases.
    novelty : dict or None
        What `novelty.fit` learned; None where the cases are too few.
    sealed_likeness : ndarray, shape (n,)
        In-distribution p-value of each sealed case; 1 where there is no `novelty`.
    steps : int
        Steps of fine-tuning that were made.
    """

    chosen: Chosen
    weights: dict[str, NDArray[Any]]
    half_difference: float
    calibration_logits: Floats
    calibration: Group
    sealed_logits: Floats
    novelty: dict[str, NDArray[Any]] | None
    sealed_likeness: Floats
    steps: int = 0


def logits_at(
    lesson: Lesson,
    network: Classifier,
    positions: Ints,
    on_batch: OnBatch = never_stop,
) -> Floats:
    """Return the logits, shape (n, classes), of the pictures at `positions`; `on_batch` as in `extract`."""
    deep = extract(network, lesson.pictures, positions, lesson.portions.looking, on_batch).deep
    return head_logits(network, deep)


def shares_of(logits: Floats, *, several: bool = False) -> Floats:
    """Return the softmax of logits, shape (n, classes); of several labels the sigmoid."""
    if several:
        return Calibration(thresholds=(0.5,)).probabilities(logits)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def look_of(learned: Features, held: Features) -> dict[str, NDArray[Any]] | None:
    """Learn what the training data look like, calibrated on `held`; None where the cases are too few."""
    try:
        return novelty.fit(learned.mid, learned.deep, held.mid, held.deep)
    except MedappError as error:
        if error.code != "novelty.few":
            raise
        return None


def likeness(look: dict[str, NDArray[Any]] | None, features: Features) -> Floats:
    """Return the in-distribution p-value of each picture; 1 where nothing was learned about the look."""
    if look is None:
        return np.ones(len(features.deep))
    return novelty.p_value(look, features.mid, features.deep)
