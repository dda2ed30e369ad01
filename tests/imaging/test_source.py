from __future__ import annotations

import gzip
import os
import socket
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.imaging.limits import ReadLimits
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.source import scan, walk
from medapp.imaging.study import Scan
from medapp.jobs import Partial, Progress, run_to_end
from tests.imaging.synthetic import dicom, ramp, saved

SMALL = ReadLimits(inflated_bytes=2**20)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1, limits=SMALL)) as pool:
        list(pool.headers(["started before the tests"]))
        yield pool


def _scan(readers: Readers, *paths: Path) -> Scan:
    return run_to_end(scan(list(paths), readers))


def _sources(found: Scan) -> list[str]:
    return sorted(i.source for study in found.studies for series in study.series for i in series.instances)


def _png(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((3, 3), np.uint8)).save(path, "PNG")
    return path


def test_folders_of_any_depth_and_files_without_an_extension_are_read(tmp_path: Path, readers: Readers) -> None:
    deep = tmp_path / "a" / "b ü" / "日本" / "c" / "IM0001"
    saved(dicom(ramp()), deep)
    (tmp_path / "a" / "README").write_text("hello")
    found = _scan(readers, tmp_path)
    assert _sources(found) == [str(deep)]
    assert [(n.path, n.what) for n in found.not_images] == [(str(tmp_path / "a" / "README"), "text")]
    assert found.problems == ()


def test_an_empty_folder_holds_nothing(tmp_path: Path, readers: Readers) -> None:
    assert _scan(readers, tmp_path) == Scan()


def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path, readers: Readers) -> None:
    (problem,) = _scan(readers, tmp_path / "gone").problems
    assert problem.code == "file.missing"


def test_a_file_named_twice_is_found_once(tmp_path: Path, readers: Readers) -> None:
    path = _png(tmp_path / "a.png")
    assert _sources(_scan(readers, path, tmp_path, path)) == [str(path)]


def test_members_of_an_archive_are_found_and_nothing_is_written(tmp_path: Path, readers: Readers) -> None:
    saved(dicom(ramp()), tmp_path / "in" / "one.dcm")
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(tmp_path / "in" / "one.dcm", "deep/one ü.dcm")
        file.write(tmp_path / "in" / "one.dcm", "../../outside.dcm")
        file.writestr("__MACOSX/._one.dcm", b"x")
        file.writestr("note.txt", "hello")
    before = sorted(tmp_path.rglob("*"))
    found = _scan(readers, archive)
    assert _sources(found) == [f"{archive}!/../../outside.dcm", f"{archive}!/deep/one ü.dcm"]
    assert [n.what for n in found.not_images] == ["text"]
    assert readers.frame(f"{archive}!/deep/one ü.dcm").shape == (4, 4)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_in_an_archive_is_a_problem(tmp_path: Path, readers: Readers) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.dcm", b"\0" * 3 * 2**20)
    (problem,) = _scan(readers, archive).problems
    assert problem.code == "file.inflated"


def test_a_member_behind_a_password_is_a_problem(tmp_path: Path, readers: Readers) -> None:
    archive = tmp_path / "locked.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.dcm", b"secret")
    raw = bytearray(archive.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + place] |= 1
    archive.write_bytes(raw)
    (problem,) = _scan(readers, archive).problems
    assert problem.code == "archive.encrypted"


def test_an_archive_in_an_archive_and_an_empty_one_are_named_and_not_opened(tmp_path: Path, readers: Readers) -> None:
    for name in ("empty.zip", "inner.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            if name == "inner.zip":
                file.writestr("a.txt", "hello")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as file:
        file.write(tmp_path / "inner.zip", "inner.zip")
    found = _scan(readers, tmp_path / "outer.zip", tmp_path / "empty.zip")
    names = [(n.path, n.what) for n in found.not_images]
    assert names == [(str(tmp_path / "empty.zip"), "archive"), (f"{tmp_path / 'outer.zip'}!/inner.zip", "archive")]


def test_a_damaged_archive_is_a_problem(tmp_path: Path, readers: Readers) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + b"rubbish" * 20)
    (problem,) = _scan(readers, tmp_path).problems
    assert problem.code == "archive.damaged"


def test_a_gzipped_dicom_file_is_read(tmp_path: Path, readers: Readers) -> None:
    plain = Path(saved(dicom(ramp()), tmp_path / "in" / "a.dcm"))
    packed = tmp_path / "a.dcm.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert _sources(_scan(readers, packed)) == [str(packed)]


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path, readers: Readers) -> None:
    path = _png(tmp_path / "x.dcm" / "a.png")
    assert _sources(_scan(readers, tmp_path)) == [str(path)]


