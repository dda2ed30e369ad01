"""Answers written into a folder: nothing is overwritten, every file is whole, and what cannot be made is told."""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from medapp import schemas
from medapp.classify.prediction import ModelKey, Prediction
from medapp.errors import MedappError
from medapp.files import write_new
from medapp.imaging.phantom import PhantomCase, write_ct_series, write_dicom, write_png
from medapp.imaging.readers import ReaderConfig, Readers
from medapp.interop.outcome import Format, StackFacts
from medapp.interop.press import Press
from medapp.jobs import Progress, run_to_end
from medapp.workflows import sending
from medapp.workflows.sending import Sent, Told, ToldStack, Wanted, send_on

KEY = ModelKey("trial", "1.0", "0" * 64)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(ReaderConfig(processes=1)) as made:
        list(made.headers(["started before the tests"]))
        yield made


@pytest.fixture(scope="module", autouse=True)
def _one_press() -> Iterator[None]:
    """One press for all tests: starting one for each would take most of the time."""
    with Press() as press, pytest.MonkeyPatch.context() as patch:
        press._running()
        patch.setattr(sending, "Press", lambda: nullcontext(press))
        yield


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("Bilder Müller")
    dicom = write_dicom(folder / "geheim.dcm", PhantomCase(1, nodule=True, size=64))
    picture = folder / "geheim.png"
    write_png(picture, PhantomCase(2, nodule=True, size=64))
    return dicom, picture


def told(path: Path, readers: Readers) -> Told:
    identity = readers.frame(str(path)).identity
    shares = {"NORMAL": 0.25, "NODULE": 0.75}
    answer = Prediction(
        KEY, identity, shares, "NODULE", threshold=0.5, alarm_class="NODULE", heat_map=np.ones((4, 4), np.float32)
    )
    return Told(str(path), 1, answer)


def sent(items: list[Told], readers: Readers, folder: Path, wanted: Wanted | None = None) -> Sent:
    return run_to_end(send_on(items, lambda _: None, readers, folder, wanted or Wanted()))


