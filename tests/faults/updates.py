"""Bad updates of a model: a good package that was tampered with on its way, in one of a dozen manners."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from medapp.classify.contents import PackageContents
from medapp.classify.package import MANIFEST, write_package
from medapp.classify.registry import Registry
from medapp.errors import MedappError
from medapp.folders import Folders
from tests.faults.catalogue.package_parts import members
from tests.faults.catalogue.raw_zip import archive
from tests.fuzz.mutate import mutated
from tests.trial_packages import contents, weights

Parts: TypeAlias = dict[str, bytes]
Tamper: TypeAlias = Callable[[Parts, random.Random], None]
CANARY = b"__import__('pathlib').Path('ran').touch()"


def _flip(parts: Parts, chance: random.Random) -> None:
    name = _any(parts, chance)
    data = bytearray(parts[name])
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    parts[name] = bytes(data)


def _damage(parts: Parts, chance: random.Random) -> None:
    name = _any(parts, chance)
    parts[name] = mutated(parts[name], chance.randrange(10**6))


def _cut(parts: Parts, chance: random.Random) -> None:
    name = _any(parts, chance)
    parts[name] = parts[name][: chance.randrange(len(parts[name]))]


def _swap(parts: Parts, chance: random.Random) -> None:
    one, other = chance.sample(sorted(parts), 2)
    parts[one], parts[other] = parts[other], parts[one]


def _drop(parts: Parts, chance: random.Random) -> None:
    del parts[_any(parts, chance)]


def _add(parts: Parts, chance: random.Random) -> None:
    parts[chance.choice(("hook.py", "models/model.pt", "../evil", "configs/x.json", "a/b/c", ".hidden"))] = CANARY


def _replace(parts: Parts, chance: random.Random) -> None:
    parts[_any(parts, chance)] = CANARY


def _other_hash(parts: Parts, chance: random.Random) -> None:
    lines = parts[MANIFEST].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    lines[at] = b"%064x" % chance.getrandbits(256) + lines[at][64:]
    parts[MANIFEST] = b"".join(lines)


def _from_elsewhere(parts: Parts, chance: random.Random) -> None:
    """Take a file of another package: whole in itself, but not what the manifest says."""
    other = chance.choice(sorted(OTHER.keys() & parts.keys() - {MANIFEST}))
    parts[other] = OTHER[other] + b" " * (OTHER[other] == parts[other])


def _any(parts: Parts, chance: random.Random) -> str:
    return chance.choice(sorted(parts))


OTHER: Mapping[str, bytes] = {"LICENSE": b"Another\n", "docs/README.md": b"# Another\n", "configs/scope.json": b"{}"}
TAMPERS: tuple[Tamper, ...] = (
    *(_flip, _damage, _cut, _swap, _drop, _add, _replace, _other_hash, _from_elsewhere),
)  # fmt: skip


@dataclass
class Updates:
    """What came of bad updates.

    Attributes
    ----------
    refused : Counter
        By the code of the reason.
    accepted, ran, left_behind, changed : int
        What must not be: installed, code that ran, files left, another model in use than before.
    """

    tried: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    ran: int = 0
    left_behind: int = 0
    changed: int = 0


def parts_of(folder: Path) -> Parts:
    """Return the files of a package."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def try_updates(root: Path, count: int, seed: int = 1) -> Updates:
    """Install version 1, then offer `count` versions 2 that were tampered with; version 1 must stay in use as it is."""
    station = Folders(root / "data", root / "cache", root / "config")
    registry = Registry(station, builtin=root / "none")
    registry.install(write_package(root / "one", _version("1.0", 0)).path)
    registry.activate("trial")
    good = parts_of(write_package(root / "two", _version("2.0", 1)).path)
    before, updates, chance = _seen(root), Updates(), random.Random(seed)
    while updates.tried < count:
        parts = dict(good)
        for _ in range(chance.choice((1, 1, 2, 4))):
            chance.choice(TAMPERS)(parts, chance)
        if parts == good:
            continue
        given = root / "given.zip"
        given.write_bytes(archive(members(parts)))
        _offer(registry, given, updates)
        given.unlink()
        updates.ran += Path("ran").exists()
        after = _seen(root)
        updates.left_behind += len(after.keys() - before.keys())
        updates.changed += any(after.get(name) != content for name, content in before.items())
    return updates


def _version(version: str, seed: int) -> PackageContents:
    return contents("trial", version, weights=weights(seed=seed))


def _offer(registry: Registry, given: Path, updates: Updates) -> None:
    updates.tried += 1
    try:
        registry.install(given)
    except MedappError as error:
        updates.refused[error.code] += 1
    else:
        updates.accepted += 1
        registry.remove("trial@2.0")


def _seen(root: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in root.rglob("*") if p.is_file()}
