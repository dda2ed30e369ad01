"""What a model package says, as frozen values: who it is, how it answers, what it is for, what it was trained on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medapp import __version__
from medapp.classify.preprocess import PreprocessSpec
from medapp.classify.scope import Scope

Tensors: TypeAlias = Mapping[str, NDArray[Any]]
Aggregate: TypeAlias = Literal["max", "mean", "share_above"]
STATEMENT = "Research use only. Not a medical device; not for diagnosis or treatment."


@dataclass(frozen=True)
class Metadata:
    """Who a package is (``configs/metadata.json``).

    Attributes
    ----------
    id, version : str
        Together they name the package: lower-case words joined by ``-`` or ``_``; numbers joined by dots.
    name : str
        What people call it.
    architecture : str
        A row of ``classify.network.ARCHITECTURES``.
    kind : str
        ``classifier``: one of the classes; ``several_labels``: each label may be there or not, whatever the others
        are; or ``backbone``: something to start a training from, which classifies nothing.
    classes : tuple of str
        Classes or labels in the order of the logits; empty for a backbone.
    created : str
        ISO 8601, UTC.
    base : str
        ``id version`` of the starting model, or empty.
    aggregate : str
        What the scores of a stack's images come to: ``max``, ``mean``, or ``share_above`` (the share of the images at
        or above the operating point).
    """

    id: str
    name: str
    version: str
    architecture: str
    kind: Literal["classifier", "several_labels", "backbone"]
    classes: tuple[str, ...]
    created: str
    base: str = ""
    licence: str = ""
    medapp_version: str = __version__
    statement: str = STATEMENT
    aggregate: Aggregate = "max"

    def to_json(self) -> dict[str, Any]:
        """Return the metadata as JSON values; version 2 only where a program that knows version 1 would go wrong.

        `aggregate` stands there only where it is not ``max``, so that packages stay what they were.
        """
        version = 2 if self.kind == "several_labels" else 1
        document = {"schema_version": version, **asdict(self), "classes": list(self.classes)}
        if self.aggregate == "max":
            del document["aggregate"]
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Metadata:
        """Rebuild metadata from `to_json`'s value."""
        return cls(**{**_without_version(document), "classes": tuple(document["classes"])})


@dataclass(frozen=True)
class Calibration:
    """From logits to probabilities and to a label (``configs/calibration.json``).

    Attributes
    ----------
    scale, offset : tuple of float
        One a class: probabilities are softmax(logits · scale + offset). Platt scaling of two classes has equal scales
        and one offset; empty tuples leave the logits as they are. Of several labels each has a probability of its
        own, the sigmoid instead of the softmax.
    alarm_class : str or None
        The class to be found; for two classes only.
    threshold : float or None
        Operating point: the alarm class is given from this probability on. None: the most probable class.
    thresholds : tuple of float
        Only of several labels, and then one each: the label is given from this probability on.
    calibrated : bool
        False where nobody has held the probabilities against cases, as of weights that came without a report: they
        are scores, and are shown as "not calibrated".
    """

    scale: tuple[float, ...] = ()
    offset: tuple[float, ...] = ()
    alarm_class: str | None = None
    threshold: float | None = None
    thresholds: tuple[float, ...] = ()
    calibrated: bool = True

    @property
    def several(self) -> bool:
        """Whether labels may occur together."""
        return bool(self.thresholds)

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n, classes), of logits of that shape."""
        scores = np.asarray(logits, np.float64)
        if self.scale:
            scores = scores * np.asarray(self.scale) + np.asarray(self.offset)
        if self.several:
            independent: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
            return independent
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return shares

    def label(self, probabilities: Mapping[str, float]) -> str:
        """Return the class by the operating point, or the most probable one where there is none.

        Of several labels those that are given, with commas; empty where none is.
        """
        if self.several:
            limits = zip(probabilities.items(), self.thresholds, strict=True)
            return ", ".join(name for (name, probability), limit in limits if probability >= limit)
        if self.alarm_class is not None and self.threshold is not None and len(probabilities) == 2:
            (other,) = probabilities.keys() - {self.alarm_class}
            return self.alarm_class if probabilities[self.alarm_class] >= self.threshold else other
        return max(probabilities, key=probabilities.__getitem__)

    def to_json(self) -> dict[str, Any]:
        """Return the calibration as JSON values: version 2 with thresholds of several labels, 3 if not calibrated."""
        figures = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}
        thresholds, calibrated = figures.pop("thresholds"), figures.pop("calibrated")
        version = 1 if calibrated and not self.several else 2 if calibrated else 3
        more = {"thresholds": thresholds} if self.several else {}
        return {"schema_version": version, **figures, **more, **({} if calibrated else {"calibrated": False})}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Calibration:
        """Rebuild a calibration from `to_json`'s value."""
        figures = {name: tuple(document.get(name, ())) for name in ("scale", "offset", "thresholds")}
        return cls(**{**_without_version(document), **figures})


@dataclass(frozen=True)
class TrainingSet:
    """Who was in the training, without saying who (``configs/training_set.json``).

    Attributes
    ----------
    salt : str
        Key of the hashes and of the split; kept across retrainings.
    patients, images : dict of str to str
        Salted hash of a patient key, or of a picture's decoded content, to its side: ``train`` or ``test``.
    """

    salt: str
    patients: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)

    def hashed(self, key: str) -> str:
        """Return the salted hash that stands for a patient key or a picture's decoded content."""
        return hmac.new(self.salt.encode(), key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """Return the training set as JSON values."""
        return {"schema_version": 1, "salt": self.salt, "patients": dict(self.patients), "images": dict(self.images)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> TrainingSet:
        """Rebuild a training set from `to_json`'s value."""
        return cls(**_without_version(document))


@dataclass(frozen=True, eq=False)
class PackageContents:
    """All that `write_package` puts into a package; None and empty parts are left out.

    Attributes
    ----------
    weights : dict of str to ndarray
        ``classifier.network.state_dict()`` as numpy arrays, float32 or float16 (see `halved`).
    novelty : dict of str to ndarray or None
        What `classify.novelty.fit` returned.
    report : dict or None
        ``eval/report.json``: the evaluation, as `training.report` defines it.
    card : str
        ``docs/README.md``, Markdown.
    licence_text : str
        ``LICENSE``.
    """

    metadata: Metadata
    preprocess: PreprocessSpec
    weights: Tensors
    scope: Scope = field(default_factory=Scope)
    calibration: Calibration = Calibration()
    novelty: Tensors | None = None
    training_set: TrainingSet | None = None
    report: Mapping[str, Any] | None = None
    card: str = ""
    licence_text: str = ""


def unclear_band(report: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Return from which to before which probability of the alarm class a report calls an answer unclear, or None."""
    band = ((report or {}).get("sealed") or {}).get("unclear") or {}
    low, high = band.get("low"), band.get("high")
    return (float(low), float(high)) if isinstance(low, int | float) and isinstance(high, int | float) else None


def halved(tensors: Tensors) -> dict[str, NDArray[Any]]:
    """Return `tensors` with float32 turned into float16, except a tensor with a value that would be lost."""
    return {name: _half(tensor) for name, tensor in tensors.items()}


def _half(tensor: NDArray[Any]) -> NDArray[Any]:
    if tensor.dtype != np.float32:
        return tensor
    with np.errstate(over="ignore"):
        half = tensor.astype(np.float16)
    lost = ~np.isfinite(half) | (np.abs(half.astype(np.float32) - tensor) > 2e-3 * np.abs(tensor) + 1e-6)
    return tensor if lost.any() else half


def _without_version(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "schema_version"}
