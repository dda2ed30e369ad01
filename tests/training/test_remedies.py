"""What a person decides about findings: what it does to cases and pictures, its file, and what it must not do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from medapp.classify.preprocess import PreprocessSpec, network_picture
from medapp.errors import MedappError
from medapp.imaging.frame import Frame
from medapp.imaging.phantom import PhantomCase, radiograph, write_png
from medapp.imaging.readers import Readers
from medapp.jobs import run_to_end
from medapp.training.cases.as_decided import sketch_as_decided
from medapp.training.cases.file_facts import FileFacts
from medapp.training.cases.sketch import Sketch, sketch_of
from medapp.training.checking.check import Checked, check
from medapp.training.checking.findings import Finding, Remedy
from medapp.training.checking.remedies import (
    Taken,
    in_report,
    read_remedies,
    spec_with,
    subject_of,
    with_reasons,
    words_of,
    write_remedies,
)

BYTES = FileFacts("png", 1000)
PATTERN = r"(patient\d+)"


def taken(code: str, **params: Any) -> Taken:
    return Taken(Remedy(code, params))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for label, nodule in (("ja", True), ("nein", False)):
        for number in range(6):
            write_png(tmp_path / "Fälle" / label / f"patient{number}{label}.png", PhantomCase(number, nodule, 64))
    return tmp_path / "Fälle"


def checked(folder: Path, *decided: Taken) -> Checked:
    with Readers() as readers:
        return run_to_end(check(folder, readers, PATTERN, taken=decided))


def test_excluded_files_are_not_read_and_counted(folder: Path) -> None:
    (folder / "ja" / "broken.png").write_bytes(b"\x89PNG nothing")
    whole = checked(folder)
    without = checked(folder, taken("exclude", cases=["ja/broken.png", "ja/patient0ja.png"]))
    assert len(whole.survey.unreadable) == 1
    assert not without.survey.unreadable
    assert without.counts("sealed")["ja"] + without.counts("development")["ja"] == 5
    assert (whole.to_json()["excluded"], without.to_json()["excluded"]) == (0, 2)


def test_of_each_group_the_first_is_kept(folder: Path) -> None:
    groups = [["ja/patient0ja.png", "ja/patient1ja.png", "nein/patient0nein.png"], ["ja/patient3ja.png", "ja/gone.png"]]
    left = {seen.case.name for seen in checked(folder, taken("keep_one", groups=groups)).survey.seen}
    assert len(left) == 10
    assert {"ja/patient0ja.png", "ja/patient3ja.png"} <= left


def test_leaving_out_the_last_case_of_a_class_is_told(folder: Path) -> None:
    names = [f"ja/patient{number}ja.png" for number in range(6)]
    answer = checked(folder, taken("exclude", cases=names))
    assert answer.blocking is not None
    assert answer.blocking.code == "empty_class"


def test_the_cases_of_a_source_are_left_out(tmp_path: Path) -> None:
    table = [("file", "label", "site")]
    for number in range(12):
        path = write_png(tmp_path / "t" / f"patient{number}.png", PhantomCase(number, bool(number % 2), 64))
        table.append((path.name, "ja" if number % 2 else "nein", "Süd" if number < 4 else "Nord"))
    (tmp_path / "t" / "labels.csv").write_text("\n".join(",".join(row) for row in table), encoding="utf-8")
    answer = checked(tmp_path / "t", taken("drop_source", value="süd", attribute="site"))
    assert {seen.traits.site for seen in answer.survey.seen} == {"Nord"}
    assert answer.to_json()["excluded"] == 4
    assert len(checked(tmp_path / "t", taken("drop_source", value="Süd")).survey.seen) == 8
    assert len(checked(tmp_path / "t", taken("drop_source", value="Süd", attribute="maker")).survey.seen) == 12


def test_pictures_get_the_widest_mask_that_was_asked_for_and_lose_none() -> None:
    decided = [taken("mask_border", share=0.05), taken("mask_border", share=0.03), taken("keep", because="x")]
    assert spec_with(PreprocessSpec(), decided).border_mask == 0.05
    assert spec_with(PreprocessSpec(border_mask=0.1), decided).border_mask == 0.1
    spec = spec_with(PreprocessSpec(), [taken("crop_border", share=0.1), taken("crop_to_body"), taken("rewindow")])
    assert (spec.border_crop, spec.crop_to_body, spec.range.kind) == (0.1, True, "equalised")
    assert spec_with(PreprocessSpec(), [taken("exclude", cases=["a"])]) == PreprocessSpec()


def framed(share: float, level: int, seed: int = 3) -> Frame:
    values = radiograph(PhantomCase(seed, nodule=False))
    wide = round(share * len(values))
    framed = np.full_like(values, level)
    framed[wide:-wide, wide:-wide] = values[wide:-wide, wide:-wide]
    return Frame(framed, bits_stored=12)


SEEN = ("thumbnail", "frame", "corners", "surroundings", "histogram", "levels", "texture")


def difference(one: Sketch, other: Sketch) -> float:
    values = ((np.asarray(getattr(s, name), np.float64) for s in (one, other)) for name in SEEN)
    return max(float(np.abs(first - second).max()) for first, second in values)


@pytest.mark.parametrize("spec", [PreprocessSpec(border_mask=0.06), PreprocessSpec(border_crop=0.06)])
def test_two_pictures_that_differ_in_what_is_hidden_have_one_sketch(spec: PreprocessSpec) -> None:
    white, black = (sketch_of(framed(0.04, level), BYTES) for level in (4095, 0))
    assert difference(white, black) > 100
    assert difference(sketch_as_decided(white, spec), sketch_as_decided(black, spec)) <= 2  # of 255 grey levels


def test_the_sketch_of_what_is_decided_is_near_that_of_the_network_picture() -> None:
    frame, spec = framed(0.04, 4095), PreprocessSpec(size=48, border_mask=0.06)
    seen = network_picture(frame, spec).astype(float)
    sketched = sketch_as_decided(sketch_of(frame, BYTES), spec).thumbnail.astype(float)
    assert sketched[:3].max() == 0
    assert np.corrcoef(seen.ravel(), sketched.ravel())[0, 1] > 0.99


def test_equalised_sketches_do_not_know_the_gamma() -> None:
    values = radiograph(PhantomCase(5, nodule=False)) / 4095
    bent = [Frame(np.rint(values**gamma * 4095).astype(np.uint16), bits_stored=12) for gamma in (0.6, 1.6)]
    spec = spec_with(PreprocessSpec(), [taken("rewindow")])
    plain, equal = (
        [sketch_of(frame, BYTES) for frame in bent],
        [sketch_as_decided(sketch_of(frame, BYTES), spec) for frame in bent],
    )
    apart = [float(np.abs(pair[0].histogram - pair[1].histogram).sum()) for pair in (plain, equal)]
    assert apart[1] == 0 < apart[0]
    thumbnails = [sketch.thumbnail.astype(int) for sketch in equal]
    assert np.abs(thumbnails[0] - thumbnails[1]).mean() < 3


def test_a_kept_finding_says_why_and_one_that_blocks_cannot_be_kept() -> None:
    about = {"name": "pneumonia", "patients": 12, "wanted": 50}
    few, other = Finding("few", "caution", about), Finding("few", "caution", {**about, "name": "normal"})
    blocked = Finding("too_few", "blocking", {"name": "pneumonia"})
    why = [Taken(Remedy("keep", {"because": "rare"}), one.code, subject_of(one.params)) for one in (few, blocked)]
    assert [one.kept_because for one in with_reasons([few, other, blocked], why)] == ["rare", "", ""]


def test_the_report_names_no_case() -> None:
    told = in_report([taken("exclude", cases=["ja/geheim.png"]), taken("keep_one", groups=[["a", "b", "c"]])])
    assert "geheim" not in json.dumps(told)
    assert [one["text"] for one in told] == ["1 files left out", "Copies left out: 2, one of each kept"]


@pytest.mark.parametrize("code", ["mask_border", "crop_border", "crop_to_body", "rewindow", "drop_source", "exclude"])
def test_every_remedy_has_words(code: str) -> None:
    assert words_of(Remedy(code, {"share": 0.05, "value": "X", "cases": ["a"]}))


def test_what_was_decided_survives_its_file(tmp_path: Path) -> None:
    decided = (
        Taken(Remedy("mask_border", {"share": 0.05}), "probe_frame", "ja", "The border tells."),
        taken("keep", because="wir wissen es – ja"),
    )
    write_remedies(tmp_path / "r.json", decided)
    assert read_remedies(tmp_path / "r.json") == decided


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "remedies.damaged"),
        ("[]", "remedies.damaged"),
        ('{"remedies": []}', "remedies.damaged"),
        ('{"schema_version": 9, "remedies": []}', "remedies.newer"),
        ('{"schema_version": 1, "remedies": [{"code": "mask_border"}]}', "remedies.damaged"),
        ('{"schema_version": 1, "remedies": [{"code": "mask_border", "params": {"share": 0.6}}]}', "remedies.damaged"),
        ('{"schema_version": 1, "remedies": [{"code": "crop_border", "params": {"share": "x"}}]}', "remedies.damaged"),
        ('{"schema_version": 1, "remedies": [{"code": "exclude", "params": {"cases": []}}]}', "remedies.damaged"),
        (
            '{"schema_version": 1, "remedies": [{"code": "keep_one", "params": {"groups": [["a"]]}}]}',
            "remedies.damaged",
        ),
        ('{"schema_version": 1, "remedies": [{"code": "keep", "params": {"because": ""}}]}', "remedies.damaged"),
        ('{"schema_version": 1, "remedies": [{"code": "drop_source", "params": {}}]}', "remedies.damaged"),
        ('{"schema_version": 1, "remedies": [{"code": "burn"}]}', "remedies.damaged"),
        ("[" * 100_000, "remedies.damaged"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MedappError) as caught:
        read_remedies(path)
    assert caught.value.code == code


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MedappError) as caught:
        read_remedies(tmp_path / "none.json")
    assert caught.value.code == "remedies.unreadable"


def test_a_picture_that_cannot_be_sketched_any_smaller_stays_whole() -> None:
    tiny = Frame(np.zeros((2, 2), np.uint8))
    spec = PreprocessSpec(border_crop=0.4, border_mask=0.4, crop_to_body=True)
    assert sketch_as_decided(sketch_of(tiny, BYTES), spec).thumbnail.shape == (48, 48)
    png = cv2.imencode(".png", tiny.stored)[1]
    assert len(png)
