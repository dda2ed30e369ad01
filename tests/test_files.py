"""Atomic writes: the old content or the new, never a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from medapp.files import atomic_writer, read_json, sha256_of, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    write_text(path, "old")
    with pytest.raises(TypeError), atomic_writer(path) as file:
        file.writelines([b"half of the new", "and something that is no bytes"])  # type: ignore[list-item]
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_document_comes_back_as_it_was_written_with_any_characters_in_its_path(tmp_path: Path) -> None:
    path = tmp_path / "Ünïcode 文件" / "x.json"
    write_json(path, {"name": "größe", "n": [1, 2.5, None]})
    assert read_json(path) == {"name": "größe", "n": [1, 2.5, None]}


def test_nan_is_refused_because_it_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "x.json", {"value": float("nan")})
    assert not list(tmp_path.iterdir())


def test_the_hash_is_sha256_of_the_bytes(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "abc")
    assert sha256_of(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
