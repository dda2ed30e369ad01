"""The classifier that a command is about: by id among the models of this station, or by the path of a package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medapp.classify.archive import is_there, opened
from medapp.classify.package import Package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import user_folders


@contextmanager
def chosen(model: str) -> Iterator[Package]:
    """Give the classifier called `model`, or in the folder or ZIP file `model`, while the block runs."""
    folders = user_folders()
    if is_there(Path(model)):
        with opened(Path(model), folders.cache) as package:
            yield _classifier(package)
    else:
        yield _classifier(Registry(folders).get(model))


def _classifier(package: Package) -> Package:
    if package.metadata.kind == "backbone":
        raise MedappError("engine.backbone", id=package.metadata.id)
    return package
