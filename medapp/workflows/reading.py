"""Reading: which model is asked about a frame, and its answer, from the store or from the engine."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from medapp.classify.contents import Aggregate
from medapp.classify.engine import Engine
from medapp.classify.package import Package
from medapp.classify.prediction import ModelKey, Prediction
from medapp.classify.registry import Registry
from medapp.classify.telling import header_refusal, scope_refusal
from medapp.errors import MedappError
from medapp.imaging.frame import Frame, Says
from medapp.storage.results import Results

log = logging.getLogger(__name__)


class Reading:
    """Answers frames with the models in use. Thread-safe and blocking, like the engine.

    Parameters
    ----------
    registry : Registry
        Says which package is asked about which modality.
    engine : Engine
        Computes.
    results : Results or None
        Remembers; None remembers nothing.
    package : Package, optional
        Ask this package about everything, whatever is in use.
    """

    def __init__(
        self, registry: Registry, engine: Engine, results: Results | None, *, package: Package | None = None
    ) -> None:
        self._registry = registry
        self._engine = engine
        self._results = results
        self._package = package

    def package_for(
        self, modality: str, body_part: str = "", view: str = "", age_years: float | None = None, maker: str = ""
    ) -> Package | None:
        """Return the package that is asked about frames of this kind, or None: no model for this."""
        said = modality, body_part, view, age_years, maker
        if self._package is not None:
            return self._package if self._package.scope.fits(*said) else None
        return self._registry.active(*said)

    @property
    def asks_who(self) -> bool:
        """Whether a model in use is for some ages or some machines alone."""
        return any(package.scope.asks_who for package in self._in_use())

    def package_of(self, key: ModelKey) -> Package | None:
        """Return the package that gave an answer, None where it is no longer here, or is another one now."""
        if self._package is not None and self._package.manifest_hash == key.manifest_hash:
            return self._package
        try:
            package = self._registry.get(f"{key.id}@{key.version}")
        except MedappError:
            return None
        return package if package.manifest_hash == key.manifest_hash else None

    def classify(self, frame: Frame, *, heat_map: bool = True) -> Prediction:
        """Return the prediction for a frame, from the store where it is known.

        A frame that no model in use is for is refused (``scope.modality``) in the name of the first of them.

        Raises
        ------
        MedappError
            ``reading.no_package`` where no model is in use, or any failure of the engine.
        """
        return self.classify_many([frame], heat_map=heat_map)[0]

    def classify_many(self, frames: Sequence[Frame], *, heat_map: bool = False) -> list[Prediction]:
        """Return the predictions for frames, in order; those that are not known are computed together."""
        told: dict[int, Prediction] = {}
        unknown: dict[Path, list[int]] = {}
        kinds = [frame.says for frame in frames]
        asked = {kind: self._asked(kind) for kind in set(kinds)}  # looks at the disk each time
        for number, frame in enumerate(frames):
            package = asked[kinds[number]]
            known = self._known(frame, package, heat_map=heat_map)
            if known is not None:
                told[number] = known
            else:
                unknown.setdefault(package.path, []).append(number)
        for path, numbers in unknown.items():
            fresh = self._engine.predict_many([frames[n] for n in numbers], path, heat_map=heat_map)
            self._remember(fresh)
            told.update(zip(numbers, fresh, strict=True))
        return [told[number] for number in range(len(frames))]

    def refuse_unread(self, modality: str) -> Prediction | None:
        """Return the refusal of everything of a modality that no model in use is for, or None: it must be read."""
        if self.package_for(modality) is not None:
            return None
        return scope_refusal(self._asked((modality, "", "", None, "")), modality)

    def aggregate_of(self, key: ModelKey) -> Aggregate:
        """Return by which rule a model's scores of a stack's images come to one; ``max`` where it is gone."""
        package = self.package_of(key)
        return "max" if package is None else package.metadata.aggregate

    def _asked(self, says: Says) -> Package:
        """Return who is asked; where nobody is, in whose name that is told: one that is for such images of others."""
        package = self.package_for(*says) or self.package_for(*says[:3])
        if package is None:
            package = next(iter(self._in_use()), None)
        if package is None:
            raise MedappError("reading.no_package")
        return package

    def _in_use(self) -> tuple[Package, ...]:
        return (self._package,) if self._package is not None else self._registry.in_use()

    def _known(self, frame: Frame, package: Package, *, heat_map: bool) -> Prediction | None:
        refusal = header_refusal(frame, package)
        if refusal is not None or self._results is None:
            return refusal
        return self._results.get(frame.identity, package.manifest_hash, heat_map=heat_map)

    def _remember(self, predictions: Sequence[Prediction]) -> None:
        """Keep predictions; a disk that refuses costs the memory, not the answer."""
        if self._results is None:
            return
        try:
            self._results.put(predictions)
        except MedappError as error:
            log.warning("predictions could not be kept: %s", error.code)