def test_all_forms_of_a_dicom_image_and_the_tables_of_all_are_written(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path
) -> None:
    one, other = (told(path, readers) for path in images)
    done = sent([one, other], readers, tmp_path / "Berichte")
    stems = [f"{number:05d}-{item.prediction.identity[:8]}" for number, item in enumerate((one, other), 1)]
    expected = [f"{stems[0]}.sr.dcm", f"{stems[0]}.sc.dcm", f"{stems[0]}.pdf", f"{stems[1]}.pdf"]
    assert [path.name for path in done.files] == [*expected, "results.csv", "results.json"]
    assert sorted(path.name for path in (tmp_path / "Berichte").iterdir()) == sorted(p.name for p in done.files)
    document = json.loads(done.files[-1].read_text(encoding="utf-8"))
    schemas.check("send_on", document)
    assert [row["files"] for row in document["results"]] == [expected[:3], expected[3:]]
    assert [(r["format"], r["code"]) for r in document["results"][1]["not_written"]] == [
        ("sr", "send.not_dicom"),
        ("sc", "send.not_dicom"),
    ]
    with done.files[-2].open(encoding="utf-8", newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["NODULE", "NODULE"]


def test_the_received_files_are_not_touched(images: tuple[Path, Path], readers: Readers, tmp_path: Path) -> None:
    before = [path.read_bytes() for path in images]
    sent([told(path, readers) for path in images], readers, tmp_path)
    assert [path.read_bytes() for path in images] == before


def test_a_second_run_overwrites_nothing(images: tuple[Path, Path], readers: Readers, tmp_path: Path) -> None:
    item = told(images[0], readers)
    first = sent([item], readers, tmp_path)
    kept = {path: path.read_bytes() for path in first.files}
    second = sent([item], readers, tmp_path)
    assert {path: path.read_bytes() for path in first.files} == kept
    assert not set(first.files) & set(second.files)
    assert [path.name for path in second.files][-2:] == ["results-2.csv", "results-2.json"]
    uids = {dcmread(path).SOPInstanceUID for path in (*first.files, *second.files) if path.suffix == ".dcm"}
    assert len(uids) == 4


def test_names_and_contents_hold_no_identity_unless_asked(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path
) -> None:
    items = [told(path, readers) for path in images]
    done = sent(items, readers, tmp_path / "hidden", Wanted(("csv", "json")))
    for path in done.files:
        text = path.read_text(encoding="utf-8")
        assert "geheim" not in text
        assert "Müller" not in text
    named = sent(items, readers, tmp_path / "named", Wanted(("json",), with_identity=True))
    identity = json.loads(named.files[0].read_text(encoding="utf-8"))["results"][0]["identity"]
    assert identity["file"] == "geheim.dcm"
    assert identity["patient_id"] == dcmread(images[0]).PatientID
    assert all("geheim" not in path.name for path in (*done.files, *named.files))


def test_progress_is_told_for_each_answer(images: tuple[Path, Path], readers: Readers, tmp_path: Path) -> None:
    items = [told(images[1], readers)] * 3
    steps = [s for s in send_on(items, lambda _: None, readers, tmp_path, Wanted(("csv",))) if isinstance(s, Progress)]
    assert [(step.done, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3)]


def test_a_file_that_changed_meanwhile_has_neither_picture_nor_report_and_says_why(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path
) -> None:
    item = told(images[0], readers)
    stale = replace(item, prediction=replace(item.prediction, identity="e" * 64))
    done = sent([stale], readers, tmp_path)
    assert [(r.form, r.code) for r in done.refusals] == [(form, "send.changed") for form in ("sr", "sc", "pdf")]


def test_a_report_is_never_filed_under_the_patient_of_a_file_that_was_replaced_meanwhile(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path
) -> None:
    mine = write_dicom(tmp_path / "mine.dcm", PhantomCase(3, nodule=True, size=64))
    item = told(mine, readers)
    frame, uid = readers.frame(str(mine)), str(dcmread(mine).SOPInstanceUID)
    write_dicom(mine, PhantomCase(4, nodule=False, size=64))
    shown = replace(item, frame=frame, sop_instance_uid=uid)
    done = sent([shown], readers, tmp_path / "out", Wanted(("sr", "sc", "pdf", "json"), with_identity=True))
    assert {(r.form, r.code) for r in done.refusals} == {("sr", "send.changed"), ("sc", "send.changed")}
    assert dcmread(mine).PatientID not in done.files[-1].read_text(encoding="utf-8")


def test_a_file_that_has_vanished_is_told_and_the_tables_are_written(readers: Readers, tmp_path: Path) -> None:
    gone = Told(str(tmp_path / "gone.dcm"), 1, Prediction(KEY, "a" * 64, {"A": 1.0}, "A"))
    done = sent([gone], readers, tmp_path / "out")
    assert [path.name for path in done.files] == ["results.csv", "results.json"]
    assert {r.form for r in done.refusals} == {"sr", "sc", "pdf"}


def test_a_disk_that_is_full_is_told_and_leaves_whole_files(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full_after_two(path: Path, data: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_new(path, data)
        written.append(path)

    monkeypatch.setattr("medapp.files.write_new", full_after_two)
    with pytest.raises(MedappError) as failure:
        sent([told(images[0], readers)], readers, tmp_path)
    assert (failure.value.code, failure.value.params["reason"]) == ("send.write", "No space left on device")
    assert sorted(tmp_path.iterdir()) == sorted(written)
    for path in written:
        assert dcmread(path).PatientID


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_done(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "nul\0l"):
        with pytest.raises(MedappError) as failure:
            next(send_on([], lambda _: None, readers, folder, Wanted()))
        assert failure.value.code == "send.folder"


def test_a_run_that_is_stopped_leaves_whole_files_only(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path
) -> None:
    job = send_on([told(images[0], readers)] * 3, lambda _: None, readers, tmp_path, Wanted())
    next(job)
    job.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3
    assert not [name for name in names if name.startswith(".")]


def test_a_name_that_is_taken_in_the_last_moment_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_new(path, b"yours")
    assert path.read_bytes() == b"mine"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_disk_without_second_names_takes_new_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("medapp.files.os.link", none_here)
    write_new(tmp_path / "a.csv", b"mine")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a.csv", b"yours")
    assert (tmp_path / "a.csv").read_bytes() == b"mine"
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_form_that_cannot_be_made_costs_itself(
    images: tuple[Path, Path], readers: Readers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Press.make

    def without_report(press: Press, form: Format, *rest: Any, **more: Any) -> bytes:
        if form == "sr":
            raise MedappError("unexpected", kind="KeyError")
        return make(press, form, *rest, **more)

    monkeypatch.setattr(Press, "make", without_report)
    done = sent([told(images[0], readers)], readers, tmp_path)
    assert [(r.form, r.code) for r in done.refusals] == [("sr", "unexpected")]
    assert [path.name.partition(".")[2] for path in done.files] == ["sc.dcm", "pdf", "csv", "json"]


def test_a_stack_has_one_report_beside_those_of_its_images(readers: Readers, tmp_path: Path) -> None:
    paths = write_ct_series(tmp_path / "ct", slices=3, size=16)
    best = told(paths[1], readers)
    uids = tuple((str(dcmread(path).SOPInstanceUID), 1) for path in paths)
    facts = StackFacts("max", "NODULE", 0.75, 0.5, 3, 0, 0, uids)
    stack = ToldStack(replace(best, sop_instance_uid=uids[1][0]), facts)
    other = ToldStack(replace(best, sop_instance_uid="1.2.3"), facts)
    job = send_on([best], lambda _: None, readers, tmp_path / "out", Wanted(("sr",)), [stack, other])
    done = run_to_end(job)
    assert [path.name for path in done.files[1:]] == ["stack-00001.sr.dcm"]
    report = dcmread(done.files[1])
    assert report.StudyInstanceUID == dcmread(paths[0]).StudyInstanceUID
    assert (
        len(report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence) == 3
    )
    assert [(r.form, r.code) for r in done.refusals] == [("sr", "send.changed")], "the other one's file has changed"
    without = run_to_end(send_on([], lambda _: None, readers, tmp_path / "csv", Wanted(("csv",)), [stack]))
    assert [path.name for path in without.files] == ["results.csv"]
