"""The long searches of the check, done once for the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.classify.preprocess import PreprocessSpec
from medapp.jobs import Job
from medapp.training.cases.as_decided import seen_as_decided
from medapp.training.cases.check_memory import CheckMemory, key_of
from medapp.training.cases.survey import Seen
from medapp.training.checking.duplicates.groups import Group, same_pictures
from medapp.training.checking.probes.result import Aspect, ProbeResult
from medapp.training.checking.probes.run import run_probes
from medapp.training.figures.intervals import Estimate

_VERSION = 1
"""Of the searches: what another version has found is looked for anew."""


def known_groups(seen: Sequence[Seen], memory: CheckMemory) -> Job[tuple[Group, ...]]:
    """Return the cases that show the same picture, from `memory` where the same pictures were compared before."""
    key = key_of("groups", [_VERSION, *((one.content, one.file_hash) for one in seen)])
    if (kept := _groups(memory.get(key), len(seen))) is not None:
        return kept
    found = yield from same_pictures(seen)
    memory.put(key, {"groups": found})
    return found


def _groups(document: object, count: int) -> tuple[Group, ...] | None:
    """Return the groups of a document; None where it is damaged."""
    try:
        groups = tuple(tuple(int(place) for place in group) for group in document["groups"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        return None
    return groups if all(0 <= place < count for group in groups for place in group) else None


def known_probes(
    seen: Sequence[Seen], truth: NDArray[np.int64], classes: Sequence[str], spec: PreprocessSpec, memory: CheckMemory
) -> Job[tuple[ProbeResult, ...]]:
    """Return what the probes say of the pictures under `spec`, from `memory` where the same was asked before."""
    key = key_of("probes", [_VERSION, classes, spec, truth.tolist(), *_facts(seen)])
    if (kept := _results(memory.get(key))) is not None:
        return kept
    results = yield from run_probes(seen_as_decided(seen, spec), truth, classes)
    memory.put(key, {"probes": [asdict(one) for one in results]})
    return results


def _facts(seen: Sequence[Seen]) -> Iterable[tuple[object, ...]]:
    """Yield all of each case that a probe may look at."""
    return (
        (one.case.name, one.case.patient, one.content, one.file_hash, one.sketch is None, one.traits, one.header)
        for one in seen
    )


def _results(document: object) -> tuple[ProbeResult, ...] | None:
    """Return the results of a document; None where it is damaged."""
    try:
        return tuple(_result(one) for one in document["probes"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        return None


def _result(told: dict[str, Any]) -> ProbeResult:
    aspects = tuple(Aspect(**{**one, "area": Estimate(**one["area"])}) for one in told["aspects"])
    read = {"area": Estimate(**told["area"]), "aspects": aspects, "shown": tuple(told["shown"])}
    return ProbeResult(**{**told, **read})
