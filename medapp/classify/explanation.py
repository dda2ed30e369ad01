"""Explanations on request: where a score came from, by three methods, each with the test of itself. No torch here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.classify.heat import outside_body
from medapp.classify.package import Package
from medapp.classify.prediction import Box, Prediction
from medapp.classify.preprocess import network_picture, seen_box
from medapp.errors import MedappError
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.jobs import Job, Progress, TimeLeft

Method: TypeAlias = Literal["gradcam", "occlusion", "integrated-gradients"]
METHODS: tuple[Method, ...] = ("gradcam", "occlusion", "integrated-gradients")
CELLS = 14
"""Rows and columns of the grid that is covered and that slopes are summed on."""
WINDOW = 3
"""Rows and columns of cells that are covered at a time."""
RANDOM_MASKS = 100
HOT_SHARE = 0.2
SLOPES = 32
_SLOPES_A_PART, _MASKS_A_PART = 4, 20
Floats: TypeAlias = NDArray[np.float64]
Masks: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where the score of a label came from, by one method.

    Attributes
    ----------
    identity : str
        ``Frame.identity`` of the image.
    manifest_hash : str
        Of the package that answered.
    method : str
        One of `METHODS`.
    label : str
        The class that it is about.
    heat_map : ndarray of float32, shape (h, w)
        0 to 1, at the method's own grid, over `seen`.
    seen : tuple of 4 int, or None
        The part of the frame that the network saw; None for the whole.
    outside_body : float
        Share of the heat outside the body, 0 to 1.
    beaten : int
        How many of `RANDOM_MASKS` covers of the same shape elsewhere lower the score less than covering the hottest
        fifth does: 50 would be chance.
    seconds : float
        How long it took.
    """

    identity: str
    manifest_hash: str
    method: Method
    label: str
    heat_map: NDArray[np.float32]
    seen: Box | None
    outside_body: float
    beaten: int
    seconds: float


class Probes(Protocol):
    """What explanations need of ``classify.engine.Engine``."""

    def predict(self, frame: Frame, package: Path, *, heat_map: bool = False) -> Prediction:
        """Return the prediction for one frame."""

    def covered_scores(self, picture: NDArray[np.uint8], masks: Masks, target: int, package: Package) -> Floats:
        """Return the score of a class with each mask covered."""

    def slopes(self, picture: NDArray[np.uint8], shares: Floats, target: int, package: Package) -> Floats:
        """Return each pixel's part in a score, along the way from a blurred picture."""


def explain(engine: Probes, frame: Frame, package: Package, method: Method) -> Job[Explanation]:
    """Explain the label that a package gives to a frame; may be stopped after each few passes of the network.

    Yields
    ------
    Progress
        Passes done of all.

    Returns
    -------
    Explanation

    Raises
    ------
    MedappError
        ``explain.refused`` where there is no answer to explain; any failure of the engine.
    """
    began = time.perf_counter()
    told = engine.predict(frame, package.path, heat_map=True)
    if told.refused is not None or told.heat_map is None or not told.explained:
        raise MedappError("explain.refused")
    target = package.metadata.classes.index(told.explained)
    picture = network_picture(frame, package.preprocess)
    passes = _Passes(engine, picture, target, package, _Steps(method))
    heat_map = yield from _map_by(method, told.heat_map, passes)
    beaten = yield from _beaten(heat_map, passes, _seed(frame.identity))
    return Explanation(
        frame.identity,
        package.manifest_hash,
        method,
        told.explained,
        heat_map,
        seen_box(frame, package.preprocess),
        outside_body(heat_map, picture),
        beaten,
        time.perf_counter() - began,
    )


def _map_by(method: Method, own: NDArray[np.float32], passes: _Passes) -> Job[NDArray[np.float32]]:
    """Return the heat map by a method; `own` is the one that came with the answer."""
    if method == "occlusion":
        return _dropped((yield from passes.covered(_windows())))
    if method == "integrated-gradients":
        return _on_cells((yield from passes.slopes((np.arange(SLOPES) + 0.5) / SLOPES)))
    return own


