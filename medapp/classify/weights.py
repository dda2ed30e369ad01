"""The process ``medapp _weights``: makes a starting model, a package of kind backbone, of torchvision's weight file.

Official ``.pth`` files are pickles: they are read here, in a process of their own, with torch's reader that takes
tensors alone, after their SHA-256 was compared with the one in their name.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor

from medapp.classify.contents import Metadata, PackageContents
from medapp.classify.network import ARCHITECTURES, build
from medapp.classify.package import WEIGHTS_LIMIT, bounded_bytes, check_tensor_header, write_package
from medapp.classify.preprocess import IMAGENET_MEAN, IMAGENET_STD, PreprocessSpec, Triple
from medapp.classify.scope import Scope
from medapp.errors import MedappError, Problem
from medapp.processes import ParentPipes

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth$")
_OLD_DENSENET = re.compile(
    r"^(.*denselayer\d+\.(?:norm|relu|conv))\.((?:[12])\.(?:weight|bias|running_mean|running_var))$"
)
_OLD_TRANSFORMER = re.compile(r"mlp\.linear_([12])\.")
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True, eq=False)
class WeightFile:
    """Tensors by torchvision's names, what the file says about itself, and its SHA-256."""

    tensors: Mapping[str, Tensor]
    says: Mapping[str, str]
    sha256: str


def main(arguments: Sequence[str]) -> int:
    """Answer one request of the parent: ``{"path", "target", "model_id", "title", "mean", "std"}``."""
    del arguments
    torch.set_num_threads(1)
    pipes = ParentPipes(role="weights")
    while (request := pipes.receive()) is not None:
        try:
            metadata = import_weights(**request.header)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
            problem = Problem.from_error("", error)
            pipes.send({"problem": {"code": problem.code, "params": dict(problem.params)}})
        else:
            pipes.send({"metadata": metadata.to_json()})
    return 0


def import_weights(
    path: str,
    target: str,
    model_id: str = "",
    title: str = "",
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
) -> Metadata:
    """Write the weights in file `path` as a package of kind backbone to the new folder `target`.

    Parameters
    ----------
    path : str
        A ``.safetensors`` file, or a ``.pth`` file of torchvision.
    target : str
        Folder of the package.
    model_id, title : str
        Id and name of the package; from the file's name where empty.
    mean, std : sequence of 3 floats, optional
        Input normalisation; else the file's own (safetensors metadata ``input_mean``, ``input_std``), else ImageNet's.

    Raises
    ------
    MedappError
        ``weights.format``, ``weights.hash``, ``weights.unsafe``, ``weights.unknown`` (no architecture has these
        tensors), ``weights.values``, ``weights.figures`` (mean or std), or a fault of writing.
    """
    file = read_weight_file(Path(path))
    architecture, tensors = detect(file.tensors)
    _check_values(tensors)
    stem = re.sub(r"[^a-z0-9_-]+", "-", (model_id or Path(path).stem).lower()).strip("-_")[:64]
    metadata = Metadata(
        id=stem or "starting-model",
        name=title or f"{architecture}, imported weights",
        version="1",
        architecture=architecture,
        kind="backbone",
        classes=(),
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        licence=file.says.get("license", ""),
    )
    spec = PreprocessSpec(
        mean=_triple(mean, file.says.get("input_mean"), IMAGENET_MEAN),
        std=_triple(std, file.says.get("input_std"), IMAGENET_STD),
    )
    if min(spec.std) <= 0:
        raise MedappError("weights.figures")
    write_package(
        Path(target),
        PackageContents(metadata, spec, _arrays(tensors), Scope(grey_only=False), card=_card(metadata, file)),
    )
    return metadata


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
        if bias is None or bias.ndim != 1:
            continue
        with torch.device("meta"):
            expected = build(architecture, len(bias)).network.state_dict()
        counters = {
            name: torch.zeros(t.shape, dtype=t.dtype) for name, t in expected.items() if name.endswith(_COUNTER)
        }
        whole = {**counters, **named}  # files of older versions have no counters
        if {n: t.shape for n, t in whole.items()} == {n: t.shape for n, t in expected.items()}:
            return architecture, whole
    raise MedappError("weights.unknown", known=", ".join(ARCHITECTURES))


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
    except Exception as error:
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


def _check_values(tensors: Mapping[str, Tensor]) -> None:
    for name, tensor in tensors.items():
        negative = name.endswith("running_var") and bool((tensor < 0).any())
        if negative or not bool(torch.isfinite(tensor).all()):
            raise MedappError("weights.values", tensor=name)


def _triple(given: Sequence[float] | None, said: str | None, default: Triple) -> Triple:
    try:
        figures = tuple(float(x) for x in (given if given is not None else said.split(",") if said else default))
    except ValueError as error:
        raise MedappError("weights.figures") from error
    if len(figures) != 3 or not np.isfinite(figures).all():
        raise MedappError("weights.figures")
    return figures[0], figures[1], figures[2]


def _arrays(tensors: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    return {
        name: tensor.numpy() if tensor.dtype == torch.int64 else tensor.to(torch.float32).contiguous().numpy()
        for name, tensor in tensors.items()
    }


def _card(metadata: Metadata, file: WeightFile) -> str:
    said = [f"* {key}: {value}" for key, value in sorted(file.says.items())] or ["* nothing"]
    lines = [
        f"# {metadata.name}",
        "",
        "A starting model for training; it classifies no images itself.",
        "",
        f"* architecture: torchvision {metadata.architecture}",
        f"* SHA-256 of the imported file: {file.sha256}",
        "",
        "What the file says about itself:",
        "",
        *said,
        "",
        metadata.statement,
        "",
    ]
    return "\n".join(lines)
