"""What Linux is given: a .deb, and an archive that runs from where it is unpacked."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

from release import deb
from release.archive import tree, write_compressed
from release.plan import ROOT, Plan

SYSTEM_PACKAGES = (
    *("fontconfig-config", "libdbus-1-3", "libegl1", "libfontconfig1", "libfreetype6", "libgcc-s1", "libgl1"),
    *(
        "libglib2.0-0",
        "libgssapi-krb5-2",
        "libstdc++6",
        "libwayland-client0",
        "libwayland-cursor0",
        "libwayland-egl1",
        "libx11-6",
    ),
    *("libx11-xcb1", "libxcb-glx0", "libxcb-randr0", "libxcb-render0", "libxcb-shape0", "libxcb-shm0"),
    *("libxcb-sync1", "libxcb-xfixes0", "libxcb1", "libxext6", "xkb-data", "zlib1g"),
)
"""What the window and Python need of the system and the package does not bring, as Debian and Ubuntu name it."""


def depends() -> list[str]:
    """Return what the package needs of the system, the C library at least as new as the one it was built with."""
    _, libc = platform.libc_ver()
    return [f"libc6 (>= {libc or '2.36'})", *SYSTEM_PACKAGES]


def write_deb(plan: Plan, needs: Sequence[str]) -> Path:
    """Write the Debian package and return where it is."""
    content = {**tree(plan.frozen, deb.PLACE), **deb.system_files(ROOT)}
    text = deb.control(plan.version, needs, deb.installed_kilobytes(content), plan.variant)
    target = plan.out / f"{plan.name}.deb"
    deb.write_deb(target, content, text, plan.epoch, plan.level)
    return target


def write_archive(plan: Plan) -> Path:
    """Write the archive of the program's folder and return where it is."""
    target = plan.out / f"{plan.name}.tar.zst"
    write_compressed(target, tree(plan.frozen, plan.name), plan.epoch, plan.level)
    return target
