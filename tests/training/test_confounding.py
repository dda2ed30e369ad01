"""What goes with a class beside the picture: found where it was planted, silent where chance made it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from medapp.imaging.frame import Frame
from medapp.training.cases.case import Case, CaseFolder
from medapp.training.cases.case_traits import CaseTraits
from medapp.training.cases.file_facts import FileFacts
from medapp.training.cases.patients import PatientRule
from medapp.training.cases.sketch import sketch_of
from medapp.training.cases.survey import Seen, Survey
from medapp.training.cases.writing import characters
from medapp.training.checking.confounding import confounders, newcombe
from medapp.training.checking.findings import Finding
from medapp.training.checking.side_findings import about_confounding, about_numbers, about_writing

CLASSES = ("healthy", "ill")


def seen(number: int, label: str, *, name: str = "", picture: np.ndarray | None = None, **traits: str) -> Seen:
    case = Case(f"/{number}", name or f"{label}/{number}.png", str(label), patient=f"patient:{number}")
    sketch = None if picture is None else sketch_of(Frame(picture), FileFacts("png", 1))
    return Seen(case, f"c{number}", f"f{number}", 48, 48, traits=CaseTraits(**traits), sketch=sketch)


def told(cases: list[Seen]) -> dict[str, Finding]:
    return {one.code: one for one in about_confounding(confounders(cases, CLASSES))}


def labels(count: int, seed: int = 0) -> list[str]:
    return list(np.random.default_rng(seed).permutation(["healthy", "ill"] * (count // 2)))


def test_a_site_that_sends_one_class_is_serious_and_can_be_dropped() -> None:
    cases = [
        seen(i, label, site="A" if (label == "ill") != (i % 10 == 0) else "B") for i, label in enumerate(labels(120))
    ]
    finding = told(cases)["confounded_site"]
    assert finding.severity == "serious"
    assert {finding.params["name"], finding.params["value"]} in ({"ill", "A"}, {"healthy", "B"})
    assert finding.params["percent"] in range(80, 100)
    assert {remedy.code for remedy in finding.remedies} == {"drop_source", "keep"}
    assert "A: " in finding.text


@pytest.mark.parametrize("of", ["maker", "site", "date"])
def test_what_is_spread_by_chance_is_not_told(of: str) -> None:
    alarms = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        values = ["20200101", "20210101", "20220101", "20230101"] if of == "date" else ["A", "B", "C"]
        cases = [seen(i, label, **{of: str(rng.choice(values))}) for i, label in enumerate(labels(80, seed))]
        alarms += bool(told(cases))
    assert alarms <= 1


def test_a_class_that_was_examined_later_is_told_with_its_years() -> None:
    dates = {"healthy": ("20180310", "20190501", "20200101"), "ill": ("20200301", "20210601", "20220101")}
    cases = [seen(i, label, date=dates[label][i % 3]) for i, label in enumerate(labels(90))]
    finding = told(cases)["confounded_date"]
    assert (finding.severity, finding.params["name"]) == ("serious", "ill")
    assert "2018: " in str(finding.params["table"])


def test_images_of_few_patients_prove_nothing() -> None:
    cases = [seen(i % 6, "ill" if i % 2 else "healthy", site="A" if i % 2 else "B") for i in range(300)]
    assert told(cases) == {}


def test_newcombe_gives_the_published_interval() -> None:
    found = newcombe(56, 70, 48, 80, 1.959964)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def chest(number: int, word: str = "") -> np.ndarray:
    rng = np.random.default_rng(number)
    picture = cv2.GaussianBlur(rng.integers(0, 255, (160, 160)).astype(np.uint8), (0, 0), 12)
    picture = cv2.normalize(picture, None, 20, 150, cv2.NORM_MINMAX)
    if word:
        cv2.putText(picture, word, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


@pytest.mark.parametrize("word", ["PORTABLE", "WARD 3", "Site B"])
def test_a_word_is_counted_where_it_stands_dark_or_bright(word: str) -> None:
    picture = chest(1, word).astype(np.float32) / 255
    for shown in (picture, 1 - picture):
        count, row, _ = characters(shown)
        assert count >= 3
        assert row < 0.2


@pytest.mark.parametrize("picture", [chest(2), np.zeros((5, 5)), np.ones((1, 400)), chest(3, "R")], ids=len)
def test_a_picture_without_words_has_none(picture: np.ndarray) -> None:
    assert characters(picture.astype(np.float32) / 255)[0] == 0


def surveyed(cases: list[Seen], rule: PatientRule | None = None) -> Survey:
    folder = CaseFolder(Path("/cases"), CLASSES, tuple(one.case for one in cases))
    return Survey(folder, rule or PatientRule("dicom"), tuple(cases))


def test_a_stamped_class_is_serious_with_a_mask_that_hides_the_text() -> None:
    cases = [seen(i, n, picture=chest(i, "WARD 3" if n == "ill" else "")) for i, n in enumerate(labels(40))]
    (finding,) = about_writing(surveyed(cases))
    assert (finding.code, finding.severity, finding.params["name"]) == ("text_tells_class", "serious", "ill")
    assert finding.remedies[0].code == "mask_border"
    assert finding.remedies[0].params["share"] > 16 / 160
    assert len(finding.cases) == 12


def test_text_in_both_classes_is_a_note() -> None:
    cases = [seen(i, n, picture=chest(i, "WARD 3")) for i, n in enumerate(labels(20))]
    (finding,) = about_writing(surveyed(cases))
    assert (finding.code, finding.severity) == ("text_in_pictures", "note")


def test_numbers_of_files_that_are_named_differently_are_doubtful() -> None:
    names = ["ill/person12_bacteria_1.png", "ill/person12_virus_2.png", "ill/person13_virus_3.png"]
    cases = [seen(12 if "12" in name else 13, "ill", name=name) for name in names]
    (finding,) = about_numbers(surveyed(cases, PatientRule("names", "(person[0-9]+)", "kermany")))
    assert (finding.code, finding.params["n"]) == ("numbers_doubtful", 1)
    assert list(about_numbers(surveyed(cases))) == []
