"""Packages as ZIP files: a round trip, and every way out of the folder refused."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from medapp.classify.archive import opened, pack, unpack
from medapp.classify.package import METADATA, SMALL_FILE_LIMIT, WEIGHTS, Package
from medapp.errors import MedappError
from tests.trial_packages import package_at


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return package_at(tmp_path / "package")


def refused(archive: Path, tmp_path: Path) -> str:
    with pytest.raises(MedappError) as caught:
        unpack(archive, tmp_path / "out")
    return caught.value.code


def written(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)
    return path


def test_a_package_comes_back_from_its_zip_with_the_same_hash(package: Package, tmp_path: Path) -> None:
    pack(package, tmp_path / "ü.zip")
    with opened(tmp_path / "ü.zip", tmp_path / "scratch") as back:
        assert back.manifest_hash == package.manifest_hash
        assert back.weights().keys() == package.weights().keys()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_packing_twice_gives_the_same_bytes(package: Package, tmp_path: Path) -> None:
    pack(package, tmp_path / "a.zip")
    pack(package, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_files_at_the_top_of_the_zip_are_a_package_too(package: Package, tmp_path: Path) -> None:
    files = {p.relative_to(package.path).as_posix(): p.read_bytes() for p in package.path.rglob("*") if p.is_file()}
    with opened(written(tmp_path / "flat.zip", files), tmp_path / "scratch") as back:
        assert back.manifest_hash == package.manifest_hash


def test_a_folder_is_opened_as_it_is(package: Package, tmp_path: Path) -> None:
    with opened(package.path, tmp_path / "scratch") as same:
        assert same.path == package.path


@pytest.mark.parametrize(
    "name",
    [
        "../configs/metadata.json",
        "/configs/metadata.json",
        "a/../../configs/metadata.json",
        "C:/configs/metadata.json",
        "..\\configs\\metadata.json",
        "configs/../../../home/x",
    ],
)
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    archive = written(tmp_path / "evil.zip", {METADATA: b"{}", name: b"{}"})
    assert refused(archive, tmp_path) == "package.archive"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["run.py", "configs/other.json", "a/b/configs/metadata.json"])
def test_a_file_without_a_place_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(written(tmp_path / "x.zip", {METADATA: b"{}", name: b""}), tmp_path) == "package.extra"


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo(METADATA)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        zipped.writestr(info, "/etc/passwd")
    assert refused(tmp_path / "x.zip", tmp_path) == "package.archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        zipped.writestr(METADATA, b"{}")
        zipped.writestr(METADATA, b"[]")
    assert refused(tmp_path / "x.zip", tmp_path) == "package.archive"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(METADATA, bytes(SMALL_FILE_LIMIT + 1))
    assert (tmp_path / "x.zip").stat().st_size < 200_000
    assert refused(tmp_path / "x.zip", tmp_path) == "package.size"


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    middle = data.index(b"features.0.0.weight") + 3000
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


@pytest.mark.parametrize("damage", [_cut, _flip, lambda _: b"", lambda _: b"PK\x03\x04 no zip at all"])
def test_a_damaged_zip_is_refused(package: Package, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as zipped:
        zipped.writestr(WEIGHTS, (package.path / WEIGHTS).read_bytes())
    (tmp_path / "x.zip").write_bytes(damage((tmp_path / "x.zip").read_bytes()))
    assert refused(tmp_path / "x.zip", tmp_path) == "package.archive"


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MedappError) as caught, opened(tmp_path / "nothing.zip", tmp_path):
        pass
    assert caught.value.code == "package.missing"
