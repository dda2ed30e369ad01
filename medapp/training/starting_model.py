"""Finding what a training starts from: a package by id or path, a weights file, the built-in model, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from medapp.classify.archive import opened
from medapp.classify.package import Package, read_package
from medapp.classify.registry import Registry
from medapp.classify.weight_names import is_weight_file
from medapp.errors import MedappError
from medapp.files import is_there
from medapp.training.lineage import built_in_model


@contextmanager
def starting_model(wanted: str, registry: Registry, scratch: Path) -> Iterator[Package]:
    """Give the package that a training starts from, while the block runs.

    Parameters
    ----------
    wanted : str
        Package id, package folder, package ZIP, or a weights file of torchvision; empty: the built-in model.
    registry : Registry
        The models of this station.
    scratch : Path
        Where to unpack.

    Raises
    ------
    MedappError
        The faults of packages and weights. `check_wanted` comes first.
    """
    path = Path(wanted)
    if not wanted:
        package = built_in_model(registry)
        assert package is not None, "check_wanted has looked"
        yield package
    elif is_weight_file(path):
        with TemporaryDirectory(dir=scratch, prefix="base-", ignore_cleanup_errors=True) as folder:
            yield _imported(path, Path(folder) / "package")
    elif is_there(path):
        with opened(path, scratch) as package:
            yield package
    else:
        yield registry.get(wanted)


def check_wanted(wanted: str, architecture: str, registry: Registry) -> None:
    """Raise what `starting_model` would raise for a name that leads nowhere, before anything slow is done."""
    if not wanted and not architecture and built_in_model(registry) is None:
        raise MedappError("train.no_base")
    if wanted and not is_there(Path(wanted)):
        if is_weight_file(Path(wanted)):
            raise MedappError("train.base_missing", name=Path(wanted).name)
        registry.get(wanted)


def _imported(weights: Path, target: Path) -> Package:
    from medapp.classify.weights import import_weights

    import_weights(str(weights), str(target))
    return read_package(target)
