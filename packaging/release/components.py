"""What the package is made of: each component with its version, licence and licence texts."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from release import licences, shipped

PACKAGING = Path(__file__).resolve().parent.parent
BOOTLOADER = "GPL-2.0-or-later WITH Bootloader-exception"
FFMPEG_MARK = b"--enable-gpl"


@dataclass(frozen=True)
class Component:
    """Something that is shipped.

    Attributes
    ----------
    name, version : str
        As its makers call it.
    kind : str
        "python" (a distribution), "debian" (a library of the system), "program" (Python, the start program, medapp).
    licence : str
        An SPDX expression; empty where nobody has found out.
    texts : tuple of (str, str)
        Names and texts of its licences and notices.
    """

    name: str
    version: str
    kind: str
    licence: str
    texts: tuple[tuple[str, str], ...]

    @property
    def purl(self) -> str:
        """The package URL, as an SBOM names it."""
        namespace = {"python": "pypi/", "debian": "deb/debian/"}.get(self.kind, "generic/")
        name = self.name.lower().replace("_", "-") if self.kind == "python" else self.name
        return f"pkg:{namespace}{name}@{self.version}"


def components(distributions: Iterable[str], files: Iterable[str], version: str) -> list[Component]:
    """Return everything that is shipped, by kind and name.

    Parameters
    ----------
    distributions : iterable of str
        Names of the Python distributions that files come from.
    files : iterable of str
        The files that were collected, where they came from.
    version : str
        Of medapp itself.
    """
    found = [_python(distribution(name)) for name in distributions]
    found += _debian(files)
    found += [_runtime(), _bootloader(), _own(version), _fonts()]
    return sorted(found, key=lambda component: (component.kind, component.name.lower()))


def forbidden(found: Iterable[Component]) -> list[str]:
    """Return a line for each component that may not be shipped, or whose licence nobody knows."""
    lines = []
    for component in found:
        try:
            allowed = licences.is_allowed(component.licence)
        except licences.LicenceError:
            lines.append(f"{component.name} {component.version}: its licence is not known; look and tell licences.py")
        else:
            if not allowed:
                lines.append(f"{component.name} {component.version}: {component.licence} may not be shipped")
    return lines


def gpl_builds(files: Iterable[Path]) -> list[str]:
    """Return the names of FFmpeg's libraries that were built with its GPL parts; they say so themselves."""
    return [file.name for file in files if file.name.startswith("libav") and FFMPEG_MARK in file.read_bytes()]


def _python(found: Distribution) -> Component:
    declared = _field(found, "License-Expression") or _plain(_field(found, "License"))
    licence = licences.REVIEWED.get(found.name) or declared
    texts = [
        (str(file), _read(Path(str(found.locate_file(file)))))
        for file in sorted(found.files or (), key=str)
        if shipped.is_licence(file.as_posix()) and file.suffix not in {".py", ".pyc", ".so", ".pyi"}
    ]
    if "LGPL-3.0-only" in licence:
        texts += [(name, _read(PACKAGING / "licences" / name)) for name in ("LGPL-3.0.txt", "GPL-3.0.txt")]
    return Component(found.name, found.version, "python", licence, tuple(text for text in texts if text[1].strip()))


def _field(found: Distribution, name: str) -> str:
    return str(found.metadata[name]) if name in found.metadata else ""


def _plain(licence: str) -> str:
    """Return what the old field says where it is an expression, not a sentence or a whole text."""
    return licence if len(licence) < 80 and "\n" not in licence else ""


def _debian(files: Iterable[str]) -> list[Component]:
    """Return the packages of the system that libraries come from; none where this is not a Debian."""
    system = sorted({str(Path(file).resolve()) for file in files if file.startswith(("/lib/", "/usr/lib/"))})
    if not system or not shutil.which("dpkg-query"):
        return []
    owners: dict[str, list[str]] = defaultdict(list)
    for path in system:
        owners[_debian_owner(path)].append(path)
    return [_debian_component(name) for name in sorted(owners)]


def _debian_owner(path: str) -> str:
    for name in (path, path.removeprefix("/usr")):  # older packages still say /lib
        said = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False).stdout
        if said:
            return said.split(":", 1)[0]
    return Path(path).name


def _debian_component(name: str) -> Component:
    query = ["dpkg-query", "-W", "-f", "${Version}", name]
    version = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split("\n")[0]
    text = _read(Path("/usr/share/doc") / name / "copyright")
    return Component(name, version or "unknown", "debian", licences.SYSTEM.get(name, ""), (("copyright", text),))


def _runtime() -> Component:
    places = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    place = next((path for path in places if path.is_file()), None)
    text = _read(place) if place else "Python Software Foundation License Version 2"
    return Component("Python", platform.python_version(), "program", "PSF-2.0", (("LICENSE.txt", text),))


def _bootloader() -> Component:
    found = distribution("pyinstaller")
    texts = [file for file in found.files or () if shipped.is_licence(file.as_posix()) and "dist-info" in str(file)]
    read = tuple((file.name, _read(Path(str(found.locate_file(file))))) for file in texts)
    return Component("PyInstaller's start program", found.version, "program", BOOTLOADER, read)


def _own(version: str) -> Component:
    text = _read(PACKAGING.parent / "LICENSE")
    return Component("medapp", version, "program", "Apache-2.0", (("LICENSE", text),))


def _fonts() -> Component:
    text = _read(PACKAGING.parent / "resources" / "fonts" / "LICENSE")
    licence = "LicenseRef-Bitstream-Vera AND LicenseRef-Public-Domain"
    return Component("DejaVu Sans", "2.37", "program", licence, (("LICENSE", text),))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n") if path.is_file() else ""
