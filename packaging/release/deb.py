"""The Debian package: an `ar` of three members, made without dpkg's tools and without maintainer scripts.

Menu, icons and file types come to life by the triggers of the packages that look after those folders. What a
person made lies in the home folder, where no package reaches: removal leaves it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from release.archive import Content, write_compressed, write_tar

PLACE = "opt/medapp"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
BLOCK = 1 << 20
_ONE_BYTE_PAD = b"\n"


def control(version: str, depends: Iterable[str], kilobytes: int, variant: str) -> str:
    """Return the control file."""
    return f"""\
Package: medapp
Version: {version}
Architecture: {ARCHITECTURES.get(platform.machine(), platform.machine())}
Maintainer: The medapp founders <medapp@localhost>
Installed-Size: {kilobytes}
Depends: {", ".join(depends)}
Recommends: fonts-dejavu-core | fonts-liberation, fonts-noto-cjk | fonts-wqy-microhei
Section: science
Priority: optional
Description: view, classify and teach on radiology images, offline
 Reads DICOM, PNG, JPEG and TIFF, classifies with a CNN and shows where its
 score came from, and fine-tunes the model on folders of labelled images.
 Everything it needs is inside, PyTorch for {variant} too: no Python, no network.
 Research use only. Not a medical device.
"""


def system_files(root: Path) -> dict[str, Path | bytes | str]:
    """Return what lies outside the program's folder: command, menu entry, icon, file types, copyright."""
    desktop = root / "packaging" / "desktop"
    return {
        "usr/bin/medapp": f"../../{PLACE}/medapp",
        "usr/share/applications/medapp.desktop": (desktop / "medapp.desktop").read_bytes(),
        "usr/share/icons/hicolor/scalable/apps/medapp.svg": (desktop / "medapp.svg").read_bytes(),
        "usr/share/mime/packages/medapp.xml": (desktop / "medapp.xml").read_bytes(),
        "usr/share/doc/medapp/copyright": b"The licences of all that is in this package: /opt/medapp/NOTICE\n",
        "usr/share/doc/medapp/changelog.gz": gzip.compress((root / "CHANGELOG.md").read_bytes(), mtime=0),
    }


def write_deb(target: Path, content: Content, control_text: str, epoch: int, level: int) -> None:
    """Write the package: `content` (place from the root of the system -> what) compressed with zstd."""
    data = target.with_suffix(".data.tar.zst")
    try:
        write_compressed(data, content, epoch, level, "./")
        with target.open("wb") as file:
            file.write(b"!<arch>\n")
            _member(file, "debian-binary", io.BytesIO(b"2.0\n"), 4, epoch)
            held = _control_archive(control_text, md5sums(content), epoch)
            _member(file, "control.tar.gz", io.BytesIO(held), len(held), epoch)
            with data.open("rb") as compressed:
                _member(file, "data.tar.zst", compressed, data.stat().st_size, epoch)
    finally:
        data.unlink(missing_ok=True)


def md5sums(content: Content) -> str:
    """Return the sums that ``dpkg --verify`` checks."""
    lines = []
    for name, what in sorted(content.items()):
        if isinstance(what, str):
            continue  # a link
        digest = hashlib.md5(usedforsecurity=False)
        with io.BytesIO(what) if isinstance(what, bytes) else what.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
        lines.append(f"{digest.hexdigest()}  {name}\n")
    return "".join(lines)


def installed_kilobytes(content: Content) -> int:
    """Return what the files take, in KiB, each rounded up as dpkg does."""
    sizes = (what.stat().st_size if isinstance(what, Path) else len(what) for what in content.values())
    return sum(-(-size // 1024) for size in sizes)


def _control_archive(control_text: str, sums: str, epoch: int) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", mtime=0, filename="") as packed:
        write_tar(packed, {"control": control_text.encode(), "md5sums": sums.encode()}, epoch, "./")
    return held.getvalue()


def _member(file: IO[bytes], name: str, stream: IO[bytes], size: int, epoch: int) -> None:
    """Write one member of the `ar` archive: a header of sixty bytes, the content, a byte where it is odd."""
    file.write(f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{size:<10}`\n".encode())
    while block := stream.read(BLOCK):
        file.write(block)
    if size % 2:
        file.write(_ONE_BYTE_PAD)
