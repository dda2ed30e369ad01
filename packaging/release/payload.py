"""What lies beside the frozen program: licences, bill of materials, what it was made of, sums of all files."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from pathlib import Path

from release import plan as plans
from release.bill import bill
from release.components import Component, components, forbidden, gpl_builds
from release.freezing import Collected
from release.notice import notice, without_text
from release.plan import Plan

BLOCK = 1 << 20
MANIFEST = "MANIFEST.sha256"


class ForbiddenError(RuntimeError):
    """Something is in the package that may not be shipped."""


def write_papers(plan: Plan, collected: Collected, libraries: Sequence[str]) -> list[Component]:
    """Write NOTICE, SBOM, README and build record beside the program; refuse what may not be shipped.

    Parameters
    ----------
    plan : Plan
        What is made.
    collected : Collected
        What is in it.
    libraries : sequence of str
        The packages of the system that it needs, for the README.

    Raises
    ------
    ForbiddenError
        If a component is under the GPL alone, or nobody knows its licence, or its text is missing.
    """
    sources = [source for _, source in collected.files if source]
    found = components(collected.distributions, sources, plan.version)
    wrong = forbidden(found) + [f"{name}: no licence text was found" for name in without_text(found)]
    wrong += [f"{name}: built with FFmpeg's GPL parts" for name in gpl_builds(Path(source) for source in sources)]
    if wrong:
        raise ForbiddenError("\n".join(["These may not be shipped:", *wrong]))
    _write(plan, "NOTICE", notice(found, plan.version))
    _write(plan, "sbom.cdx.json", bill(found, plan.version, plan.epoch))
    readme = (plans.ROOT / "packaging" / "desktop" / "README.txt").read_text(encoding="utf-8")
    _write(plan, "README.txt", readme.format(libraries="\n".join(f"  {name}" for name in libraries)))
    _write(plan, "build.json", json.dumps(_record(plan, found), indent=1) + "\n")
    return found


def write_manifest(folder: Path) -> int:
    """Write the SHA-256 of every file below `folder` into it, for `sha256sum -c`; return how many bytes they have."""
    target = folder / MANIFEST
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != target]
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    target.write_text("".join(lines), encoding="utf-8", newline="\n")
    return sum(path.stat().st_size for path in files)


def write_sums(folder: Path) -> Path:
    """Write SHA256SUMS of the files that lie in `folder`."""
    target = folder / "SHA256SUMS"
    files = sorted(path for path in folder.iterdir() if path.is_file() and path != target)
    target.write_text("".join(f"{sha256(path)}  {path.name}\n" for path in files), encoding="utf-8")
    return target


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _record(plan: Plan, found: Sequence[Component]) -> dict[str, object]:
    versions = {component.name: component.version for component in found if component.kind == "python"}
    return {
        "version": plan.version,
        "commit": plan.commit,
        "epoch": plan.epoch,
        "variant": plan.variant,
        "python": platform.python_version(),
        "libraries": dict(sorted(versions.items())),
    }


def _write(plan: Plan, name: str, text: str) -> None:
    (plan.frozen / name).write_text(text, encoding="utf-8", newline="\n")
