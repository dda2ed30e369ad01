"""Network pictures in, answers out: network, calibration, novelty, operating point and heat map."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.classify import devices, novelty, precision, probing
from medapp.classify.areas import with_masked_border
from medapp.classify.contents import Calibration
from medapp.classify.devices import Choice
from medapp.classify.explain import heat_maps
from medapp.classify.network import Classifier
from medapp.classify.package import Package, read_package
from medapp.classify.prediction import foremost
from medapp.errors import MedappError

T = TypeVar("T")
Floats: TypeAlias = NDArray[np.floating]
log = logging.getLogger(__name__)
MODELS_KEPT = 2
WHITE = np.uint8(255)
FELL_BACK = "engine.note.fell_back"
_DEPTHS_THAT_REFUSE = {(True, True): "content", (True, False): "look", (False, True): "shape"}
"""The clue by whether the middle and the last depth, each alone, would refuse."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model said about a batch of n pictures.

    Attributes
    ----------
    probabilities : ndarray of float64, shape (n, classes)
        Calibrated.
    in_distribution : ndarray of float64, shape (n,), or None
        p-values; None where the package has no novelty model.
    labels : list of str
        By the operating point; of several labels those that are given, with commas.
    clues : list of str or None
        What about a picture is not like the training data; None for those that are like them.
    heat_maps : ndarray of float32, shape (n, h, w), or None
        For the labels, where they were asked for.
    """

    probabilities: NDArray[np.float64]
    in_distribution: NDArray[np.float64] | None
    labels: list[str]
    clues: list[str | None]
    heat_maps: NDArray[np.float32] | None


@dataclass(frozen=True, eq=False)
class _Model:
    package: Package
    classifier: Classifier
    novelty: dict[str, NDArray[Any]] | None

    @property
    def exclusive(self) -> bool:
        """Whether its classes exclude each other."""
        return not self.package.calibration.several

    @torch.inference_mode()
    def answer(self, pictures: NDArray[np.uint8], device: torch.device, *, explain: bool) -> Answers:
        deep, mid, pooled, logits = self._passed(torch.from_numpy(pictures).to(device))
        calibration, names = self.package.calibration, self.package.metadata.classes
        probabilities = calibration.probabilities(logits)
        labels = [calibration.label(dict(zip(names, row, strict=True))) for row in probabilities.tolist()]
        p_values: NDArray[np.float64] | None = None
        clues: list[str | None] = [None] * len(pictures)
        if self.novelty is not None:
            by_depth = self._finite(novelty.p_values(self.novelty, mid, pooled))
            p_values = by_depth.min(axis=1).astype(np.float64)
            clues = self._clues(pictures, by_depth, device, look_again=explain)
        maps = None
        if explain:
            classes = torch.tensor(_explained(calibration, names, labels, probabilities), device=device)
            maps = _numpy(heat_maps(self.classifier, deep, classes, exclusive=self.exclusive))
        return Answers(probabilities, p_values, labels, clues, maps)

    def _passed(self, batch: Tensor) -> tuple[Tensor, Floats, Floats, Floats]:
        """Return maps of the last depth, features of both, and logits; where 16 bits overflow, with 32 from now on."""
        middle, deep = self.classifier.maps_of(batch)
        mid, pooled = self.classifier.pooled_of(middle, deep)
        computed = _numpy(mid), _numpy(pooled), _numpy(self.classifier.logits_of(pooled))
        if self.classifier.half_type is not None and not all(np.isfinite(part).all() for part in computed):
            log.warning("16 bits overflow over a picture; the model goes on with 32")
            self.classifier.half_type = None
            return self._passed(batch)
        return deep, computed[0], computed[1], self._finite(computed[2])

    def _finite(self, values: Floats) -> Floats:
        if not np.isfinite(values).all():
            raise MedappError("engine.not_finite", id=self.package.metadata.id)
        return values

    def _clues(
        self, pictures: NDArray[np.uint8], by_depth: Floats, device: torch.device, *, look_again: bool
    ) -> list[str | None]:
        """Say of each picture that is not like the training data what about it is not.

        Whether it would be like them if it were turned or inverted takes four more passes, and is asked only where an
        explanation is wanted.
        """
        limit = self.package.scope.refuse_below
        clues: list[str | None] = []
        for picture, values in zip(pictures, by_depth, strict=True):
            clue = None if values.min() >= limit else _DEPTHS_THAT_REFUSE[tuple((values < limit).tolist())]
            mended = self._mended_by(picture, device) if clue and look_again else None
            clues.append(mended or clue)
        return clues

    def _mended_by(self, picture: NDArray[np.uint8], device: torch.device) -> str | None:
        """Return what would have to be undone for the picture to be like the training data, or None."""
        assert self.novelty is not None
        inverted = with_masked_border(WHITE - picture, self.package.preprocess.border_mask)
        tried = [inverted, *(np.rot90(picture, turns) for turns in (1, 2, 3))]
        batch = torch.from_numpy(np.stack(tried)).to(device)
        mid, pooled = self.classifier.features_of(batch)
        values = novelty.p_value(self.novelty, _numpy(mid), _numpy(pooled))
        best = int(values.argmax())
        if values[best] < self.package.scope.refuse_below:
            return None
        return "inverted" if best == 0 else "turned"


class Inference:
    """Keeps the models that were used last, on one device; a device that fails is left for the CPU, for good.

    Parameters
    ----------
    choice : Choice
        The device to begin with.
    load : callable, optional
        Puts a package's network on a device; default `precision.load`.
    """

    def __init__(self, choice: Choice, load: Callable[[Package, torch.device], Classifier] = precision.load) -> None:
        self._load = load
        self._models: dict[str, _Model] = {}
        self.device = choice.device
        self.note = choice.note

    def answer(self, package_path: str, manifest_hash: str, pictures: NDArray[np.uint8], *, explain: bool) -> Answers:
        """Answer a batch of network pictures, shape (n, size, size) or (n, size, size, 3), with a package.

        Raises
        ------
        MedappError
            Any fault of the package.
        """
        return self._guarded(lambda: self._answer(package_path, manifest_hash, pictures, explain=explain))

    def covered(
        self, package_path: str, manifest_hash: str, picture: NDArray[np.uint8], masks: NDArray[np.bool_], target: int
    ) -> NDArray[np.float64]:
        """Return the score of a class with each mask covered, as `probing.covered_scores`."""

        def scores() -> NDArray[np.float64]:
            model = self._model(package_path, manifest_hash)
            told = probing.covered_scores(model.classifier, picture, masks, target, exclusive=model.exclusive)
            return _numpy(told).astype(np.float64)

        return self._guarded(scores)

    def slopes(
        self, package_path: str, manifest_hash: str, picture: NDArray[np.uint8], shares: NDArray[Any], target: int
    ) -> NDArray[np.float64]:
        """Return each pixel's part in the score of a class, as `probing.slopes_along`."""

        def parts() -> NDArray[np.float64]:
            model = self._model(package_path, manifest_hash)
            told = probing.slopes_along(model.classifier, picture, shares, target, exclusive=model.exclusive)
            return _numpy(told).astype(np.float64)

        return self._guarded(parts)

    @property
    def told_device(self) -> str:
        """What computes, in words: the device, and with how many bits the model that answered last did."""
        latest = next(reversed(self._models.values()), None)
        return devices.describe(self.device, half=latest is not None and latest.classifier.half_type is not None)

    def _guarded(self, compute: Callable[[], T]) -> T:
        """Compute; where the device fails, leave it for the CPU and compute again."""
        try:
            return compute()
        except RuntimeError as error:  # CUDA and MPS faults, out of memory among them
            if self.device.type == "cpu":
                raise
            log.warning("the %s device failed (%s); the CPU goes on", self.device.type, type(error).__name__)
        self._models.clear()
        self.device, self.note = torch.device("cpu"), FELL_BACK
        return compute()

    def _answer(self, path: str, manifest_hash: str, pictures: NDArray[np.uint8], *, explain: bool) -> Answers:
        model = self._model(path, manifest_hash)
        batch = devices.pictures_at_once(self.device, pictures.shape[1])
        parts = [
            model.answer(pictures[start : start + batch], self.device, explain=explain)
            for start in range(0, len(pictures), batch)
        ]
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _model(self, path: str, manifest_hash: str) -> _Model:
        model = self._models.pop(manifest_hash, None)
        if model is None:
            package = read_package(Path(path))
            if package.manifest_hash != manifest_hash:
                raise MedappError("engine.changed", id=package.metadata.id)
            model = _Model(package, self._load(package, self.device), package.novelty())
            while len(self._models) >= MODELS_KEPT:
                self._models.pop(next(iter(self._models)))
        self._models[model.package.manifest_hash] = model  # used last stands last
        return model


