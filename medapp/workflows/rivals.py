"""Which two models answer the same question, so that one can take the place of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medapp.classify.package import WEIGHTS, Package
from medapp.errors import MedappError
from medapp.i18n import listed


def refuse_unlike(champion: Package, challenger: Package) -> None:
    """Raise where two models do not answer the same question, so that nothing can be compared."""
    pair = (champion.metadata, challenger.metadata)
    if is_same(champion, challenger):
        raise MedappError("champion.same", name=champion.metadata.name)
    for metadata in pair:
        if metadata.kind != "classifier":
            raise MedappError("champion.kind", name=metadata.name)
    if _plain(pair[0].classes) != _plain(pair[1].classes):
        raise MedappError("champion.classes", first=listed(pair[0].classes), second=listed(pair[1].classes))
    alarms = [(package.calibration.alarm_class or "").casefold() for package in (champion, challenger)]
    if len(set(alarms)) > 1 and all(alarms):
        raise MedappError("champion.alarm", first=alarms[0], second=alarms[1])


def is_same(first: Package, second: Package) -> bool:
    """Tell whether two packages came out of the same training, whatever they are called and may be asked about."""
    one, other = first.metadata, second.metadata
    called = replace(one, id=other.id, name=other.name, version=other.version)
    same = called == other and first.calibration == second.calibration
    return same or first.hashes[WEIGHTS] == second.hashes[WEIGHTS]


def champion_for(challenger: Package, in_use: Sequence[Package]) -> Package | None:
    """Return the model in use that `challenger` would take the place of: the same classes, and a scope in common."""
    for package in in_use:
        same = _plain(package.metadata.classes) == _plain(challenger.metadata.classes)
        if same and not is_same(package, challenger) and package.scope.overlaps(challenger.scope):
            return package
    return None


def _plain(classes: Sequence[str]) -> list[str]:
    return sorted(name.casefold() for name in classes)