def _beaten(heat_map: NDArray[np.float32], passes: _Passes, seed: int) -> Job[int]:
    """Return how many random covers lower the score less than covering what is hot does."""
    scores = yield from passes.covered(_hot_and_elsewhere(heat_map, seed))
    return int(np.sum(scores[1:] > scores[0]))


@dataclass(frozen=True, eq=False)
class _Passes:
    """Asks about one picture, a few passes of the network at a time."""

    engine: Probes
    picture: NDArray[np.uint8]
    target: int
    package: Package
    steps: _Steps

    def covered(self, masks: Masks) -> Job[Floats]:
        """Return the score with each mask covered."""
        found: list[Floats] = []
        for first in range(0, len(masks), _MASKS_A_PART):
            part = masks[first : first + _MASKS_A_PART]
            found.append(self.engine.covered_scores(self.picture, part, self.target, self.package))
            yield self.steps.after(len(part))
        return np.concatenate(found)

    def slopes(self, shares: Floats) -> Job[Floats]:
        """Return each pixel's part in the score, the mean over all points on the way."""
        total = np.zeros(self.picture.shape[:2])
        for first in range(0, len(shares), _SLOPES_A_PART):
            part = shares[first : first + _SLOPES_A_PART]
            total += len(part) * self.engine.slopes(self.picture, part, self.target, self.package)
            yield self.steps.after(len(part))
        return total / len(shares)


class _Steps:
    """Counts the passes of a method."""

    def __init__(self, method: Method) -> None:
        own = {"gradcam": 0, "occlusion": 1 + CELLS * CELLS, "integrated-gradients": SLOPES}[method]
        self._total, self._done, self._left = own + 1 + RANDOM_MASKS, 0, TimeLeft()

    def after(self, more: int) -> Progress:
        self._done += more
        text = tr("explain.progress", done=self._done, total=self._total)
        return Progress(self._done, self._total, text, self._left.after(self._done, self._total))


def _windows() -> Masks:
    """Return nothing covered, then a window around each cell; at the edge it is cut off."""
    masks = np.zeros((1 + CELLS * CELLS, CELLS, CELLS), bool)
    reach = WINDOW // 2
    for n in range(CELLS * CELLS):
        row, column = divmod(n, CELLS)
        masks[1 + n, max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = True
    return masks


def _dropped(scores: Floats) -> NDArray[np.float32]:
    """Return by how much covering each cell lowers the score, 0 to 1."""
    return _scaled((scores[0] - scores[1:]).reshape(CELLS, CELLS))


def _on_cells(parts: Floats) -> NDArray[np.float32]:
    """Return the parts of pixels summed over cells: single pixels of slopes are noise."""
    return _scaled(np.asarray(cv2.resize(parts, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float64))


def _scaled(values: Floats) -> NDArray[np.float32]:
    positive = np.maximum(values, 0)
    highest = positive.max()
    return (positive / highest if highest > 0 else positive).astype(np.float32)


def _hot_and_elsewhere(heat_map: NDArray[np.float32], seed: int) -> Masks:
    """Return the hottest fifth, or less where less is hot at all, then the same shape moved and mirrored at random.

    Scattered cells would hide more than one part does.
    """
    cells = cv2.resize(heat_map, (CELLS, CELLS), interpolation=cv2.INTER_LINEAR)
    hot = np.zeros(cells.shape, bool)
    hottest = np.argsort(cells, axis=None, kind="stable")[-round(HOT_SHARE * cells.size) :]
    hot.flat[hottest] = cells.flat[hottest] > 0
    draw = np.random.default_rng(seed)
    moved: list[Masks] = [hot]
    for _ in range(RANDOM_MASKS):
        down, across = (int(shift) for shift in draw.integers(1, CELLS, 2))
        turned = hot[:: 1 if draw.random() < 0.5 else -1]
        moved.append(np.roll(turned, (down, across), (0, 1)))
    return np.stack(moved)


def _seed(identity: str) -> int:
    """Return the same number for the same image, so that asking again gives the same answer."""
    return int.from_bytes(identity.encode()[:8].ljust(8, b"0"), "big")