def _explained(
    calibration: Calibration, names: Sequence[str], labels: list[str], probabilities: NDArray[np.float64]
) -> list[int]:
    """Return the class that each picture's heat map is about: the label, of several the foremost one."""
    if not calibration.several:
        return [names.index(label) for label in labels]
    limits = dict(zip(names, calibration.thresholds, strict=True))
    return [names.index(foremost(dict(zip(names, row, strict=True)), limits)) for row in probabilities.tolist()]


def _numpy(tensor: Tensor) -> NDArray[Any]:
    values: NDArray[Any] = tensor.detach().float().cpu().numpy()
    return values


def _joined(parts: list[Answers]) -> Answers:
    return Answers(
        np.concatenate([part.probabilities for part in parts]),
        _stacked([part.in_distribution for part in parts]),
        [label for part in parts for label in part.labels],
        [clue for part in parts for clue in part.clues],
        _stacked([part.heat_maps for part in parts]),
    )


def _stacked(arrays: list[NDArray[Any] | None]) -> NDArray[Any] | None:
    there = [array for array in arrays if array is not None]
    return np.concatenate(there) if there else None


def start(wanted: str, threads: int, *, fell_back: bool = False) -> tuple[Inference, Choice]:
    """Set torch up and return an `Inference` on the device that `wanted` (auto, cpu, cuda, mps) comes to.

    With `fell_back` the process before this one died of its GPU, and that is told.
    """
    torch.set_num_threads(threads)
    choice = devices.choose(wanted)
    choice = replace(choice, note=FELL_BACK) if fell_back else choice
    return Inference(choice), choice
