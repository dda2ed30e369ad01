"""Forbids internet sockets to this process and its children: the kernel ends whoever asks for one (Linux, x86-64)."""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _END_PROCESS = 0x7FFF0000, 0x80000000
_ARCHITECTURE_OFFSET, _CALL_OFFSET, _FAMILY_OFFSET = 4, 0, 16
_X86_64, _SOCKET_CALL = 0xC000003E, 41
_AF_INET, _AF_INET6 = 2, 10


def can_forbid() -> bool:
    """Tell whether this system is one that the filter is written for."""
    return sys.platform.startswith("linux") and platform.machine() == "x86_64"


def forbid_internet() -> None:
    """Install the filter; it cannot be taken off again, and children inherit it.

    Raises
    ------
    OSError
        Where the kernel refuses filters.
    """
    steps = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 0, 5, _X86_64),
        (_LOAD_WORD, 0, 0, _CALL_OFFSET),
        (_JUMP_IF_EQUAL, 0, 3, _SOCKET_CALL),
        (_LOAD_WORD, 0, 0, _FAMILY_OFFSET),
        (_JUMP_IF_EQUAL, 2, 0, _AF_INET),
        (_JUMP_IF_EQUAL, 1, 0, _AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _END_PROCESS),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")
