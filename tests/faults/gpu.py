"""A pretended GPU that runs out of memory at one step after the other; every answer must be given all the same.

The process has no GPU: calls that name one are sent to the CPU on the way, and counted. The n-th of them fails as CUDA
does when its memory is full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.overrides import TorchFunctionMode

from medapp.classify import network
from medapp.classify.devices import Choice
from medapp.classify.inference import FELL_BACK, Inference
from medapp.classify.package import Package

GPU, CPU = torch.device("cuda"), torch.device("cpu")
PICTURES = 4


class PretendedGpu(TorchFunctionMode):
    """Counts what torch is asked for, and fails the `at`-th of it (0: none).

    Attributes
    ----------
    count : int
        Calls so far.
    """

    def __init__(self, at: int = 0) -> None:
        super().__init__()
        self._at = at
        self.count = 0

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        self.count += 1
        if self.count == self._at:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return function(*map(_on_cpu, args), **{name: _on_cpu(value) for name, value in (named or {}).items()})


def _on_cpu(value: Any) -> Any:
    return CPU if isinstance(value, torch.device) else value


@dataclass
class Fallen:
    """What came of it.

    Attributes
    ----------
    tried, struck : int
        Sessions, and those in which the memory did run out.
    answered, fell_back : int
        Answers within 1e-4 of what they should be, and sessions that told that the CPU went on.
    """

    tried: int = 0
    struck: int = 0
    answered: int = 0
    fell_back: int = 0
    wrong: list[str] = field(default_factory=list)


def run_out_of_memory(package: Package, steps: int) -> Fallen:
    """Let the memory run out at each of the first `steps` steps of a session, one session a step."""
    pictures = np.random.default_rng(0).integers(0, 256, (PICTURES, 64, 64), dtype=np.uint8)
    requests = [pictures[n : n + 1] for n in range(PICTURES)]
    calm = Inference(Choice(CPU, ""))
    truth = [_ask(calm, package, request) for request in requests]
    fallen = Fallen()
    with _threads(1):
        for at in range(1, steps + 1):
            _one_session(package, requests, truth, at, fallen)
    return fallen


def _one_session(
    package: Package, requests: list[NDArray[np.uint8]], truth: list[NDArray[np.float64]], at: int, fallen: Fallen
) -> None:
    """Ask again and again until the step was reached."""
    inference = Inference(Choice(GPU, ""), load=_loaded)
    fallen.tried += 1
    with PretendedGpu(at) as gpu:
        while gpu.count < at:
            for number, (request, wanted) in enumerate(zip(requests, truth, strict=True)):
                told = _ask(inference, package, request)
                if not np.allclose(told, wanted, atol=1e-4):
                    fallen.wrong.append(f"step {at}, request {number}")
                fallen.answered += 1
    fallen.struck += gpu.count >= at
    fallen.fell_back += inference.note == FELL_BACK


def _loaded(package: Package, device: torch.device) -> network.Classifier:
    """Load a network as the program does: in the machine's memory, and from there, tensor by tensor, to the GPU's."""
    with torch._C.DisableTorchFunction():
        made = network.load(package, CPU)
    if device == GPU:
        for tensor in made.state_dict().values():
            tensor.to(device)
    return made


def _ask(inference: Inference, package: Package, pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    return inference.answer(str(package.path), package.manifest_hash, pictures, explain=True).probabilities


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    yield
    torch.set_num_threads(before)


def out_of_memory_at(root: Path, steps: int) -> Fallen:
    """Make a package below `root` and try it."""
    from tests.trial_packages import package_at

    return run_out_of_memory(package_at(root / "package"), steps)
