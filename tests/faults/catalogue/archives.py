"""ZIP files that are bombs, links, locked, lying or damaged: as scans and as model packages."""

from __future__ import annotations

import bz2
import lzma
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.faults.catalogue.package_parts import good_parts, members
from tests.faults.catalogue.raw import EXPLICIT, plain, whole
from tests.faults.catalogue.raw_zip import ENCRYPTED, STORED, UTF_8, Member, archive
from tests.faults.catalogue.row import Row, file_row

MEGA = 2**20
REFUSED = " or ".join(
    f"refused package.{code}" for code in ("archive", "extra", "size", "incomplete", "hash", "tensors", "json")
)
Spoil = Callable[[bytes, bytes], Member]
KINDS = {
    "a symbolic link": stat.S_IFLNK,
    "a folder by its mode": stat.S_IFDIR,
    "a FIFO": stat.S_IFIFO,
    "a socket": stat.S_IFSOCK,
    "a character device": stat.S_IFCHR,
    "a block device": stat.S_IFBLK,
}
METHODS = (1, 2, 5, 6, 9, 10, 12, 14, 18, 19, 93, 95, 96, 97, 98, 99, 255, 65535)


def rows() -> Iterator[Row]:
    """Yield the rows of this subject."""
    yield from _links()
    yield from _locked()
    yield from _bombs()
    yield from _lies()
    yield from _damaged()


def scan_bytes() -> bytes:
    """Return a good scan."""
    return whole(EXPLICIT, plain(EXPLICIT))


def both(subject: str, name: str, expected: str, spoil: Spoil, *, package: str = REFUSED) -> Iterator[Row]:
    """Yield a spoiled member among scans, and each file of a package spoiled the same way."""
    scan = scan_bytes()
    yield file_row(
        subject, f"{name}, among scans", expected,
        lambda: archive([Member(b"good.dcm", scan), spoil(b"bad.dcm", scan)]), file="a.zip", way="scan",
    )  # fmt: skip
    for victim in ("configs/metadata.json", "models/model.safetensors", "LICENSE"):
        yield file_row(
            subject, f"{name}, {victim} of a package", package,
            lambda v=victim: _spoiled(v, spoil), file="a.zip", way="package",
        )  # fmt: skip


def _spoiled(victim: str, spoil: Spoil) -> bytes:
    """Return a package with one of its files spoiled."""
    parts = good_parts()
    rest = [member for member in members(parts) if member.name != victim.encode()]
    return archive([*rest, spoil(victim.encode(), parts[victim])])


def _links() -> Iterator[Row]:
    for name, kind in KINDS.items():
        mode = (kind | 0o777) << 16
        yield from both(
            "links and devices in a ZIP", name, "2 picture", lambda n, d, m=mode: Member(n, d, attributes=m)
        )
    for target in ("/etc/passwd", "../../outside/kept", "C:\\", "/dev/zero", "."):
        link = (stat.S_IFLNK | 0o777) << 16
        yield from both(
            "links and devices in a ZIP", f"a link to {target}", "1 picture, 1 refused dicom.not_dicom",
            lambda n, _, t=target, m=link: Member(n, t.encode(), attributes=m),
        )  # fmt: skip


def _locked() -> Iterator[Row]:
    subject = "passwords in a ZIP"
    told = "1 picture, 1 refused archive.encrypted"
    yield from both(subject, "the old encryption", told, lambda n, d: Member(n, d, flags=UTF_8 | ENCRYPTED))
    yield from both(subject, "AES", told, lambda n, d: Member(n, d, flags=UTF_8 | ENCRYPTED, method=99, packed=d))
    strong = UTF_8 | ENCRYPTED | 0x40
    yield from both(subject, "strong encryption", told, lambda n, d: Member(n, d, flags=strong))
    hidden = UTF_8 | 0x2000
    yield from both(
        subject,
        "a masked directory",
        "2 picture",
        lambda n, d: Member(n, d, flags=hidden),
        package=f"accepted or {REFUSED}",
    )


