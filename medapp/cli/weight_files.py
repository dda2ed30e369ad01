"""Weight files as starting models: finds them, and has the process that holds torch turn them into packages."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.classify.weight_names import is_weight_file
from medapp.errors import MedappError
from medapp.processes import Child, own_command

_START_SECONDS, _SECONDS = 120, 300


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
        raise MedappError("weights.torch_home", name=name[:80], found=", ".join(found[:20]) or "–")
    return folder / fitting[0]


def import_weight_file(
    path: Path,
    registry: Registry,
    *,
    model_id: str,
    title: str,
    mean: str | None,
    std: str | None,
) -> Package:
    """Install the weights in `path` as a starting model.

    Raises
    ------
    MedappError
        Whatever is wrong with the file, see `medapp.classify.weights`; or any fault of `Registry.install`.
    """
    if not path.is_file():
        raise MedappError("weights.format", name=path.name)
    with TemporaryDirectory(prefix="medapp-weights-", ignore_cleanup_errors=True) as scratch:
        target = Path(scratch) / "package"
        request = {"path": str(path.resolve()), "target": str(target), "model_id": model_id, "title": title}
        _ask({**request, "mean": _figures(mean), "std": _figures(std)})
        return registry.install(target)


def _figures(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise MedappError("weights.figures") from error


def _ask(request: dict[str, object]) -> None:
    child = Child(own_command("_weights"), hello_timeout=_START_SECONDS)
    try:
        child.send(request)
        reply = child.receive(_SECONDS).header
    finally:
        child.close()
    if "problem" in reply:
        raise MedappError(reply["problem"]["code"], **reply["problem"]["params"])
