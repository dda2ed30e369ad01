"""A model as an ONNX file: gathers pictures to compare on, and has the process that holds torch write and check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from medapp.classify.package import Package
from medapp.classify.preprocess import network_picture
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.workflows.weight_import import ask_weights

PHANTOMS, MOST_PICTURES, MOST_FILES = 6, 16, 200


def export_onnx(package: Package, target: Path, pictures_from: Sequence[Path] = ()) -> dict[str, Any]:
    """Write `package` to the ONNX file `target`, run it back, and return ``difference``, ``pictures`` and ``runtime``.

    Parameters
    ----------
    package : Package
        A classifier.
    target : Path
        The file.
    pictures_from : sequence of Path
        Images and folders of them to compare on; phantoms where none are given.

    Raises
    ------
    MedappError
        ``onnx.no_pictures`` where no image can be read, or any of `classify.onnx_export.export`.
    """
    with Readers(ReaderConfig(processes=1)) as readers, TemporaryDirectory(prefix="medapp-onnx-") as scratch:
        paths = pictures_from or _phantoms(Path(scratch))
        frames = [frame for _, frame in zip(range(MOST_PICTURES), _frames(paths, readers), strict=False)]
    if not frames:
        raise MedappError("onnx.no_pictures")
    pictures = np.stack([network_picture(frame, package.preprocess) for frame in frames])
    request = {"do": "export_onnx", "package": str(package.path.resolve()), "target": str(target.resolve())}
    return ask_weights(request, {"pictures": pictures})


def _phantoms(folder: Path) -> list[Path]:
    cases = (PhantomCase(seed, nodule=bool(seed % 2), size=512) for seed in range(PHANTOMS))
    return [write_png(folder / f"phantom{case.seed}.png", case) for case in cases]


def _frames(paths: Sequence[Path], readers: Readers) -> Iterator[Frame]:
    """Return the first frames of what can be read; what cannot is passed over, for nothing depends on it."""
    for _, path in zip(range(MOST_FILES), _files(paths), strict=False):
        try:
            yield readers.frame(str(path))
        except MedappError:
            continue


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