def _bombs() -> Iterator[Row]:
    subject = "ZIP bombs"
    too_dense = "1 picture, 1 refused file.inflated"
    for size in (64, 300, 2000):
        crc = zlib.crc32(bytes(64 * MEGA)) if size == 64 else 1
        expected = (
            "1 picture, 1 refused dicom.not_dicom"
            if size == 64
            else too_dense + " or 1 picture, 1 refused archive.member_damaged"
        )
        yield from both(
            subject, f"{size} MB of zeros", expected,
            lambda n, _, s=size, c=crc: Member(n, packed=_zeros(s), said_size=s * MEGA, said_crc=c),
        )  # fmt: skip
        yield from both(
            subject, f"{size} MB, told 100 bytes", "1 picture, 1 refused archive.member_damaged",
            lambda n, _, s=size: Member(n, packed=_zeros(s), said_size=100, said_crc=1),
        )  # fmt: skip
    yield from both(
        subject, "told 4 GB, 100 bytes there", "1 picture, 1 refused file.inflated",
        lambda n, d: Member(n, d[:100], said_size=0xFFFFFFFE),
    )  # fmt: skip
    yield file_row(subject, "a bomb in a ZIP in a ZIP", "1 is archive", _bomb_in_a_zip, file="a.zip", way="scan")
    scan = scan_bytes()
    shared = [Member(b"0.dcm", scan), *(Member(f"{n}.dcm".encode(), scan, at=0) for n in range(1, 500))]
    yield file_row(subject, "500 names for the same bytes", OVERLAP, archive(shared), file="a.zip", way="scan")
    empty = [Member(f"{n}".encode(), method=STORED) for n in range(65_535)]
    yield file_row(subject, "3,000 empty files", "3000 is empty", archive(empty[:3000]), file="a.zip", way="scan")
    yield file_row(subject, "65,535 empty files as a package", REFUSED, archive(empty), file="a.zip", way="package")
    deep = scan
    for level in range(20):
        deep = archive([Member(f"{level}.zip".encode(), deep)])
    yield file_row(subject, "a ZIP in 20 ZIPs", "1 is archive", deep, file="a.zip", way="scan")


OVERLAP = "1 picture, 499 refused archive.member_damaged or 500 picture"


def _bomb_in_a_zip() -> bytes:
    bombs = [Member(f"{n}.dcm".encode(), packed=_zeros(300), said_size=300 * MEGA, said_crc=1) for n in range(10)]
    return archive([Member(b"inner.zip", archive(bombs))])


@cache
def _zeros(megabytes: int) -> bytes:
    """Return so many deflated zeros."""
    packer, chunk = zlib.compressobj(9, wbits=-zlib.MAX_WBITS), bytes(MEGA)
    return b"".join([packer.compress(chunk) for _ in range(megabytes)]) + packer.flush()


