"""What the trained model makes of pictures without the body, and without the frame; and where it looks on average."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from medapp.classify.areas import Area, body_area, masked_to
from medapp.classify.explain import heat_maps
from medapp.training.cases.truth import is_several
from medapp.training.figures.intervals import Estimate
from medapp.training.figures.label_ranking import macro_area
from medapp.training.figures.ranking import macro_auc
from medapp.training.learning.features import TakesPictures, extract, head_logits
from medapp.training.learning.lesson import Floats, Group, Lesson, shares_of
from medapp.training.learning.narration import Narrator, StoppedEarlyError

FRAME = 0.06
"""Part of the height and width at each edge that counts as the frame."""
FEWEST, MOST = 40, 400
SHARE = 0.1
"""Share of all cases that are looked at again: so that a training takes little longer."""
MAPS_OF_EACH = 24
MAP_SIDE = 14
Pictures = NDArray[np.uint8]


@dataclass(frozen=True)
class Covered:
    """Network pictures of which a part is covered, each with its own middle grey."""

    pictures: TakesPictures
    cover: Callable[[Pictures], Pictures]

    def take(self, positions: NDArray[np.int64]) -> Pictures:
        """Return the covered pictures at `positions`."""
        return np.stack([self.cover(picture) for picture in self.pictures.take(positions)])


def without_frame(picture: Pictures) -> Pictures:
    """Return the picture with its frame in its middle grey."""
    covered, inside = np.empty_like(picture), masked_to(Area.whole(picture), FRAME)
    covered[...] = np.median(picture, axis=(0, 1)).astype(np.uint8)
    inside.of(covered)[...] = inside.of(picture)
    return covered


def without_body(picture: Pictures) -> Pictures:
    """Return the picture with the body, as far as it does not reach into the frame, in its middle grey."""
    grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    body, inside = body_area(grey), masked_to(Area.whole(picture), FRAME)
    hidden = Area(
        max(body.top, inside.top),
        min(body.bottom, inside.bottom),
        max(body.left, inside.left),
        min(body.right, inside.right),
    )
    covered = picture.copy()
    hidden.of(covered)[...] = np.median(picture, axis=(0, 1)).astype(np.uint8)
    return covered


def shortcut_figures(lesson: Lesson, classes: tuple[str, ...], narrator: Narrator) -> dict[str, Any] | None:
    """Measure the trained model on some of the sealed cases, whole and in part; None where the person stopped.

    Parameters
    ----------
    lesson : Lesson
        Its network is the trained one.
    classes : tuple of str
        Classes or labels.
    narrator : Narrator
        Where progress goes.

    Returns
    -------
    dict or None
        ``whole``, ``body_masked``, ``frame_masked`` (areas under the curve with intervals, of the same cases), ``n``,
        and ``mean_heat_map``: by class the mean of its maps, rows of values from 0 to 1.
    """
    if narrator.stopped or not len(lesson.sealed.positions):
        return None
    group = _some(lesson)
    try:
        areas = {
            name: _area(lesson, source, group, narrator)
            for name, source in (
                ("whole", lesson.pictures),
                ("body_masked", Covered(lesson.pictures, without_body)),
                ("frame_masked", Covered(lesson.pictures, without_frame)),
            )
        }
    except StoppedEarlyError:
        narrator.take_stop()
        return None
    told = {name: None if area is None else area.to_json() for name, area in areas.items()}
    return {**told, "n": len(group.positions), "mean_heat_map": _mean_maps(lesson, classes, group)}


def _some(lesson: Lesson) -> Group:
    """Draw some of the sealed cases, by patient."""
    sealed, total = lesson.sealed, len(lesson.sealed.positions) + len(lesson.development.positions)
    most = int(np.clip(SHARE * total, FEWEST, MOST))
    drawn = np.random.default_rng(lesson.seed).permutation(np.unique(sealed.patients))
    place = {int(patient): number for number, patient in enumerate(drawn)}
    order = np.argsort([place[int(patient)] for patient in sealed.patients], kind="stable")[:most]
    chosen = np.zeros(len(sealed.positions), np.bool_)
    chosen[order] = True
    return sealed.only(chosen)


def _area(lesson: Lesson, source: TakesPictures, group: Group, narrator: Narrator) -> Estimate | None:
    features = extract(
        lesson.network,
        source,
        group.positions,
        lesson.portions.looking,
        lambda done, total: narrator.progress("writing", done, total),
    )
    told: Floats = shares_of(head_logits(lesson.network, features.deep), several=lesson.several)
    measure = macro_area if is_several(group.truth) else macro_auc
    return measure(told, group.truth, group.patients)


def _mean_maps(lesson: Lesson, classes: tuple[str, ...], group: Group) -> dict[str, list[list[float]]]:
    """Return the mean heat map of each class over cases that have it; a class without any is left out."""
    found = {}
    for number, name in enumerate(classes):
        has = group.truth[:, number] == 1 if is_several(group.truth) else group.truth == number
        chosen = group.positions[has][:MAPS_OF_EACH]
        if len(chosen):
            found[name] = _mean_map(lesson, chosen, number)
    return found


def _mean_map(lesson: Lesson, positions: NDArray[np.int64], label: int) -> list[list[float]]:
    network = lesson.network.eval()
    device = next(network.parameters()).device
    maps = []
    for part in np.array_split(positions, -(-len(positions) // lesson.portions.looking.size)):
        with torch.inference_mode():
            _, deep = network.maps_of(torch.from_numpy(lesson.pictures.take(part)).to(device))
        wanted = torch.full((len(part),), label, dtype=torch.int64, device=device)
        maps.append(heat_maps(network, deep, wanted, exclusive=not lesson.several).cpu().numpy())
    mean = np.concatenate(maps).mean(axis=0)
    if max(mean.shape) > MAP_SIDE:
        mean = np.asarray(cv2.resize(mean, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA))
    return [[round(float(value), 3) for value in row] for row in mean]
