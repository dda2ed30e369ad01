"""Heat maps as PNG files, each over its image."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medapp.display.contours import Box
from medapp.display.overlays import heat_map_rgba
from medapp.display.render import render_frame
from medapp.display.viewport import ImageShape, Viewport
from medapp.errors import MedappError
from medapp.files import write_bytes
from medapp.imaging.frame import Frame
from medapp.imaging.readers import Readers
from medapp.imaging.voi import default_window
from medapp.workflows.folder_reading import Answer

LARGEST_SIDE = 1024
OPACITY = 0.6


class HeatMapFiles:
    """Writes one PNG for each answer that has a heat map, numbered in the order of the answers.

    The folder is made at once, so that one which cannot be written is told before anything is computed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MedappError("classify.heat_maps", reason=error.strerror or "") from error

    def write(self, answers: Sequence[Answer], readers: Readers) -> dict[int, Path]:
        """Write the files and return them by the number of their answer.

        Raises
        ------
        MedappError
            ``classify.heat_maps`` where the disk refuses. A file that cannot be read any more gets no heat map.
        """
        files: dict[int, Path] = {}
        for number, answer in enumerate(answers):
            heat_map = answer.prediction.heat_map
            if heat_map is None:
                continue
            try:
                frame = readers.frame(answer.path, answer.frame - 1)
            except MedappError:
                continue
            picture = overlaid(frame, heat_map, answer.prediction.seen)
            files[number] = self._write(f"{number + 1:05d}-{_plain_name(answer.path)}-{answer.frame}.png", picture)
        return files

    def _write(self, name: str, picture: NDArray[np.uint8]) -> Path:
        path = self._folder / name
        try:
            write_bytes(path, cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))[1].tobytes())
        except OSError as error:
            raise MedappError("classify.heat_maps", reason=error.strerror or "") from error
        return path


def overlaid(frame: Frame, heat_map: NDArray[np.float32], seen: Box | None = None) -> NDArray[np.uint8]:
    """Return the frame in its default window with the heat map over `seen`, RGB, at most 1024 pixels a side."""
    grey = render_frame(frame, None if frame.is_colour else default_window(frame))
    picture = np.repeat(grey[..., None], 3, axis=2) if grey.ndim == 2 else grey
    factor = min(1.0, LARGEST_SIDE / max(frame.shape))
    width, height = max(1, round(frame.shape[1] * factor)), max(1, round(frame.shape[0] * factor))
    picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    # the aspect of the pixels is left out on both sides, so that the map lies on what it is about
    shape = ImageShape(*frame.shape)
    colours = heat_map_rgba(heat_map, shape, Viewport(), (width, height), OPACITY, seen).astype(np.float32)
    alpha = colours[..., 3:] / 255
    blended: NDArray[np.uint8] = np.rint(picture * (1 - alpha) + colours[..., :3] * alpha).astype(np.uint8)
    return blended


def _plain_name(source: str) -> str:
    stem = Path(source.rsplit("!/", 1)[-1]).stem
    return re.sub(r"[^\w.-]+", "_", stem)[:60]
