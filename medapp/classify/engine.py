"""The client of the engine process: frames in, predictions out. Never torch in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.package import MANIFEST, Package, read_package
from medapp.classify.prediction import Prediction
from medapp.classify.preprocess import network_picture
from medapp.classify.telling import header_refusal, prediction_of
from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.imaging.frame import Frame
from medapp.processes import Child, ChildDiedError, ChildTooSlowError, Message, own_command

DEVICES = ("auto", "cpu", "cuda", "mps")
_PACKAGES_KEPT = 8
START_ATTEMPTS = 4


def _default_threads() -> int:
    return max(1, min(4, os.cpu_count() or 1))


@dataclass(frozen=True)
class EngineConfig:
    """How the engine process computes.

    Attributes
    ----------
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``; one that is not there, or fails, is replaced by the CPU, and told.
    threads : int
        Threads of the CPU.
    seconds_per_request : float
        Deadline of one request; the process is ended when it is over.
    seconds_to_start : float
        Added to the first request's deadline, while torch loads.
    batch : int
        Pictures in one request of `Engine.predict_many`.
    background : bool
        Whether everything else on the machine goes first.
    """

    device: str = "auto"
    threads: int = field(default_factory=_default_threads)
    seconds_per_request: float = 60
    seconds_to_start: float = 180
    batch: int = 16
    background: bool = False


@dataclass(frozen=True)
class EngineInfo:
    """What the engine process runs on.

    Attributes
    ----------
    torch, torchvision : str
        Versions.
    device : str
        As in `Prediction.device`.
    reason : str
        Message key: why this device.
    note : str or None
        Message key, where it is not the device that was asked for.
    available : tuple of str
        Kinds of device that this machine offers.
    threads : int
        Threads of the CPU.
    machine : dict
        What torch was built for and finds, as `devices.machine` says it.
    """

    torch: str
    torchvision: str
    device: str
    reason: str
    note: str | None
    available: tuple[str, ...]
    threads: int
    machine: Mapping[str, Any] = field(default_factory=dict)


class Engine:
    """Classifies frames in a process of its own, which is started at the first need and again when it died.

    Thread-safe and blocking: call it from worker threads. Requests wait for each other, one at a time.

    Parameters
    ----------
    config : EngineConfig
        Device, threads, deadlines.
    start : callable, optional
        Starts the process; tests give another one.
    """

    def __init__(self, config: EngineConfig = EngineConfig(), start: Callable[[], Child] | None = None) -> None:
        if config.device not in DEVICES:
            raise MedappError("engine.device", name=config.device, known=listed(DEVICES))
        self._config = config
        self._start = start or partial(_process, config)
        self._start_on_cpu = start or partial(_process, replace(config, device="cpu"), "--fell-back")
        self._on_gpu = config.device != "cpu"
        self._child: Child | None = None
        self._fresh = True
        self._closed = threading.Event()
        self._turn = threading.Lock()
        self._number = 0
        self._packages: dict[Path, tuple[int, Package]] = {}
        self._reading = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Process id of the engine, or None while it does not run."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    def predict(self, frame: Frame, package: Path, *, heat_map: bool = False) -> Prediction:
        """Return the prediction for one frame.

        Parameters
        ----------
        frame : Frame
            Decoded frame.
        package : Path
            Folder of a package.
        heat_map : bool, default False
            Whether to explain the label; a refused image has no heat map.

        Raises
        ------
        MedappError
            A fault of the package; ``engine.died`` when the process died twice over the same frame; ``engine.slow``
            past the deadline; ``engine.closed``; ``engine.backbone`` for a package that classifies nothing.
        """
        return self.predict_many([frame], package, heat_map=heat_map)[0]

    def predict_many(self, frames: Sequence[Frame], package: Path, *, heat_map: bool = False) -> list[Prediction]:
        """Return the predictions for frames, in order; faster than one by one. Raises as `predict` does."""
        model = self._package(package)
        predictions = {n: refusal for n, f in enumerate(frames) if (refusal := header_refusal(f, model)) is not None}
        wanted = [n for n in range(len(frames)) if n not in predictions]
        for start in range(0, len(wanted), self._config.batch):
            part = wanted[start : start + self._config.batch]
            answers = self._predict_batch([frames[n] for n in part], model, heat_map=heat_map)
            predictions.update(zip(part, answers, strict=True))
        return [predictions[n] for n in range(len(frames))]

    def covered_scores(
        self, picture: NDArray[np.uint8], masks: NDArray[np.bool_], target: int, package: Package
    ) -> NDArray[np.float64]:
        """Return the score of the class number `target` with each mask, (n, rows, columns), covered; shape (n,)."""
        return self._probe("cover", package, target, {"picture": picture, "masks": masks.astype(np.uint8)})

    def slopes(
        self, picture: NDArray[np.uint8], shares: NDArray[np.float64], target: int, package: Package
    ) -> NDArray[np.float64]:
        """Return each pixel's part in the score of a class, (size, size), as `probing.slopes_along` says it."""
        return self._probe("slopes", package, target, {"picture": picture, "shares": shares})

    def _probe(self, do: str, package: Package, target: int, arrays: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
        asked = {"package": str(package.path), "manifest_hash": package.manifest_hash, "target": target}
        scores: NDArray[np.float64] = self._request({"do": do, **asked}, arrays).arrays["scores"]
        return scores

    def describe(self) -> EngineInfo:
        """Return what the engine runs on; starts it where it does not run."""
        header = self._request({"do": "describe"}, {}).header
        return EngineInfo(
            **{name: header[name] for name in ("torch", "torchvision", "device", "reason", "note", "threads")},
            available=tuple(header["available"]),
            machine=header.get("machine", {}),
        )

    def close(self) -> None:
        """End the process, also in the middle of a request, which then raises ``engine.closed``."""
        self._closed.set()
        child = self._child
        if child is not None and self._turn.locked():
            child.kill()
        with self._turn:
            if self._child is not None:
                self._child.close()
                self._child = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _predict_batch(self, frames: list[Frame], package: Package, *, heat_map: bool) -> list[Prediction]:
        pictures = np.stack([network_picture(frame, package.preprocess) for frame in frames])
        header = {
            "do": "predict",
            "package": str(package.path),
            "manifest_hash": package.manifest_hash,
            "heat_map": heat_map,
        }
        reply = self._request(header, {"pictures": pictures})
        return [
            prediction_of(frame, picture, package, reply, n)
            for n, (frame, picture) in enumerate(zip(frames, pictures, strict=True))
        ]

    def _package(self, path: Path) -> Package:
        """Read a package, or remember it where its manifest has not been touched since."""
        manifest = path / MANIFEST
        changed = manifest.stat().st_mtime_ns if manifest.is_file() else -1
        with self._reading:
            known = self._packages.pop(path, None)
            if known is None or known[0] != changed:
                known = (changed, read_package(path))
            while len(self._packages) >= _PACKAGES_KEPT:
                self._packages.pop(next(iter(self._packages)))
            self._packages[path] = known
        if known[1].metadata.kind == "backbone":
            raise MedappError("engine.backbone", id=known[1].metadata.id)
        return known[1]

    def _request(self, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Message:
        """Send a request and return its reply; a process that died is replaced and asked once more."""
        with self._turn:
            try:
                reply = self._exchange(header, arrays)
            except ChildDiedError:
                reply = self._once_more(header, arrays)
        if "problem" in reply.header:
            problem = reply.header["problem"]
            raise MedappError(problem["code"], **problem["params"])
        return reply

    def _once_more(self, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Message:
        """Ask a new process; where that dies too and had a GPU, one that leaves the GPU alone, for good."""
        try:
            self._bring_up()
            return self._exchange(header, arrays)
        except ChildDiedError as error:
            if not self._on_gpu:
                raise MedappError("engine.died") from error
        self._start, self._on_gpu = self._start_on_cpu, False
        return self._once_more(header, arrays)

    def _bring_up(self) -> None:
        """Start a process that answers; one that dies while it starts does so by no fault of the request."""
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self._exchange({"do": "describe"}, {})
            except ChildDiedError:
                if attempt == START_ATTEMPTS:
                    raise
            else:
                return

    def _exchange(self, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Message:
        child = self._running()
        self._number += 1
        deadline = self._config.seconds_per_request + (self._config.seconds_to_start if self._fresh else 0)
        try:
            child.send({**header, "id": self._number}, arrays)
            reply = child.receive(deadline)
        except ChildTooSlowError as error:
            self._discard()
            raise MedappError("engine.slow", seconds=round(deadline)) from error
        except ChildDiedError:
            self._discard()
            raise
        self._fresh = False
        if "device" in reply.header:
            self._on_gpu = reply.header["device"] != "cpu"
        return reply

    def _running(self) -> Child:
        if self._closed.is_set():
            raise MedappError("engine.closed")
        if self._child is not None and not self._child.alive:
            self._discard()
        if self._child is None:
            self._child, self._fresh = self._start(), True
            if self._closed.is_set():
                self._discard()
        return self._child

    def _discard(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None
        if self._closed.is_set():
            raise MedappError("engine.closed")


def _process(config: EngineConfig, *more: str) -> Child:
    arguments = ("--device", config.device, "--threads", str(config.threads), *more)
    command = own_command("_engine", *arguments, *(("--background",) if config.background else ()))
    return Child(command, environment={"OMP_NUM_THREADS": str(config.threads)})
