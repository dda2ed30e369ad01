"""The Debian package and the archive, made of a program of three files: read back, and the same bytes each time."""

from __future__ import annotations

import configparser
import gzip
import hashlib
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from release import archive, deb, linux
from release.archive import ArchiveError
from release.comparing import compare
from release.comparing import main as compare_main

ROOT = Path(__file__).resolve().parents[2]
EPOCH = 1_700_000_000
needs_zstd = pytest.mark.skipif(shutil.which("zstd") is None, reason="the program zstd is not here")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "程序"
    (folder / "_internal").mkdir(parents=True)
    (folder / "medapp").write_bytes(b"\x7fELF program")
    (folder / "medapp").chmod(0o755)
    (folder / "_internal" / "lib.so").write_bytes(bytes(3001))
    (folder / "NOTICE").write_text("licences", encoding="utf-8")
    return folder


def package(program: Path, target: Path) -> bytes:
    content = {**archive.tree(program, deb.PLACE), **deb.system_files(ROOT)}
    text = deb.control("1.2", linux.depends(), deb.installed_kilobytes(content), "cpu")
    deb.write_deb(target, content, text, EPOCH, level=1)
    return target.read_bytes()


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    assert data.startswith(b"!<arch>\n")
    place = 8
    while place < len(data):
        header = data[place : place + 60]
        assert header.endswith(b"`\n")
        size = int(header[48:58])
        yield header[:16].decode().strip(), data[place + 60 : place + 60 + size]
        place += 60 + size + size % 2


def control_files(data: bytes) -> dict[str, str]:
    held = dict(members(data))["control.tar.gz"]
    with tarfile.open(fileobj=io.BytesIO(held)) as tar:
        return {m.name: tar.extractfile(m).read().decode() for m in tar if m.isfile()}  # type: ignore[union-attr]


def unpacked(compressed: bytes) -> tarfile.TarFile:
    plain = subprocess.run(["zstd", "-dc"], input=compressed, capture_output=True, check=True).stdout
    return tarfile.open(fileobj=io.BytesIO(plain))


@needs_zstd
def test_a_package_is_an_archive_of_three_members(program: Path, tmp_path: Path) -> None:
    found = dict(members(package(program, tmp_path / "a.deb")))
    assert list(found) == ["debian-binary", "control.tar.gz", "data.tar.zst"]
    assert found["debian-binary"] == b"2.0\n"
    assert not (tmp_path / "a.data.tar.zst").exists()


@needs_zstd
def test_it_declares_its_needs_and_size_and_runs_no_scripts(program: Path, tmp_path: Path) -> None:
    files = control_files(package(program, tmp_path / "a.deb"))
    assert set(files) == {"./control", "./md5sums"}
    fields = dict(line.split(": ", 1) for line in files["./control"].splitlines() if not line.startswith(" "))
    assert fields["Package"] == "medapp"
    assert fields["Version"] == "1.2"
    assert fields["Depends"].startswith("libc6 (>= ")
    assert {"libegl1", "libgl1", "fontconfig-config"} <= set(fields["Depends"].split(", "))
    assert int(fields["Installed-Size"]) >= 5


@needs_zstd
def test_its_sums_are_those_of_the_files(program: Path, tmp_path: Path) -> None:
    sums = control_files(package(program, tmp_path / "a.deb"))["./md5sums"]
    assert f"{hashlib.md5(bytes(3001)).hexdigest()}  opt/medapp/_internal/lib.so\n" in sums
    assert "usr/bin/medapp" not in sums, "a link has no sum"


@needs_zstd
def test_the_command_menu_icon_and_file_types_lie_where_the_desktop_looks(program: Path, tmp_path: Path) -> None:
    with unpacked(dict(members(package(program, tmp_path / "a.deb")))["data.tar.zst"]) as tar:
        found = {member.name: member for member in tar}
        changes = tar.extractfile("./usr/share/doc/medapp/changelog.gz")
        assert changes is not None
        assert gzip.decompress(changes.read()).startswith(b"# Changes")
    assert found["./usr/bin/medapp"].linkname == "../../opt/medapp/medapp"
    assert found["./opt/medapp/medapp"].mode == 0o755
    assert found["./opt/medapp/NOTICE"].mode == 0o644
    for name in ("applications/medapp.desktop", "icons/hicolor/scalable/apps/medapp.svg", "mime/packages/medapp.xml"):
        assert found[f"./usr/share/{name}"].isfile()
    assert {(m.uid, m.gid, m.mtime) for m in found.values()} == {(0, 0, EPOCH)}


@needs_zstd
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not here")
def test_dpkg_reads_it(program: Path, tmp_path: Path) -> None:
    package(program, tmp_path / "a.deb")
    listed = subprocess.run(["dpkg-deb", "-c", tmp_path / "a.deb"], capture_output=True, text=True, check=True).stdout
    assert "./opt/medapp/_internal/lib.so" in listed
    told = subprocess.run(["dpkg-deb", "-I", tmp_path / "a.deb"], capture_output=True, text=True, check=True).stdout
    assert "Description: view, classify and teach" in told


@needs_zstd
def test_the_same_files_give_the_same_package_whatever_their_dates(program: Path, tmp_path: Path) -> None:
    first = package(program, tmp_path / "a.deb")
    for path in program.rglob("*"):
        path.touch()
    assert package(program, tmp_path / "b.deb") == first
    assert compare(tmp_path / "a.deb", tmp_path / "b.deb").unexpected == ()


@needs_zstd
def test_the_archive_holds_the_folder_under_its_own_name(program: Path, tmp_path: Path) -> None:
    archive.write_compressed(tmp_path / "a.tar.zst", archive.tree(program, "medapp-1.2"), EPOCH, level=1)
    with unpacked((tmp_path / "a.tar.zst").read_bytes()) as tar:
        assert tar.getnames() == [
            "medapp-1.2",
            "medapp-1.2/NOTICE",
            "medapp-1.2/_internal",
            "medapp-1.2/_internal/lib.so",
            "medapp-1.2/medapp",
        ]


def test_without_zstd_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArchiveError, match="install the package of that name"):
        archive.write_compressed(tmp_path / "a.tar.zst", {}, EPOCH, level=1)


def test_two_builds_are_compared_file_by_file(
    program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(program, other)
    assert compare_main([str(program), str(other)]) == 0
    assert "3 files are the same, 0 differ" in capsys.readouterr().out
    (other / "NOTICE").write_text("else", encoding="utf-8")
    (other / "more").touch()
    (other / "_internal" / "lib.so").chmod(0o755)
    found = compare(program, other)
    assert found.different == ("NOTICE", "_internal/lib.so")
    assert found.only_second == ("more",)
    assert compare_main([str(program), str(other)]) == 1


def test_the_menu_entry_is_well_formed_and_opens_what_the_package_declares() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(ROOT / "packaging" / "desktop" / "medapp.desktop", encoding="utf-8")
    main = entry["Desktop Entry"]
    assert main["Exec"] == "medapp %F"
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = Xml.parse(ROOT / "packaging" / "desktop" / "medapp.xml").iter(f"{space}mime-type")
    assert {kind.get("type") for kind in types} == {name for name in main["MimeType"].split(";") if name}
