"""The process ``medapp _weights``: makes packages of weight files, and ONNX files of packages.

Weight files are often pickles. They are read here, in a process of their own that may take only so much memory, with
torch's reader that takes tensors alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.classify.contents import Calibration, Metadata, PackageContents
from medapp.classify.network import ARCHITECTURES
from medapp.classify.package import write_package
from medapp.classify.preprocess import PreprocessSpec, Triple
from medapp.classify.scope import Scope
from medapp.classify.weight_card import card_of
from medapp.classify.weight_files import read_weight_file, recognised
from medapp.classify.weight_plan import (
    GREY_NETWORK,
    PREPROCESS,
    RADIOGRAPHS,
    WeightFacts,
    WeightPlan,
    guessed_preprocess,
    package_id,
)
from medapp.errors import MedappError, Problem
from medapp.processes import Message, ParentPipes

NEUTRAL_THRESHOLD = 0.5
STARTING_MODEL = WeightPlan()
MEMORY_BYTES = 2**29
"""What a request may take beside six times its file: the bytes, the tensors, what they become, and what is written."""
_COPIES = 6
_DATA_PAGES = 5


def main(arguments: Sequence[str]) -> int:
    """Answer requests of the parent: ``look``, ``import`` and ``export_onnx``."""
    del arguments
    torch.set_num_threads(1)
    pipes = ParentPipes(role="weights")
    while (request := pipes.receive()) is not None:
        try:
            reply = _answer(request)
        except MemoryError:
            reply = {"problem": {"code": "weights.memory", "params": {}}}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
            problem = Problem.from_error("", error)
            reply = {"problem": {"code": problem.code, "params": dict(problem.params)}}
        pipes.send(reply)
    return 0


def _answer(request: Message) -> dict[str, Any]:
    header = request.header
    actions: dict[str, Callable[[], dict[str, Any]]] = {
        "look": lambda: look(Path(header["path"])).to_json(),
        "import": lambda: _import(header),
        "export_onnx": lambda: _export(header, request.arrays["pictures"]),
    }
    return actions[header["do"]]()


def _import(header: Mapping[str, Any]) -> dict[str, Any]:
    _limit_memory(Path(header["path"]))
    return import_weights(header["path"], header["target"], WeightPlan.from_json(header["plan"])).to_json()


def _export(header: Mapping[str, Any], pictures: NDArray[np.uint8]) -> dict[str, Any]:
    from medapp.classify.onnx_export import export

    return export(Path(header["package"]), Path(header["target"]), pictures).to_json()


def look(path: Path) -> WeightFacts:
    """Return what a weight file shows of itself; raises as `import_weights` does."""
    _limit_memory(path)
    return recognised(read_weight_file(path))[0]


def import_weights(path: str, target: str, plan: WeightPlan = STARTING_MODEL) -> Metadata:
    """Write the weights in file `path` as a package to the new folder `target`.

    Parameters
    ----------
    path : str
        A ``.safetensors`` file, or a ``.pth`` or ``.pt`` file of tensors.
    target : str
        Folder of the package.
    plan : WeightPlan
        What a person says about it; without classes it becomes a starting model.

    Returns
    -------
    Metadata
        Of the package.

    Raises
    ------
    MedappError
        ``weights.format``, ``weights.hash``, ``weights.unsafe``, ``weights.unknown`` (no architecture has these
        tensors), ``weights.architecture`` (it is another), ``weights.values``, ``weights.thresholds``,
        ``weights.classes`` (their number), ``weights.figures`` (mean or std), or a fault of writing.
    """
    facts, tensors = recognised(read_weight_file(Path(path)))
    if plan.architecture not in {"", facts.architecture}:
        raise MedappError("weights.architecture", found=facts.architecture, wanted=plan.architecture[:50])
    kept = _outputs_kept(facts, plan)
    metadata = _metadata(path, plan, facts, kept)
    spec = _specification(plan, facts)
    contents = PackageContents(
        metadata,
        spec,
        _arrays(_with_outputs(tensors, facts, kept)),
        _scope(plan, facts),
        calibration=_calibration(metadata, facts, kept),
        card=card_of(metadata, facts, plan, spec),
    )
    write_package(Path(target), contents)
    return metadata


def _outputs_kept(facts: WeightFacts, plan: WeightPlan) -> list[int]:
    """Return which outputs have a name and were trained; none for a starting model."""
    if not plan.classes:
        return []
    if len(plan.classes) != facts.outputs:
        raise MedappError("weights.classes", outputs=facts.outputs, given=len(plan.classes))
    points = facts.thresholds or (NEUTRAL_THRESHOLD,) * facts.outputs
    kept = [n for n, (name, point) in enumerate(zip(plan.classes, points, strict=True)) if name and point is not None]
    names = [plan.classes[n] for n in kept]
    if len(set(names)) != len(names) or len(kept) < (1 if _is_several(plan, facts) else 2):
        raise MedappError("weights.names")
    return kept


def _is_several(plan: WeightPlan, facts: WeightFacts) -> bool:
    return plan.several or bool(facts.thresholds) or facts.architecture == GREY_NETWORK or facts.outputs == 1


def _metadata(path: str, plan: WeightPlan, facts: WeightFacts, kept: Sequence[int]) -> Metadata:
    return Metadata(
        id=package_id(plan.model_id or Path(path).stem),
        name=plan.title or f"{facts.architecture}, imported weights",
        version=plan.version or "1",
        architecture=facts.architecture,
        kind="backbone" if not kept else "several_labels" if _is_several(plan, facts) else "classifier",
        classes=tuple(plan.classes[n] for n in kept),
        created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        licence=facts.says.get("license", ""),
    )


def _specification(plan: WeightPlan, facts: WeightFacts) -> PreprocessSpec:
    """Return the preprocessing: what was said, else what the file says, else what goes with such a network."""
    if plan.preprocess is not None:
        spec = plan.preprocess
    else:
        guessed = plan.classes or facts.architecture == GREY_NETWORK
        spec = PREPROCESS[guessed_preprocess(facts.architecture)] if guessed else PreprocessSpec()
        spec = replace(
            spec,
            mean=_triple(facts.says.get("input_mean"), spec.mean),
            std=_triple(facts.says.get("input_std"), spec.std),
        )
    spec = replace(spec, mean=_checked(plan.mean or spec.mean), std=_checked(plan.std or spec.std))
    if min(spec.std) <= 0:
        raise MedappError("weights.figures")
    row = ARCHITECTURES[facts.architecture]
    if spec.size < row.least_size or spec.size % row.size_step:
        raise MedappError("weights.size", size=spec.size, least=row.least_size, step=row.size_step)
    return replace(spec, colour="grey") if row.channels == 1 else spec


def _scope(plan: WeightPlan, facts: WeightFacts) -> Scope:
    is_radiographs = facts.architecture == GREY_NETWORK and bool(plan.classes)
    guessed = RADIOGRAPHS if is_radiographs else Scope(grey_only=False)
    named = plan.scope or guessed
    return replace(
        guessed,
        modalities=named.modalities or guessed.modalities,
        body_parts=named.body_parts,
        views=named.views,
    )


def _calibration(metadata: Metadata, facts: WeightFacts, kept: Sequence[int]) -> Calibration:
    if metadata.kind == "backbone":
        return Calibration()
    if metadata.kind == "classifier":
        return Calibration(calibrated=False)
    points = [facts.thresholds[n] if facts.thresholds else NEUTRAL_THRESHOLD for n in kept]
    return Calibration(thresholds=tuple(p for p in points if p is not None), calibrated=False)


def _with_outputs(tensors: Mapping[str, Tensor], facts: WeightFacts, kept: Sequence[int]) -> dict[str, Tensor]:
    """Return the tensors with the rows of the last layer that are kept; all of them for a starting model."""
    if not kept:
        return dict(tensors)
    head = ARCHITECTURES[facts.architecture].head
    rows = {name: tensors[name][list(kept)] for name in (f"{head}.weight", f"{head}.bias")}
    return {**tensors, **rows}


def _triple(said: str | None, default: Triple) -> Triple:
    if not said:
        return default
    try:
        return _checked([float(part) for part in said.split(",")])
    except ValueError as error:
        raise MedappError("weights.figures") from error


def _checked(figures: Sequence[float]) -> Triple:
    if len(figures) != 3 or not np.isfinite(figures).all():
        raise MedappError("weights.figures")
    return figures[0], figures[1], figures[2]


def _arrays(tensors: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    return {
        name: tensor.numpy() if tensor.dtype == torch.int64 else tensor.to(torch.float32).contiguous().numpy()
        for name, tensor in tensors.items()
    }


def _limit_memory(file: Path) -> None:
    """Cap what this process may write to beside what it has (Linux); elsewhere the time limit has to do.

    Not the address space: libraries of CUDA that torch loads late map gigabytes of it, and use little.
    """
    if not sys.platform.startswith("linux") or not file.is_file():
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[_DATA_PAGES])
    limit = pages * resource.getpagesize() + MEMORY_BYTES + _COPIES * file.stat().st_size
    _, highest = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if highest < 0 else min(limit, highest), highest))
