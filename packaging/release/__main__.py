"""Makes the package: frozen, its licences checked, a .deb and an archive of it, and their sums.

python3 packaging/dev.py package [--level N] [--folder FOLDER] [--keep-frozen] [--only deb|archive|folder]
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from release import linux, payload, savings
from release.archive import ArchiveError
from release.freezing import Collected, FreezingError, freeze, read_collected
from release.payload import ForbiddenError
from release.plan import ROOT, Plan, make_plan, site_packages


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; 3 where it cannot be made."""
    parser = argparse.ArgumentParser(prog="dev.py package", description="Make what a hospital installs.")
    parser.add_argument("--level", type=int, default=3, choices=range(1, 23), metavar="1…22", help="of zstd")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "package", help="where to build")
    parser.add_argument("--keep-frozen", action="store_true", help="take the frozen program of the last time")
    parser.add_argument("--only", choices=("deb", "archive", "folder"), help="one thing alone")
    asked = parser.parse_args(arguments)
    plan = make_plan(asked.folder.resolve(), asked.level)
    start = time.monotonic()
    try:
        _make(plan, keep=asked.keep_frozen, only=asked.only)
    except (FreezingError, ForbiddenError, ArchiveError, OSError) as error:
        print(error, file=sys.stderr)
        return 3
    print(f"Done after {time.monotonic() - start:.0f} s.")
    return 0


def _make(plan: Plan, *, keep: bool, only: str | None) -> None:
    print(f"{plan.name} ({plan.commit or 'no commit'})", flush=True)
    collected = read_collected(plan) if keep and plan.frozen.is_dir() else freeze(plan)
    needs = linux.depends()
    found = payload.write_papers(plan, collected, needs)
    size = payload.write_manifest(plan.frozen)
    print(f"  {plan.frozen}: {size / 1e6:,.0f} MB, {len(found)} components, none under the GPL alone")
    (plan.folder / "left_out.md").write_text(_left_out(collected), encoding="utf-8")
    if sys.platform.startswith("linux") and only != "folder":
        _pack(plan, needs, only)


def _pack(plan: Plan, needs: Sequence[str], only: str | None) -> None:
    plan.out.mkdir(parents=True, exist_ok=True)
    for old in plan.out.iterdir():  # one build at a time: they are large
        old.unlink()
    made = [linux.write_deb(plan, needs)] if only != "archive" else []
    made += [linux.write_archive(plan)] if only != "deb" else []
    for name in ("NOTICE", "sbom.cdx.json"):
        (plan.out / name).write_bytes((plan.frozen / name).read_bytes())
    payload.write_sums(plan.out)
    for path in made:
        print(f"  {path}: {path.stat().st_size / 1e6:,.0f} MB", flush=True)


def _left_out(collected: Collected) -> str:
    sources = (source for _, source in (*collected.files, *collected.modules))
    folders = (site_packages(), Path(sysconfig.get_path("stdlib")))
    return savings.table(savings.savings(folders, sources)) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
