"""Shortcuts that were planted are found and named; cases without one stay clear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medapp.jobs import run_to_end
from medapp.training.cases.survey import Seen
from medapp.training.cases.truth import UNKNOWN
from medapp.training.checking.probes.causes import with_causes
from medapp.training.checking.probes.naming import with_value
from medapp.training.checking.probes.result import Aspect, ProbeResult
from medapp.training.checking.probes.run import run_probes
from medapp.training.checking.probes.telling import in_words, remedies_for, shortcut_findings
from medapp.training.figures.intervals import Estimate
from tests.evidence.planted import PLANTS, STRENGTHS, Plant, named, phantoms, radiographs
from tests.training.probes.planted_cases import probed, seen_of


def reds(results: tuple[ProbeResult, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.code, tuple(a.name for a in one.aspects)) for one in results if one.colour == "red"]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_planted_shortcut_is_red_and_named(plant: Plant) -> None:
    strength = PLANTS.index(plant) % len(STRENGTHS)
    assert named(plant, reds(probed(seen_of(phantoms(1, 60), plant, strength))))


@pytest.mark.parametrize("seed", range(2))
def test_phantoms_that_differ_in_nothing_stay_clear(seed: int) -> None:
    assert reds(probed(seen_of(phantoms(10 + seed, 50)))) == []


@pytest.mark.data
def test_radiographs_at_random_in_two_classes_stay_clear(shared_data: Path) -> None:
    assert reds(probed(seen_of(radiographs(2, 60)))) == []


@pytest.fixture(scope="module")
def marked() -> tuple[ProbeResult, ...]:
    return probed(seen_of(phantoms(3, 50), PLANTS[0], 0))


def test_the_finding_tells_the_corner_the_figure_and_what_can_be_done(marked: tuple[ProbeResult, ...]) -> None:
    finding = shortcut_findings(marked)[0]
    assert (finding.code, finding.severity) == ("shortcut_corners", "serious")
    assert "top left corner" in finding.text
    assert '"second"' in finding.text
    assert finding.figure is not None
    assert (finding.figure.low or 0) > 0.65
    assert {remedy.code for remedy in finding.remedies} == {"mask_border", "crop_border", "crop_to_body", "keep"}


def test_six_pictures_of_each_class_show_it_each_of_another_patient(marked: tuple[ProbeResult, ...]) -> None:
    shown = marked[0].shown
    assert [name.split("/")[0] for name in shown] == ["second"] * 6 + ["first"] * 6
    assert len(set(shown)) == 12


def test_the_proposed_mask_hides_the_marker(marked: tuple[ProbeResult, ...]) -> None:
    assert 0.08 <= marked[0].share <= 0.125


def test_nothing_is_asked_of_too_few_patients() -> None:
    assert probed(seen_of(phantoms(0, 7))) == ()


def test_cases_without_a_sketch_are_left_out() -> None:
    seen = seen_of(phantoms(0, 12))
    bare = replace(seen[0], sketch=None)
    assert [one.area.n for one in probed([bare, *seen[1:]])] == [23] * len(probed([bare, *seen[1:]]))
    assert probed([replace(one, sketch=None) for one in seen]) == ()


def test_each_label_is_asked_of_the_cases_where_it_is_known() -> None:
    seen = seen_of(phantoms(4, 40), PLANTS[1], 0)
    truth = np.array([[UNKNOWN, i // 40] if i % 2 else [i % 4 // 2, i // 40] for i in range(80)], np.int64)
    results = run_to_end(run_probes(seen, truth, ("spots", "framed")))
    assert (results[0].code, results[0].label, results[0].area.n) == ("frame", "framed", 80)


def test_of_three_classes_the_one_that_stands_out_is_told() -> None:
    plain, other = seen_of(phantoms(5, 30)), seen_of(phantoms(6, 30), PLANTS[3], 0)[30:]
    truth = np.array([0] * 30 + [1] * 30 + [2] * 30, np.int64)
    results = run_to_end(run_probes([*plain, *_renamed(other)], truth, ("a", "b", "wide")))
    assert (results[0].code, results[0].label, results[0].aspects[0].name) == ("file", "wide", "aspect")


def _renamed(seen: list[Seen]) -> list[Seen]:
    return [replace(one, case=replace(one.case, patient=f"other {one.case.patient}")) for one in seen]


def result(code: str, value: float, *aspects: str) -> ProbeResult:
    area = Estimate(value, value - 0.05, min(1.0, value + 0.02), 100)
    return ProbeResult(code, "ill", area, tuple(Aspect(name, area) for name in aspects))


def test_the_size_of_the_file_follows_from_what_stands_in_the_picture() -> None:
    told = with_causes([result("file", 0.99, "bytes"), result("corners", 0.99, "top left")])
    assert [(one.code, one.colour, one.follows) for one in told] == [
        ("corners", "red", ""),
        ("file", "amber", "corners"),
    ]
    assert shortcut_findings(told)[1].severity == "note"


def test_a_changed_window_leaves_gaps_that_no_marker_makes() -> None:
    told = with_causes([result("window", 0.9, "range", "gaps"), result("corners", 0.99, "top left")])
    assert [one.colour for one in told] == ["red", "red"]


@pytest.mark.parametrize("code", ["thumbnail", "histogram", "people"])
def test_what_may_be_the_disease_is_asked_and_never_red(code: str) -> None:
    finding = shortcut_findings([result(code, 0.99, "thumbnail")])[0]
    assert finding.severity == "caution"
    assert "?" in finding.text


def test_a_clear_probe_is_no_finding() -> None:
    assert shortcut_findings([result("frame", 0.69, "top")]) == ()


def test_all_sides_and_all_corners_have_a_name_of_their_own() -> None:
    assert in_words(result("frame", 0.9, "top", "left", "bottom", "right")) == "all around"
    assert (
        in_words(result("corners", 0.9, "top left", "bottom left", "top right", "bottom right")) == "all four corners"
    )


def test_the_maker_is_told_with_its_shares_and_can_be_dropped() -> None:
    positive = np.array([True] * 4 + [False] * 4)
    values = ["ACME", "ACME", "ACME", "B", "B", "B", "B", ""]
    aspect = with_value(Aspect("maker", Estimate(0.9)), values, positive)
    told = replace(result("headers", 0.9), aspects=(aspect,))
    assert in_words(told) == 'manufacturer ("ACME": 75 % of "ill", 0 % of the rest)'
    assert remedies_for(told)[0].params == {"attribute": "maker", "value": "ACME"}


def test_numbers_have_no_value_to_tell() -> None:
    aspect = Aspect("kilovolts", Estimate(0.9))
    assert with_value(aspect, [70.0, None], np.array([True, False])) == aspect
