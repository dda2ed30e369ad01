from __future__ import annotations

import pytest

from medapp.imaging.character_sets import sets_of


@pytest.mark.parametrize(
    ("declared", "data", "sets"),
    [
        ("", b"Doe^Jane", [""]),
        ("", "Müller".encode(), ["ISO_IR 192"]),
        ("", "Müller".encode("latin-1"), ["ISO_IR 100"]),
        ("ISO_IR 100", "Müller".encode(), ["ISO_IR 192"]),
        ("ISO_IR 100", "Müller".encode("latin-1"), ["ISO_IR 100"]),
        ("ISO_IR 192", "Müller".encode("latin-1"), ["ISO_IR 100"]),
        ("ISO_IR 192", "山田".encode(), ["ISO_IR 192"]),
        ("ISO_IR 144", "Люк".encode("iso8859-5"), ["ISO_IR 144"]),
        ("GB18030", "王".encode("gb18030"), ["GB18030"]),
        ("\\ISO 2022 IR 149", b"\x1b$)C\xc8\xab", ["", "ISO 2022 IR 149"]),
        ("ISO_IR 100\0 ", b"\xfc", ["ISO_IR 100"]),
    ],
)
def test_what_is_declared_holds_unless_it_cannot_be(declared: str, data: bytes, sets: list[str]) -> None:
    assert sets_of(declared, data) == sets