def _lies() -> Iterator[Row]:
    subject = "ZIPs that lie"
    damaged = "1 picture, 1 refused archive.member_damaged"
    for method in METHODS:
        yield from both(subject, f"method {method}", damaged, lambda n, d, m=method: Member(n, d, method=m))
    squeezed = {
        12: bz2.compress,
        14: lambda d: struct.pack("<2H", 9, 5) + lzma.compress(d, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}]),
    }
    for method, squeeze in squeezed.items():
        yield from both(
            subject, f"method {method}, truly", "2 picture or 1 picture, 1 refused reader.memory",
            lambda n, d, m=method, s=squeeze: Member(n, d, method=m, packed=s(d)), package=f"accepted or {REFUSED}",
        )  # fmt: skip
    yield from both(subject, "a wrong sum", damaged, lambda n, d: Member(n, d, said_crc=7))
    yield from both(subject, "stored, told deflated", damaged, lambda n, d: Member(n, d, packed=d))
    yield from both(subject, "a size too small", damaged, lambda n, d: Member(n, d, said_size=len(d) // 2))
    yield from both(
        subject, "a size too large", "2 picture", lambda n, d: Member(n, d, said_size=2 * len(d)), package="accepted"
    )
    yield from both(subject, "a packed size too small", damaged, lambda n, d: Member(n, d, said_packed=5))
    yield from both(
        subject,
        "a packed size beyond the end",
        "2 picture",
        lambda n, d: Member(n, d, said_packed=2**31),
        package="accepted",
    )
    yield from both(subject, "a place beyond the end", damaged, lambda n, d: Member(n, d, at=2**31))
    # some versions of Python refuse both members that overlap
    overlapping = f"{damaged} or 2 refused archive.member_damaged"
    yield from both(subject, "a place in the middle of another", overlapping, lambda n, d: Member(n, d, at=20))
    yield from both(subject, "patched data", damaged, lambda n, d: Member(n, d, flags=UTF_8 | 0x20))
    wide = struct.pack("<2H3Q", 1, 24, 2**63, 2**63, 2**63)
    yield from both(subject, "sizes of 64 bits", "1 picture, 1 refused file.inflated or 1 refused archive.damaged",
                    lambda n, d: Member(n, d, extra=wide, said_size=0xFFFFFFFF, said_packed=0xFFFFFFFF))  # fmt: skip
    short = struct.pack("<2H", 1, 24)
    yield from both(
        subject,
        "an extra field that is cut",
        "1 refused archive.damaged or 2 picture",
        lambda n, d: Member(n, d, extra=short),
        package=f"accepted or {REFUSED}",
    )
    other = b"up" + struct.pack("<HB", 13, 1) + struct.pack("<I", 0) + b"../evil0"
    yield from both(
        subject,
        "another name in an extra field",
        "2 picture",
        lambda n, d: Member(n, d, extra=other),
        package=f"accepted or {REFUSED}",
    )
    scan = scan_bytes()
    twice = archive([Member(b"a.dcm", scan), Member(b"a.dcm", b"another")])
    yield file_row(
        subject,
        "a name twice, among scans",
        "1 picture or 1 refused dicom.not_dicom or 1 refused archive.member_damaged",
        twice,
        file="a.zip",
        way="scan",
    )
    parts = good_parts()
    for name in parts:
        more = archive([*members(parts), Member(name.encode(), b"{}")])
        yield file_row(subject, f"{name} twice in a package", REFUSED, more, file="a.zip", way="package")
        case = archive([*members(parts), Member(name.swapcase().encode(), b"{}")])
        yield file_row(subject, f"{name} again in other capitals", REFUSED, case, file="a.zip", way="package")


def _lzma(data: bytes) -> bytes:
    return struct.pack("<2H", 9, 5) + lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}])


def _damaged() -> Iterator[Row]:
    subject = "damaged ZIPs"
    scan = scan_bytes()
    good, package = archive([Member(b"a.dcm", scan)]), archive(members(good_parts()))
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
        yield file_row(
            subject,
            f"{share:.0%} of scans",
            "1 refused archive.damaged",
            good[: int(share * len(good))],
            file="a.zip",
            way="scan",
        )
        yield file_row(
            subject,
            f"{share:.0%} of a package",
            REFUSED,
            package[: int(share * len(package))],
            file="a.zip",
            way="package",
        )
    ends = {
        "told no members": archive([Member(b"a.dcm", scan)], said=0),
        "told 65,535 members": archive([Member(b"a.dcm", scan)], said=65_535),
        "rubbish behind": good + b"rubbish" * 20_000,
        "a comment of 64 kB": archive([Member(b"a.dcm", scan)], comment=b"c" * 65_535),
        "a comment with another end": archive([Member(b"a.dcm", scan)], comment=b"PK\5\6" + bytes(18)),
        "the directory zeroed": good[: -22 - 52] + bytes(52) + good[-22:],
        "only its end": b"PK\5\6" + bytes(18),
        "only its beginning": b"PK\3\4" + bytes(300),
    }
    either = "1 picture or 1 refused archive.damaged or 1 is archive"
    for name, content in ends.items():
        yield file_row(subject, name, either, content, file="a.zip", way="scan")
        yield file_row(subject, f"{name}, as a package", REFUSED, content, file="a.zip", way="package")
    yield Row(subject, "a folder named a.zip, as a package", "refused package.incomplete", _folder, "package")
    yield file_row(subject, "an empty file, as a package", "refused package.archive", b"", file="a.zip", way="package")
    yield Row(subject, "no file at all, as a package", "refused package.missing", lambda f: f / "gone.zip", "package")


def _folder(folder: Path) -> Path:
    (folder / "a.zip").mkdir()
    return folder / "a.zip"
