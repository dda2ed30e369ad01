"""Weight files become models: finds them, and has the process that holds torch look into them and make packages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.classify.weight_names import is_weight_file
from medapp.classify.weight_plan import WeightFacts, WeightPlan, package_id
from medapp.errors import MedappError
from medapp.i18n import listed
from medapp.processes import Child, ChildDiedError, ChildTooSlowError, own_command

START_SECONDS, SECONDS = 120, 300


def from_torch_home(name: str) -> Path:
    """Return the weight file called `name`, or the one of the network `name`, of torch's folder of downloads.

    Raises
    ------
    MedappError
        ``weights.torch_home`` where there is none, or more than one.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = Path(os.environ.get("TORCH_HOME", cache / "torch")) / "hub" / "checkpoints"
    found = sorted(p.name for p in folder.iterdir() if is_weight_file(p)) if folder.is_dir() else []
    fitting = [file for file in found if name == file or name == file.partition("-")[0]]
    if len(fitting) != 1:
        raise MedappError("weights.torch_home", name=name[:80], found=listed(found[:20]) or "–")
    return folder / fitting[0]


def look_into(path: Path) -> WeightFacts:
    """Return what a weight file shows of itself; raises whatever is wrong with it, see `classify.weights`."""
    return WeightFacts.from_json(ask_weights({"do": "look", "path": str(_file(path))}))


def import_weight_file(path: Path, registry: Registry, plan: WeightPlan) -> Package:
    """Install the weights in `path` as `plan` says; where its name is taken and no version is said, as the next one.

    Raises
    ------
    MedappError
        Whatever is wrong with the file, see `classify.weights`; or any fault of `Registry.install`.
    """
    model_id = package_id(plan.model_id or path.stem)
    plan = replace(plan, model_id=model_id, version=plan.version or _next_version(registry, model_id))
    with TemporaryDirectory(prefix="medapp-weights-", ignore_cleanup_errors=True) as scratch:
        target = Path(scratch) / "package"
        ask_weights({"do": "import", "path": str(_file(path)), "target": str(target), "plan": plan.to_json()})
        return registry.install(target)


def ask_weights(request: dict[str, Any], arrays: Mapping[str, NDArray[np.uint8]] | None = None) -> dict[str, Any]:
    """Have the process ``medapp _weights`` answer one request, and return what it says.

    Raises
    ------
    MedappError
        ``weights.slow`` past the time limit, ``weights.died`` where the process ended, or what it told.
    """
    try:
        child = Child(own_command("_weights"), hello_timeout=START_SECONDS)
        try:
            child.send(request, arrays)
            reply = child.receive(SECONDS).header
        finally:
            child.kill()
    except ChildTooSlowError as error:
        raise MedappError("weights.slow", seconds=SECONDS) from error
    except ChildDiedError as error:
        raise MedappError("weights.died") from error
    if "problem" in reply:
        raise MedappError(reply["problem"]["code"], **reply["problem"]["params"])
    return reply


def _file(path: Path) -> Path:
    if not path.is_file():
        raise MedappError("weights.format", name=path.name[:100])
    return path.resolve()


def _next_version(registry: Registry, model_id: str) -> str:
    versions = [entry.ref.version for entry in registry.list().entries if entry.ref.id == model_id]
    return str(1 + max((int(version.partition(".")[0]) for version in versions), default=0))
