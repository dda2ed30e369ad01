"""Reads weight files of torchvision and of TorchXRayVision, and recognises their networks. Nothing in them is executed.

``.pth`` files are pickles: they are read with torch's reader that takes tensors alone, after their SHA-256 was compared
with the one in their name, in a process of their own (`medapp.classify.weights`).
"""

from __future__ import annotations

import hashlib
import io
import math
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from medapp.classify.network import ARCHITECTURES, build
from medapp.classify.package import WEIGHTS_LIMIT, bounded_bytes, check_tensor_header
from medapp.classify.weight_plan import MOST_OUTPUTS, WeightFacts
from medapp.errors import MedappError
from medapp.i18n import listed

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth$")
_OLD_DENSENET = re.compile(
    r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$"
)
_OLD_TRANSFORMER = re.compile(r"mlp\.linear_([12])\.")
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_COUNTER = "num_batches_tracked"
_OPERATING_POINTS = "op_threshs"
"""What TorchXRayVision calls the thresholds of its outputs; NaN for one that was never trained."""


@dataclass(frozen=True, eq=False)
class WeightFile:
    """Tensors by torchvision's names, what the file says about itself, and its SHA-256."""

    tensors: Mapping[str, Tensor]
    says: Mapping[str, str]
    sha256: str


def read_weight_file(path: Path) -> WeightFile:
    """Read a weight file without executing anything in it.

    Raises
    ------
    MedappError
        ``weights.format``, ``weights.hash``, ``weights.unsafe``, ``package.size`` or ``package.unreadable``.
    """
    data = bounded_bytes(path, WEIGHTS_LIMIT)
    digest = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() == ".safetensors":
        return WeightFile(*_read_safetensors(path, data), digest)
    if path.suffix.lower() not in {".pth", ".pt"}:
        raise MedappError("weights.format", name=path.name)
    named = _HASH_IN_NAME.search(path.name)
    if named is not None and not digest.startswith(named.group(1)):
        raise MedappError("weights.hash", name=path.name)
    return WeightFile(_read_pth(path, data), {}, digest)


def detect(tensors: Mapping[str, Tensor]) -> tuple[str, dict[str, Tensor]]:
    """Return the architecture whose tensors these are, by names and shapes, and the tensors under today's names.

    Raises
    ------
    MedappError
        ``weights.unknown``.
    """
    named = {_renamed(name): tensor for name, tensor in tensors.items()}
    for architecture, row in ARCHITECTURES.items():
        bias = named.get(f"{row.head}.bias")
        if bias is None or bias.ndim != 1 or not 1 <= len(bias) <= MOST_OUTPUTS:
            continue
        with torch.device("meta"):
            expected = build(architecture, len(bias)).network.state_dict()
        counters = {
            name: torch.zeros(t.shape, dtype=t.dtype) for name, t in expected.items() if name.endswith(_COUNTER)
        }
        whole = {**counters, **named}  # files of older versions have no counters
        if {n: t.shape for n, t in whole.items()} == {n: t.shape for n, t in expected.items()}:
            return architecture, whole
    raise MedappError("weights.unknown", known=listed(ARCHITECTURES))


def recognised(file: WeightFile) -> tuple[WeightFacts, dict[str, Tensor]]:
    """Return what a file shows of itself, and its network's tensors under today's names, checked.

    Raises
    ------
    MedappError
        ``weights.unknown``, ``weights.values``, or ``weights.thresholds`` for operating points that are none.
    """
    points = {name for name in file.tensors if name.rpartition(".")[2] == _OPERATING_POINTS}
    architecture, tensors = detect({name: tensor for name, tensor in file.tensors.items() if name not in points})
    check_values(tensors)
    outputs = len(tensors[f"{ARCHITECTURES[architecture].head}.bias"])
    thresholds = [_thresholds(file.tensors[name], outputs) for name in points]
    return WeightFacts(architecture, outputs, thresholds[0] if thresholds else (), file.says, file.sha256), tensors


def _thresholds(tensor: Tensor, outputs: int) -> tuple[float | None, ...]:
    if tensor.numel() != outputs or not tensor.is_floating_point():
        raise MedappError("weights.thresholds")
    points = [None if math.isnan(point) else point for point in tensor.flatten().tolist()]
    if any(point is not None and not 0 <= point <= 1 for point in points):
        raise MedappError("weights.thresholds")
    return tuple(points)


def check_values(tensors: Mapping[str, Tensor]) -> None:
    """Raise ``weights.values`` where a tensor holds something that is no number, or a variance below 0."""
    for name, tensor in tensors.items():
        negative = name.endswith("running_var") and bool((tensor < 0).any())
        if negative or not bool(torch.isfinite(tensor).all()):
            raise MedappError("weights.values", tensor=name)


def _read_safetensors(path: Path, data: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    check_tensor_header(data, path.name)
    try:
        with safe_open(path, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - no mapping
            return tensors, dict(opened.metadata() or {})
    except SafetensorError as error:
        raise MedappError("package.tensors", file=path.name) from error


def _read_pth(path: Path, data: bytes) -> dict[str, Tensor]:
    try:
        content: Any = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise MedappError("weights.unsafe", name=path.name) from error
    except MemoryError:
        raise
    except Exception as error:
        if "allocate memory" in str(error):  # torch has no kind of its own for that
            raise MemoryError from error
        raise MedappError("weights.format", name=path.name) from error
    tensors = _unwrapped(content)
    if not isinstance(tensors, Mapping) or not all(isinstance(tensor, Tensor) for tensor in tensors.values()):
        raise MedappError("weights.format", name=path.name)
    return {str(name): tensor.detach() for name, tensor in tensors.items()}


def _unwrapped(content: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the weights of a training script's checkpoint, which lie beside its optimiser and its counters."""
    if not isinstance(content, Mapping):
        return content
    return next((content[name] for name in _WRAPPERS if isinstance(content.get(name), Mapping)), content)


def _renamed(name: str) -> str:
    """Give a tensor its present name.

    ``norm.1.weight`` of DenseNet is ``norm1.weight`` today, ``mlp.linear_2.bias`` of the vision transformer
    ``mlp.3.bias``; ``module.`` is what training on several GPUs puts before each name.
    """
    today = _OLD_DENSENET.sub(r"\1\2", name.removeprefix("module."))
    return _OLD_TRANSFORMER.sub(lambda found: f"mlp.{3 * (int(found[1]) - 1)}.", today)
