"""A good model package, file by file, to be spoiled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from medapp.classify.package import MANIFEST
from tests.faults.catalogue.raw_zip import STORED, Member
from tests.trial_packages import package_at


@cache
def good_parts() -> Mapping[str, bytes]:
    """Return the files of a good package."""
    with TemporaryDirectory(prefix="medapp-parts-") as folder:
        path = package_at(Path(folder) / "good").path
        return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def members(parts: Mapping[str, bytes]) -> list[Member]:
    """Return files as members of an archive."""
    return [Member(name.encode(), data, method=STORED) for name, data in parts.items()]


def fitted(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with a manifest whose hashes fit them: what a hostile maker would do."""
    rest = {name: data for name, data in parts.items() if name != MANIFEST}
    lines = [f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(rest.items())]
    return {**rest, MANIFEST: "".join(lines).encode()}


def changed(**spoiled: bytes | None) -> dict[str, bytes]:
    """Return the good package with other contents, by the names of `medapp.classify.package`; None takes one away."""
    from medapp.classify import package

    parts = dict(good_parts())
    for constant, data in spoiled.items():
        name = getattr(package, constant)
        if data is None:
            del parts[name]
        else:
            parts[name] = data
    return fitted(parts)
