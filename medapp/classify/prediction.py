"""What a model says about one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

State: TypeAlias = Literal["answered", "unclear", "unlike", "no_model"]
"""What kind of answer it is: never two of them at once."""
Box: TypeAlias = tuple[int, int, int, int]
"""Rows from the first to before the second, columns from the third to before the fourth, in pixels of the frame."""
NO_MODEL = "scope."
"""What the reasons begin with where no model is for the image; all others are about the training data."""


@dataclass(frozen=True)
class ModelKey:
    """Which model answered: name, version and the hash of its package's manifest."""

    id: str
    version: str
    manifest_hash: str


@dataclass(frozen=True, eq=False)
class Prediction:
    """One answer for one frame.

    Attributes
    ----------
    model : ModelKey
        The package that answered.
    identity : str
        ``Frame.identity`` of the image that it was computed on.
    probabilities : dict of str to float, or None
        Calibrated probability per class, in the package's order; None where refused. Of several labels each is a
        probability of its own, and they need not add up to 1.
    label : str or None
        The class by the operating point; of several labels those that are given, with commas, empty for none.
        None where refused.
    refused : str or None
        Reason code (text: ``refused.<code>``), or None. ``no_model`` codes start with ``scope.``,
        "not like the training data" codes with ``ood.``.
    refused_params : dict
        Fills the places of the reason's text.
    clue : str or None
        Of an image that is not like the training data: what about it is not, where that is known
        (text: ``clue.<clue>``).
    in_distribution : float or None
        Conformal p-value of the image under the training data, 0 to 1.
    threshold : float or None
        Operating point of the alarm class, for two classes.
    alarm_class : str or None
        The class that the operating point is about.
    unclear : tuple of 2 float, or None
        From which to before which probability of the alarm class the package does not tell the classes apart surely
        enough; None where one threshold does.
    several : bool
        Whether the labels may occur together.
    thresholds : dict of str to float
        Of several labels the operating point of each.
    calibrated : bool
        Whether the probabilities were held against cases; else they are scores, and told so.
    heat_map : ndarray of float32, shape (h, w), or None
        Grad-CAM of the label (of several: of `explained`) at the network's own grid, 0 to 1; it covers `seen`.
    seen : tuple of 4 int, or None
        The part of the frame that the network saw, and that the heat map lies on; None for the whole frame.
    outside_body : float or None
        Share of the heat map's sum that lies outside the body, 0 to 1.
    seconds : float
        Time of network and explanation.
    device : str
        ``cpu``, ``cuda:0 (name)`` or ``mps``.
    note : str or None
        Message key told beside the answer, e.g. that the GPU failed and the CPU answered.
    """

    model: ModelKey
    identity: str
    probabilities: dict[str, float] | None
    label: str | None
    refused: str | None = None
    refused_params: dict[str, str | float] = field(default_factory=dict)
    clue: str | None = None
    in_distribution: float | None = None
    threshold: float | None = None
    alarm_class: str | None = None
    unclear: tuple[float, float] | None = None
    several: bool = False
    thresholds: dict[str, float] = field(default_factory=dict)
    calibrated: bool = True
    heat_map: NDArray[np.float32] | None = None
    seen: Box | None = None
    outside_body: float | None = None
    seconds: float = 0.0
    device: str = "cpu"
    note: str | None = None

    @property
    def state(self) -> State:
        """Which of the kinds of answer this is.

        ``answered``: a class, by the operating point; ``unclear``: between the two thresholds, where `label` is still
        what the operating point makes of it and is not to be told as an answer; ``unlike``: not like the training
        data; ``no_model``: no model for this, which is normal.
        """
        if self.refused is not None or self.probabilities is None:
            return "no_model" if (self.refused or "").startswith(NO_MODEL) else "unlike"
        if self.unclear is None or self.alarm_class not in self.probabilities:
            return "answered"
        low, high = self.unclear
        return "unclear" if low <= self.probabilities[self.alarm_class] < high else "answered"

    @property
    def given(self) -> tuple[str, ...]:
        """The labels that are given: one class, or of several labels those at or above their operating points."""
        if self.probabilities is None or self.label is None:
            return ()
        if not self.several:
            return (self.label,)
        return tuple(name for name, p in self.probabilities.items() if p >= self.thresholds[name])

    @property
    def explained(self) -> str | None:
        """The label that the heat map is about."""
        if not self.several or self.probabilities is None:
            return self.label
        return foremost(self.probabilities, self.thresholds)

    def to_json(self) -> dict[str, Any]:
        """Return all but the heat map as JSON values."""
        fields = {name: value for name, value in self.__dict__.items() if name not in {"heat_map", "model"}}
        return {**fields, "model": dict(self.model.__dict__)}

    @classmethod
    def from_json(cls, document: dict[str, Any], heat_map: NDArray[np.float32] | None = None) -> Prediction:
        """Rebuild a prediction from `to_json`'s value and its heat map."""
        pairs = {name: tuple(document[name]) for name in ("unclear", "seen") if document.get(name) is not None}
        return cls(**{**document, **pairs, "model": ModelKey(**document["model"])}, heat_map=heat_map)


def foremost(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> str:
    """Return, of several labels, the one that is furthest above its operating point, or least below it."""
    return max(probabilities, key=lambda name: probabilities[name] - thresholds[name])
