"""Benchmarks of the read way: answers of the engine against a bare loop of torch on the same pictures."""

from __future__ import annotations

import numpy as np
import torch

from medapp.classify.engine import Engine, EngineConfig
from medapp.classify.network import load
from medapp.classify.package import Package
from medapp.classify.preprocess import network_picture
from medapp.classify.registry import Registry
from medapp.folders import user_folders
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph
from tests.benchmarks.measure import Ratio, compare
from tests.evidence.radiographs import sealed

THREADS = 2


def starter() -> Package:
    """The model that the program ships."""
    package = Registry(user_folders()).active("CR")
    assert package is not None
    return package


def radiographs(count: int) -> list[Frame]:
    """Synthetic radiographs as frames."""
    cases = (PhantomCase(seed, nodule=False, size=512) for seed in range(count))
    return [Frame(radiograph(case), bits_stored=12, modality="DX") for case in cases]


def batches() -> list[Ratio]:
    """64 frames through the engine process, and one frame with its heat map, warm."""
    package, frames = starter(), radiographs(64)
    torch.set_num_threads(THREADS)
    network = load(package, torch.device("cpu"))
    pictures = torch.from_numpy(np.stack([network_picture(f, package.preprocess) for f in frames]))
    engine = Engine(EngineConfig(device="cpu", threads=THREADS, batch=16))
    try:
        many = compare(
            "classify 64 radiographs, preprocessing and process included",
            lambda: engine.predict_many(frames, package.path),
            "bare torch loop on the preprocessed pictures, batch 16",
            lambda: bare(network, pictures, 16),
            pairs=5,
        )
        one = compare(
            "classify one radiograph with heat map, warm",
            lambda: engine.predict(frames[0], package.path, heat_map=True),
            "one forward pass",
            lambda: bare(network, pictures[:1], 1),
            pairs=15,
        )
    finally:
        engine.close()
    return [many, one]


def bare(network: torch.nn.Module, pictures: torch.Tensor, size: int) -> None:
    """Run the network over the pictures in batches."""
    with torch.inference_mode():
        for start in range(0, len(pictures), size):
            network(pictures[start : start + size])


def one_image() -> list[Ratio]:
    """One radiograph that is answered, with its heat map, warm; and one that is refused, with what is unlike it.

    One thread each: two that wait for each other on a busy machine measure the others' work.
    """
    package = starter()
    shown = sealed(package, 4)[1].frame
    strange = Frame(np.ascontiguousarray(np.rot90(shown.stored)))
    torch.set_num_threads(1)
    network = load(package, torch.device("cpu"))
    picture = torch.from_numpy(network_picture(shown, package.preprocess)[None])
    with Engine(EngineConfig(device="cpu", threads=1)) as engine:
        return [
            compare(
                name,
                lambda frame=frame: engine.predict(frame, package.path, heat_map=True),
                "one forward pass",
                lambda: bare(network, picture, 1),
                pairs=25,
            )
            for name, frame in (
                ("one sealed radiograph with heat map, warm", shown),
                ("the same lying on its side: refused, and why", strange),
            )
        ]


ALL = (batches, one_image)
