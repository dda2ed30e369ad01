"""The engine process, ``medapp _engine``: answers `Engine` with torch.

A background thread loads torch and computes; the main thread reads requests, so that a closed pipe (the window is gone)
ends the process at once, even in the middle of a network.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import MedappError, Problem
from medapp.processes import Message, ParentPipes, lower_priority

if TYPE_CHECKING:
    from medapp.classify.devices import Choice
    from medapp.classify.inference import Answers, Inference


def main(arguments: Sequence[str]) -> int:
    """Serve requests until the parent closes the pipe."""
    parser = argparse.ArgumentParser(prog="medapp _engine")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--background", action="store_true")
    parser.add_argument("--fell-back", action="store_true")
    args = parser.parse_args(arguments)
    if args.background:
        lower_priority()
    pipes = ParentPipes(role="engine")
    requests: queue.Queue[Message] = queue.Queue()
    worker = threading.Thread(target=_serve, args=(pipes, requests, args), daemon=True)
    worker.start()
    while (message := pipes.receive()) is not None:
        requests.put(message)
    sys.stderr.flush()
    os._exit(0)  # the other thread may be inside a network, which nothing can interrupt


def _serve(pipes: ParentPipes, requests: queue.Queue[Message], args: argparse.Namespace) -> None:
    state: tuple[Inference, Choice] | None = None
    while True:
        request = requests.get()
        try:
            state = state or _started(args)
            header, arrays = _answer(*state, request)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told and the engine goes on
            problem = Problem.from_error("", error)
            header, arrays = {"problem": {"code": problem.code, "params": dict(problem.params)}}, {}
        try:
            pipes.send({"id": request.header.get("id"), **header}, arrays)
        except OSError:
            os._exit(1)  # nobody listens any more


def _started(args: argparse.Namespace) -> tuple[Inference, Choice]:
    try:
        from medapp.classify import inference

        return inference.start(args.device, args.threads, fell_back=args.fell_back)
    except (ImportError, OSError) as error:  # OSError: a library that torch needs is missing or damaged
        raise MedappError("engine.torch", kind=type(error).__name__) from error


def _answer(engine: Inference, choice: Choice, request: Message) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    match request.header["do"]:
        case "describe":
            return _description(engine, choice), {}
        case "predict":
            return _predict(engine, request)
        case "cover" | "slopes":
            return {}, {"scores": _probed(engine, request)}
        case other:
            raise MedappError("process.request", name=str(other)[:40])


def _predict(engine: Inference, request: Message) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    header, pictures = request.header, request.arrays["pictures"]
    began = time.perf_counter()
    answers = engine.answer(header["package"], header["manifest_hash"], pictures, explain=header["heat_map"])
    seconds = (time.perf_counter() - began) / max(1, len(pictures))
    fields = {
        "labels": answers.labels,
        "clues": answers.clues,
        "seconds": seconds,
        "device": engine.told_device,
        "note": engine.note,
    }
    return fields, _arrays(answers)


def _probed(engine: Inference, request: Message) -> NDArray[np.float64]:
    header, arrays = request.header, request.arrays
    which, picture, target = (header["package"], header["manifest_hash"]), arrays["picture"], int(header["target"])
    if header["do"] == "cover":
        return engine.covered(*which, picture, arrays["masks"].astype(bool), target)
    return engine.slopes(*which, picture, arrays["shares"], target)


def _arrays(answers: Answers) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"probabilities": answers.probabilities}
    if answers.in_distribution is not None:
        arrays["in_distribution"] = answers.in_distribution
    if answers.heat_maps is not None:
        arrays["heat_maps"] = answers.heat_maps.astype(np.float32)
    return arrays


def _description(engine: Inference, choice: Choice) -> dict[str, Any]:
    import torch
    import torchvision

    from medapp.classify import devices

    return {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "device": devices.describe(engine.device),
        "reason": choice.reason,
        "note": engine.note,
        "available": devices.available(),
        "threads": torch.get_num_threads(),
        "machine": devices.machine(),
    }
