"""ZIP byte by byte: names, sizes, flags and places that a library would refuse to write (APPNOTE 4.3)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

STORED, DEFLATED = 0, 8
ENCRYPTED, UTF_8 = 0x1, 0x800
REGULAR = 0o100644 << 16


@dataclass(frozen=True)
class Member:
    """One file of an archive; None stands for the truth.

    Attributes
    ----------
    name, local_name : bytes
        In the central directory, and before the data.
    packed : bytes or None
        The bytes that are stored, as `method` packs them.
    said_size, said_packed, said_crc : int or None
        What is said about them.
    """

    name: bytes
    data: bytes = b""
    method: int = DEFLATED
    flags: int = UTF_8
    attributes: int = REGULAR
    extra: bytes = b""
    local_name: bytes | None = None
    packed: bytes | None = None
    said_size: int | None = None
    said_packed: int | None = None
    said_crc: int | None = None
    at: int | None = None

    def body(self) -> bytes:
        """Return the stored bytes."""
        if self.packed is not None:
            return self.packed
        return deflated(self.data) if self.method == DEFLATED else self.data

    def facts(self) -> bytes:
        """Return what both headers say: version to flags, method, time, sum and sizes."""
        crc = zlib.crc32(self.data) if self.said_crc is None else self.said_crc
        packed = len(self.body()) if self.said_packed is None else self.said_packed
        size = len(self.data) if self.said_size is None else self.said_size
        return struct.pack("<3H2H3I", 20, self.flags, self.method, 0, 0x21, crc, packed, size)


def deflated(data: bytes) -> bytes:
    """Return data as deflated without any wrapper."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def archive(members: Sequence[Member], *, said: int | None = None, comment: bytes = b"", before: bytes = b"") -> bytes:
    """Return a ZIP file; `said` is the number of members that its end tells."""
    made, central = bytearray(before), bytearray()
    for member in members:
        local = member.name if member.local_name is None else member.local_name
        at = len(made) if member.at is None else member.at
        if member.at is None:
            made += b"PK\3\4" + member.facts() + struct.pack("<2H", len(local), 0) + local + member.body()
        central += b"PK\1\2" + struct.pack("<H", 0x0314) + member.facts()
        central += struct.pack("<5H2I", len(member.name), len(member.extra), 0, 0, 0, member.attributes, at)
        central += member.name + member.extra
    count = (len(members) if said is None else said) % 2**16
    end = struct.pack("<4H2IH", 0, 0, count, count, len(central), len(made), len(comment))
    return bytes(made + central) + b"PK\5\6" + end + comment


def renamed(members: Sequence[Member], old: bytes, new: bytes) -> list[Member]:
    """Return members with one of them under another name."""
    return [replace(member, name=new) if member.name == old else member for member in members]
