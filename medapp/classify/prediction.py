"""What a model says about one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
    in_distribution : float or None
        Conformal p-value of the image under the training data, 0 to 1.
    threshold : float or None
        Operating point of the alarm class, for two classes.
    alarm_class : str or None
        The class that the operating point is about.
    several : bool
        Whether the labels may occur together.
    thresholds : dict of str to float
        Of several labels the operating point of each.
    calibrated : bool
        Whether the probabilities were held against cases; else they are scores, and told so.
    heat_map : ndarray of float32, shape (h, w), or None
        Grad-CAM of the label (of several: of `explained`) at the network's own grid, 0 to 1; covers the whole image.
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
    in_distribution: float | None = None
    threshold: float | None = None
    alarm_class: str | None = None
    several: bool = False
    thresholds: dict[str, float] = field(default_factory=dict)
    calibrated: bool = True
    heat_map: NDArray[np.float32] | None = None
    seconds: float = 0.0
    device: str = "cpu"
    note: str | None = None

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
        fields = {**document, "model": ModelKey(**document["model"])}
        return cls(**fields, heat_map=heat_map)


def foremost(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> str:
    """Return, of several labels, the one that is furthest above its operating point, or least below it."""
    return max(probabilities, key=lambda name: probabilities[name] - thresholds[name])
