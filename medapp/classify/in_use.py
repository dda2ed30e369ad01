"""Which models are in use, which watch silently, and what was in use before: one small file, changed by pure steps."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from medapp import schemas
from medapp.errors import MedappError, Problem
from medapp.files import copied_aside, write_json

log = logging.getLogger(__name__)
STATE_FILE = "registry.json"
HISTORY_LIMIT = 50
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class ModelRef:
    """Names one package: id and version."""

    id: str
    version: str

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"


Refs: TypeAlias = tuple[ModelRef, ...]


@dataclass(frozen=True)
class InUse:
    """What a person has decided about the models of this station.

    Attributes
    ----------
    active : tuple of ModelRef or None
        The models in use, the one activated last first; None: never chosen, so those that the program ships.
    history : tuple of (tuple of ModelRef or None)
        What was in use before, the latest first.
    watching : dict of ModelRef to int
        Models that classify silently, and over how many studies.
    """

    active: Refs | None = None
    history: tuple[Refs | None, ...] = ()
    watching: Mapping[ModelRef, int] = field(default_factory=dict)

    def effective(self, shipped: Refs) -> Refs:
        """Return the models in use, where `shipped` are those in use before anybody has chosen."""
        return shipped if self.active is None else self.active

    def activated(self, ref: ModelRef, shipped: Refs) -> InUse:
        """Put `ref` before the others; nothing is noted where it stands there already. It no longer watches."""
        before = self.effective(shipped)
        after = (ref, *(other for other in before if other != ref))
        watched = self.unwatched(ref)
        if after == before and self.active is not None:
            return watched
        return replace(watched, active=after, history=(self.active, *self.history)[:HISTORY_LIMIT])

    def deactivated(self, ref: ModelRef, shipped: Refs) -> InUse:
        """Take `ref` out of use; it can be put back by `rolled_back`."""
        after = tuple(other for other in self.effective(shipped) if other != ref)
        return replace(self, active=after, history=(self.active, *self.history)[:HISTORY_LIMIT])

    def rolled_back(self, there: Collection[ModelRef], shipped: Refs) -> InUse:
        """Return to the last state before in which other models were in use than now, of those that are `there`.

        Raises
        ------
        MedappError
            ``registry.no_history`` where there is none.
        """

        def used(refs: Refs | None) -> Refs:
            return tuple(ref for ref in (shipped if refs is None else refs) if ref in there)

        now = used(self.active)
        for number, refs in enumerate(self.history):
            if used(refs) != now:
                return replace(self, active=refs, history=self.history[number + 1 :])
        raise MedappError("registry.no_history")

    def without(self, ref: ModelRef) -> InUse:
        """Forget a model that is removed, in what was in use before as well."""

        def kept(refs: Refs | None) -> Refs | None:
            return None if refs is None else tuple(other for other in refs if other != ref)

        return replace(self.unwatched(ref), active=kept(self.active), history=tuple(map(kept, self.history)))

    def watched(self, ref: ModelRef, studies: int) -> InUse:
        """Let a model watch silently over so many studies."""
        return replace(self, watching={**self.watching, ref: studies})

    def unwatched(self, ref: ModelRef) -> InUse:
        """End a model's watch."""
        return replace(self, watching={other: n for other, n in self.watching.items() if other != ref})

    def to_json(self) -> dict[str, Any]:
        """Return the decisions as JSON values."""
        document = {
            "schema_version": SCHEMA_VERSION,
            "active": _plain(self.active),
            "history": [_plain(r) for r in self.history],
        }
        if self.watching:
            document["watching"] = [{"id": r.id, "version": r.version, "studies": n} for r, n in self.watching.items()]
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> InUse:
        """Rebuild the decisions from `to_json`'s value."""
        watching = {ModelRef(row["id"], row["version"]): int(row["studies"]) for row in document.get("watching", ())}
        return cls(_refs(document["active"]), tuple(map(_refs, document["history"])), watching)


def load(models: Path) -> InUse:
    """Return what was decided; a file that cannot be read decides nothing, see `told_of`."""
    try:
        return _opened(models)
    except FileNotFoundError:
        return InUse()
    except (OSError, MedappError):
        log.warning("the record of active models cannot be read; the built-in ones are in use")
        return InUse()


def told_of(models: Path) -> Problem | None:
    """Return what is to be told of the record: ``registry.newer``, ``registry.damaged``, ``registry.read``."""
    try:
        _opened(models)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Problem(str(models / STATE_FILE), "registry.read", {"reason": error.strerror or ""})
    except MedappError as error:
        return Problem.from_error(str(models / STATE_FILE), error)
    return None


def _opened(models: Path) -> InUse:
    """Read the record; raises ``registry.newer`` or ``registry.damaged``: half of what was decided is not used."""
    data = (models / STATE_FILE).read_bytes()
    try:
        document = json.loads(data.decode("utf-8"))
        version = document["schema_version"]
        if type(version) is int and version > SCHEMA_VERSION:
            raise MedappError("registry.newer")
        schemas.check("registry", document)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MedappError("registry.damaged") from error
    except MedappError as error:
        if error.code == "schema":
            raise MedappError("registry.damaged") from error
        raise
    return InUse.from_json(document)


def change(models: Path, step: Callable[[InUse], InUse]) -> InUse:
    """Take a step from what was decided, and keep it.

    Raises
    ------
    MedappError
        ``registry.newer`` where a newer medapp keeps the record, ``registry.write`` where the disk refuses. A damaged
        record is copied aside first.
    """
    told = told_of(models)
    if told is not None and told.code == "registry.newer":
        raise MedappError("registry.newer")
    before = load(models)
    after = step(before)
    if after != before or told is not None:
        try:
            if told is not None:
                copied_aside(models / STATE_FILE)
            write_json(models / STATE_FILE, after.to_json())
        except OSError as error:
            raise MedappError("registry.write", reason=error.strerror or "") from error
    return after


def _refs(rows: list[dict[str, str]] | None) -> Refs | None:
    return None if rows is None else tuple(ModelRef(row["id"], row["version"]) for row in rows)


def _plain(refs: Refs | None) -> list[dict[str, Any]] | None:
    return None if refs is None else [{"id": ref.id, "version": ref.version} for ref in refs]
