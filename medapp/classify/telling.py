"""What is told of a frame: the refusal that its header asks for, or what the engine process replied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.heat import outside_body
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.preprocess import is_grey_picture, seen_box
from medapp.i18n import tr
from medapp.imaging.frame import Frame
from medapp.processes import Message

REFUSED_SCOPE, REFUSED_PART = "scope.modality", "scope.part"
REFUSED_COLOUR, REFUSED_FEATURES = "ood.colour", "ood.features"


def header_refusal(frame: Frame, package: Package) -> Prediction | None:
    """Return the refusal of a frame that the package's scope rules out before any network, or None."""
    scope = package.scope
    if not scope.fits(frame.modality):
        return scope_refusal(package, frame.modality, identity=frame.identity)
    if not scope.fits(*frame.says):
        who = scope.fits(frame.modality, frame.body_part, frame.view)
        return _refusal(package, REFUSED_PART, identity=frame.identity, part=described(frame, who=who))
    if scope.grey_only and not is_grey_picture(frame):
        return _refusal(package, REFUSED_COLOUR, identity=frame.identity)
    return None


def described(frame: Frame, *, who: bool) -> str:
    """Return what an image says of itself, in words; with `who` that it is the patient's age or the machine.

    Neither is told: a reason is sent on also where no identity is.
    """
    told = " ".join(filter(None, (frame.modality, frame.body_part, frame.view)))
    return tr("refused.who", image=told) if who else told


def scope_refusal(package: Package, modality: str, *, identity: str = "") -> Prediction:
    """Return "no model for this": the package is not for frames of `modality`."""
    return _refusal(package, REFUSED_SCOPE, identity=identity, modality=modality)


def _refusal(package: Package, code: str, *, identity: str, **params: str | float) -> Prediction:
    return Prediction(
        _key(package),
        identity,
        None,
        None,
        refused=code,
        refused_params=params,
        **_operating_points(package),
    )


def _operating_points(package: Package) -> dict[str, Any]:
    calibration = package.calibration
    return {
        "threshold": calibration.threshold,
        "alarm_class": calibration.alarm_class,
        "unclear": package.unclear,
        "several": calibration.several,
        "calibrated": calibration.calibrated,
        "thresholds": dict(zip(package.metadata.classes, calibration.thresholds, strict=False)),
    }


def _key(package: Package) -> ModelKey:
    return ModelKey(package.metadata.id, package.metadata.version, package.manifest_hash)


def prediction_of(frame: Frame, picture: NDArray[np.uint8], package: Package, reply: Message, n: int) -> Prediction:
    """Return what the engine's reply says of its picture number `n`.

    Parameters
    ----------
    frame : Frame
        What the picture was made of.
    picture : ndarray of uint8, shape (size, size) or (size, size, 3)
        The network picture.
    package : Package
        The model that was asked.
    reply : Message
        Of the engine process, about a batch.
    n : int
        Place in the batch.
    """
    p_values, maps = reply.arrays.get("in_distribution"), reply.arrays.get("heat_maps")
    heat_map = None if maps is None else maps[n]
    told = Prediction(
        _key(package),
        frame.identity,
        dict(zip(package.metadata.classes, reply.arrays["probabilities"][n].tolist(), strict=True)),
        reply.header["labels"][n],
        in_distribution=None if p_values is None else float(p_values[n]),
        **_operating_points(package),
        heat_map=heat_map,
        seen=None if heat_map is None else seen_box(frame, package.preprocess),
        outside_body=None if heat_map is None else outside_body(heat_map, picture),
        seconds=reply.header["seconds"],
        device=reply.header["device"],
        note=reply.header["note"],
    )
    if told.in_distribution is None or told.in_distribution >= package.scope.refuse_below:
        return told
    return replace(
        told,
        probabilities=None,
        label=None,
        heat_map=None,
        seen=None,
        outside_body=None,
        refused=REFUSED_FEATURES,
        clue=reply.header["clues"][n],
    )
