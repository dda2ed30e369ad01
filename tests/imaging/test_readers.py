from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import medapp.imaging.readers as readers_module
from medapp.errors import MedappError, Problem
from medapp.imaging.found import FoundImage
from medapp.imaging.frame import Frame, Lut
from medapp.imaging.limits import ReadLimits
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.imaging.study import Geometry, NotImage, Window
from medapp.imaging.wire import from_message, to_message
from tests.imaging.synthetic import dicom, ramp, saved

ONE = ReaderConfig(processes=1)
MISBEHAVING = """
import os, sys, time
import medapp.imaging.opening as opening
find, load = opening.find, opening.Loader.load

def misbehave(source):
    name = os.path.basename(source)
    once = source + ".once"
    if name.startswith("once") and not os.path.exists(once):
        open(once, "w").close()
        os._exit(1)
    if name.startswith("crash"):
        os._exit(1)
    if name.startswith("hang"):
        time.sleep(600)
    if name.startswith("panic"):
        raise BaseException("no Exception")

def bad_find(source, limits):
    misbehave(source)
    return find(source, limits)

def bad_load(loader, source, index):
    misbehave(source)
    return load(loader, source, index)

opening.find, opening.Loader.load = bad_find, bad_load
from medapp.imaging.reader_process import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ONE) as pool:
        list(pool.headers(["started before the tests"]))
        yield pool


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
    """Readers that crash, hang or panic on files of such names."""
    monkeypatch.setattr(readers_module, "own_command", lambda *a: [sys.executable, "-c", MISBEHAVING, *a])
    with Readers(replace(ONE, seconds_per_file=1.0)) as pool:
        yield pool


def _png(path: Path) -> str:
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).save(path, "PNG")
    return str(path)


def test_headers_come_in_the_order_asked_for(tmp_path: Path, readers: Readers) -> None:
    (tmp_path / "ä note.txt").write_text("hello")
    sources = [
        _png(tmp_path / "b.png"),
        str(tmp_path / "ä note.txt"),
        str(tmp_path / "gone.dcm"),
        _png(tmp_path / "a.png"),
    ]
    replies = list(readers.headers(sources))
    assert [reply.source for reply in replies] == sources
    assert [type(reply.found) for reply in replies] == [FoundImage, NotImage, Problem, FoundImage]


def test_a_frame_arrives_as_it_was_decoded(tmp_path: Path, readers: Readers) -> None:
    dataset = dicom(ramp(), WindowCenter=3, WindowWidth=4, RescaleSlope="0.5", ImagePositionPatient=[1, 2, 3])
    frame = readers.frame(saved(dataset, tmp_path / "a"))
    np.testing.assert_array_equal(frame.modality_values(), ramp() * 0.5)
    assert frame.windows == (Window(3, 4),)
    assert frame.geometry.position == (1, 2, 3)


def test_every_field_of_a_frame_travels() -> None:
    frame = Frame(
        stored=ramp(),
        slope=2.5,
        intercept=-3,
        modality_lut=Lut(-5, 12, np.array([1, 2], np.uint16), "m"),
        valid=ramp() > 3,
        inverted=True,
        unit="HU",
        bits_stored=12,
        modality="CT",
        windows=(Window(1, 2, "SIGMOID", "w"),),
        voi_luts=(Lut(0, 8, np.array([7], np.uint16), "v"), Lut(1, 8, np.array([9], np.uint16))),
        geometry=Geometry(position=(1, 2, 3), spacing_mm=(0.5, 0.25), spacing_source="patient"),
        number=4,
        discrete=True,
        overlay=ramp() > 7,
    )
    copy = from_message(Frame, *to_message(frame))
    assert copy.identity == frame.identity
    for name in Frame.__dataclass_fields__:
        np.testing.assert_equal(_plain(getattr(copy, name)), _plain(getattr(frame, name)))


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value.__dict__ if isinstance(value, Lut) else value


def test_what_is_wrong_with_a_file_is_raised_with_its_code(tmp_path: Path, readers: Readers) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(MedappError) as raised:
        readers.frame(str(tmp_path / "a.txt"))
    assert raised.value.code == "file.not_image"


def test_a_file_that_crashes_its_reader_is_a_problem_and_the_others_are_read(
    tmp_path: Path, misbehaving: Readers
) -> None:
    names = ["a.png", "crash.png", "b.png", "panic.png", "c.png"]
    replies = list(misbehaving.headers([_png(tmp_path / name) for name in names]))
    found = [reply.found.code if isinstance(reply.found, Problem) else "image" for reply in replies]
    assert found == ["image", "reader.died", "image", "unexpected", "image"]


def test_a_file_that_hangs_its_reader_is_a_problem_after_its_time(tmp_path: Path, misbehaving: Readers) -> None:
    replies = list(misbehaving.headers([_png(tmp_path / "hang.png"), _png(tmp_path / "b.png")]))
    assert isinstance(replies[0].found, Problem)
    assert replies[0].found.code == "reader.slow"
    assert isinstance(replies[1].found, FoundImage)


def test_a_reader_that_dies_once_is_replaced_and_the_answer_comes_all_the_same(
    tmp_path: Path, misbehaving: Readers
) -> None:
    assert misbehaving.frame(_png(tmp_path / "once.png")).shape == (4, 4)


def test_a_frame_that_crashes_two_readers_is_told(tmp_path: Path, misbehaving: Readers) -> None:
    with pytest.raises(MedappError) as raised:
        misbehaving.frame(_png(tmp_path / "crash.png"))
    assert raised.value.code == "reader.died"
    assert misbehaving.frame(_png(tmp_path / "b.png")).shape == (4, 4)


def test_stopping_in_the_middle_of_headers_leaves_no_answers_for_the_next_request(tmp_path: Path) -> None:
    with Readers(ONE) as pool:
        answers = pool.headers([_png(tmp_path / f"{i}.png") for i in range(5)])
        next(answers)
        answers.close()  # type: ignore[attr-defined]
        assert pool.frame(str(tmp_path / "3.png")).shape == (4, 4)


def test_many_threads_share_the_readers(tmp_path: Path) -> None:
    sources = [saved(dicom(ramp() + i), tmp_path / f"{i}.dcm") for i in range(12)]
    seen: dict[int, int] = {}

    def read(i: int) -> None:
        seen[i] = int(pool.frame(sources[i]).stored[0, 0])

    with Readers(ReaderConfig(processes=2)) as pool:
        threads = [threading.Thread(target=read, args=(i,)) for i in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == {i: i for i in range(12)}


def test_closed_readers_refuse_work(tmp_path: Path) -> None:
    pool = Readers(ONE)
    pool.close()
    with pytest.raises(MedappError, match=r"reader\.closed"):
        pool.frame(_png(tmp_path / "a.png"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the address space can be limited on Linux only")
def test_a_file_that_needs_more_memory_than_a_reader_may_take_is_told(tmp_path: Path) -> None:
    big = np.zeros((6000, 6000), np.uint16)
    source = saved(dicom(big), tmp_path / "big.dcm")
    limits = ReadLimits(memory_bytes=180 * 2**20)
    with Readers(replace(ONE, limits=limits)) as pool:
        with pytest.raises(MedappError, match=r"reader\.(memory|died)"):
            pool.frame(source)
        assert pool.frame(_png(tmp_path / "a.png")).shape == (4, 4)


def test_a_reader_ends_when_its_owner_is_gone(tmp_path: Path) -> None:
    pool = Readers(ONE)
    pool.frame(_png(tmp_path / "a.png"))
    (child,) = pool._idle
    pool.close()
    assert not child.alive


def test_readers_hold_neither_torch_nor_qt(tmp_path: Path) -> None:
    script = "import sys, medapp.imaging.opening, medapp.imaging.reader_process as r; print(*sys.modules)"
    import subprocess

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    assert not {"torch", "PySide6", "cv2"} & set(done.stdout.split())