@pytest.mark.skipif(sys.platform == "win32", reason="sockets, pipes and links are files on Unix only")
def test_sockets_pipes_and_loops_of_links_do_not_hold_a_scan_up(tmp_path: Path, readers: Readers) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dangling.dcm").symlink_to(tmp_path / "gone")
    path = _png(tmp_path / "a.png")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # the name of a socket is limited to about 100 characters
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
        found = _scan(readers, tmp_path)
    assert _sources(found) == [str(path)]
    assert {Path(p.path).name: p.code for p in found.problems} == {
        "pipe": "file.special",
        "socket": "file.special",
        "dangling.dcm": "file.missing",
    }


def test_a_folder_that_cannot_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("medapp.imaging.source.os.scandir", refuse)
    (problem,) = walk([tmp_path])
    assert not isinstance(problem, str)
    assert problem.code == "folder.forbidden"


def test_progress_rises_to_the_number_of_files_and_the_first_image_comes_as_a_part(
    tmp_path: Path, readers: Readers
) -> None:
    for i in range(40):
        _png(tmp_path / f"{i:02}.png")
    reports = list(scan([tmp_path], readers))
    progress = [r for r in reports if isinstance(r, Progress)]
    parts = [r.value for r in reports if isinstance(r, Partial)]
    assert (progress[-1].done, progress[-1].total) == (40, 40)
    assert [p.done for p in progress] == sorted(p.done for p in progress)
    assert len(_sources(parts[0])) < 40


def test_a_scan_can_be_stopped_and_the_readers_used_afterwards(tmp_path: Path) -> None:
    for i in range(40):
        _png(tmp_path / f"{i:02}.png")
    with Readers(ReaderConfig(processes=1)) as pool:
        job = scan([tmp_path], pool)
        for report in job:
            if isinstance(report, Partial):
                break
        job.close()
        assert pool.frame(str(tmp_path / "07.png")).shape == (3, 3)


def test_the_result_is_the_same_with_one_reader_and_with_three(tmp_path: Path, readers: Readers) -> None:
    for i in range(70):
        saved(dicom(ramp(), SeriesInstanceUID=f"1.{i % 3}", InstanceNumber=70 - i), tmp_path / f"{i}.dcm")
    with Readers(ReaderConfig(processes=3)) as three:
        assert _scan(three, tmp_path) == _scan(readers, tmp_path)


@pytest.mark.data
def test_the_whole_reference_tree_is_read_with_every_file_in_one_place(shared_data: Path) -> None:
    folder = shared_data / "dicom"
    with Readers(ReaderConfig(processes=2)) as pool:
        found = _scan(pool, folder)
    sources = _sources(found)
    others = [n.path for n in found.not_images]
    bad = {str(Path(p.path).relative_to(folder / "pydicom")): p.code for p in found.problems}
    files = sorted(str(p) for p in folder.rglob("*") if p.is_file())
    assert sorted(sources + others + [p.path for p in found.problems]) == files
    assert bad == {
        "MR_truncated.dcm": "dicom.truncated",
        "meta_missing_tsyntax.dcm": "dicom.no_size",  # a made-up file: two bytes of pixels, no rows, no columns
        "nested_priv_SQ.dcm": "dicom.no_size",  # likewise
        "no_meta.dcm": "dicom.not_dicom",  # one stray byte before the data set
        "rtplan_truncated.dcm": "dicom.cut_off",
    }
    assert {Path(n.path).name for n in found.not_images if n.what == "structured_report"} >= {
        "test-SR.dcm",
        "reportsi.dcm",
    }


@pytest.mark.data
def test_a_neck_ct_is_one_stack_in_the_order_of_its_slices(shared_data: Path) -> None:
    with Readers(ReaderConfig(processes=2)) as pool:
        found = _scan(pool, shared_data / "dicom" / "weasis_headneck_ct")
    largest = max((s for study in found.studies for s in study.series), key=lambda s: len(s.instances))
    heights = [i.geometry.position[2] for i in largest.instances if i.geometry.position]
    assert len(heights) == len(largest.instances) > 250
    assert heights == sorted(heights) or heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("magic", [b"MZ\x90\0", b"\x7fELF\x02", b"#!/bin/sh\n", bytes.fromhex("cffaedfe")])
@pytest.mark.parametrize("frames", [1, 3])
def test_a_program_in_the_preamble_is_told_of_the_series(
    tmp_path: Path, readers: Readers, magic: bytes, frames: int
) -> None:
    pixels = np.zeros((frames, 4, 4), np.uint8)
    for number, preamble in enumerate((magic, b"", b"II*\0")):
        dataset = dicom(pixels if frames > 1 else pixels[0], SeriesInstanceUID=f"1.2.{number}")
        dataset.preamble = preamble.ljust(128, b"\0")
        saved(dataset, tmp_path / "scan" / f"{number}.dcm")
    found = run_to_end(scan([tmp_path / "scan"], readers))
    told = [[note.code for note in series.notes] for study in found.studies for series in study.series]
    assert sorted(told, reverse=True)[0] == ["program_in_preamble"]
    assert sum("program_in_preamble" in codes for codes in told) == 1
