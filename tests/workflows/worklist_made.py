"""An engine without a process for worklists: the score is the brightness, and what it was asked is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.package import Package, read_package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.telling import header_refusal
from medapp.errors import MedappError
from medapp.imaging.frame import Frame


class BrightnessEngine(Engine):
    """Says NODULE as surely as the picture is bright; refuses black ones, and ends as often as it is told to."""

    def __init__(self) -> None:
        super().__init__(EngineConfig(device="cpu"))
        self.asked: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.meanwhile: Callable[[], int] = lambda: 0

    def predict_many(
        self, frames: Sequence[Frame], package: Path, *, heat_map: bool = False, **_: Any
    ) -> list[Prediction]:
        for frame in frames:
            if self.ends[frame.identity] > 0:
                self.ends[frame.identity] -= 1
                raise MedappError("engine.died")
        self.meanwhile()
        model = read_package(package)
        self.asked.update(frame.identity for frame in frames)
        return [header_refusal(frame, model) or self._told(frame, model) for frame in frames]

    def _told(self, frame: Frame, model: Package) -> Prediction:
        key = ModelKey(model.metadata.id, model.metadata.version, model.manifest_hash)
        p = float(frame.stored.mean()) / 255
        if p == 0:
            return Prediction(key, frame.identity, None, None, refused="ood.features")
        label = "NODULE" if p >= 0.5 else "NORMAL"
        probabilities = {"NORMAL": 1 - p, "NODULE": p}
        return Prediction(
            key, frame.identity, probabilities, label, threshold=0.5, alarm_class="NODULE", unclear=model.unclear
        )


def write_pictures(folder: Path, levels: Sequence[int]) -> list[Path]:
    """Write an evenly grey picture for each level; the place of one bright corner makes each its own."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, level in enumerate(levels):
        picture = np.full((40, 40), level, np.uint8)
        if level:
            picture[number // 40 % 40, number % 40] = level - 1
        made.append(folder / f"bild {number:03}.png")
        made[-1].write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    return made
