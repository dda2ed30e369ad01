"""Which character sets a text is written in (PS3.3 C.12.1.1.2), also where the file tells none or a wrong one."""

from __future__ import annotations

_SAID_OF_ANYTHING = frozenset({"", "ISO_IR 6", "ISO 2022 IR 6", "ISO_IR 100", "ISO 2022 IR 100"})
_UTF_8, _LATIN_1 = "ISO_IR 192", "ISO_IR 100"
_ESCAPE = b"\x1b"


def sets_of(declared: str, data: bytes) -> list[str]:
    """Return the Specific Character Set that `data` is read with.

    Parameters
    ----------
    declared : str
        The value of the attribute, with backslashes; empty where it is missing.
    data : bytes
        A text of the file.

    Returns
    -------
    list of str
        What is declared, unless that cannot be: UTF-8 where nothing or Latin 1 is declared and the bytes beyond ASCII
        are UTF-8 (which Latin 1 text practically never is), Latin 1 where UTF-8 is declared and they are not.

    Examples
    --------
    >>> sets_of("", "Müller".encode())
    ['ISO_IR 192']
    >>> sets_of("ISO_IR 192", "Müller".encode("latin-1"))
    ['ISO_IR 100']
    """
    known = [name.strip("\0 ") for name in declared.split("\\")]
    if data.isascii() or _ESCAPE in data or len(known) > 1:
        return known
    if known[0] in _SAID_OF_ANYTHING:
        return [_UTF_8] if _is_utf_8(data) else [known[0] or _LATIN_1]
    if known[0] == _UTF_8 and not _is_utf_8(data):
        return [_LATIN_1]
    return known


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
