"""Rules hang what they fit, and nothing else; breasts stand back to back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medapp.display.hanging import CellRule, Hung, Rule, at_the_wall, hang, window_for
from medapp.display.viewport import ImageShape, Viewport
from medapp.imaging.priors import is_same_patient, later_of, most_alike, priors_of
from medapp.imaging.study import Geometry, Instance, Patient, Scan, Series, Study, Window
from medapp.storage.hanging_rules import built_in

PATIENT = Patient("Muster^Max", "7", "", "19700102", "M")
AXIAL, CORONAL = (1.0, 0, 0, 0, 1, 0), (1.0, 0, 0, 0, 0, -1)


def view(modality: str, name: str, side: str = "", part: str = "CHEST") -> Series:
    instance = Instance(f"{name}{side}", "dicom", 9, 9, view_position=name, laterality=side)
    return Series(f"{name}{side}", modality, (instance,), body_part=part)


def stack(title: str, images: int, orientation: tuple[float, ...] = AXIAL) -> Series:
    geometry = Geometry(orientation=orientation)  # type: ignore[arg-type]
    instances = tuple(Instance(f"{title}{n}", "dicom", 9, 9, geometry=geometry) for n in range(images))
    return Series(title, "CT", instances, title)


def study(*series: Series, date: str = "20260101", patient: Patient = PATIENT) -> Study:
    return Study(date, patient, series, date)


def rule(name: str) -> Rule:
    return next(one for one in built_in() if one.name == name)


def hung(name: str, opened: Study, *others: Study) -> list[str] | None:
    made = hang(rule(name), Scan((opened, *others)), opened)
    return None if made is None else [series.uid if series else "" for series in made]


def test_mammograms_hang_mlo_above_cc_right_beside_left() -> None:
    views = [view("MG", *which, "BREAST") for which in (("CC", "L"), ("MLO", "L"), ("CC", "R"), ("MLO", "R"))]
    assert hung("mammography", study(*views)) == ["MLOR", "MLOL", "CCR", "CCL"]
    assert hung("mammography", study(*views[:2])) == ["", "MLOL", "", "CCL"]
    assert hung("mammography", study(views[0])) is None


def test_a_chest_hangs_frontal_beside_lateral_where_it_has_both() -> None:
    lateral, frontal = view("DX", "LL"), view("DX", "PA")
    assert hung("chest", study(lateral, frontal)) == ["PA", "LL"]
    assert hung("chest", study(frontal)) is None
    assert hung("chest", study(view("DX", "LL", part="HAND"), view("DX", "PA", part="HAND"))) is None


def test_a_ct_hangs_beside_the_stack_of_its_prior_that_is_most_alike() -> None:
    now = study(stack("Scout", 2), stack("Axial 5 mm", 40), date="20260301")
    then = study(stack("Coronal", 50, CORONAL), stack("Axial 5 mm.", 38), date="20250301")
    older = study(stack("Axial 5 mm", 40), date="20240301")
    assert hung("ct_with_prior", now, older, then) == ["Axial 5 mm", "Axial 5 mm."]
    assert hung("ct_with_prior", now) is None
    stranger = replace(then, patient=replace(PATIENT, birth_date="19990101"))
    assert hung("ct_with_prior", now, stranger) is None


def test_a_rule_may_show_a_series_twice_with_different_windows() -> None:
    both = Rule("own", ("CT",), 1, 2, (CellRule(preset="lung"), CellRule(like=0, window=Window(40, 400))))
    opened = study(stack("Axial", 4))
    assert [s.uid for s in hang(both, Scan((opened,)), opened) or () if s] == ["Axial", "Axial"]
    assert [window_for(cell, "CT") for cell in both.cells] == [Window(-600, 1500, name="lung"), Window(40, 400)]


def test_an_empty_cell_stays_empty_and_a_plane_is_kept_to() -> None:
    cells = CellRule(empty=True), CellRule(plane="coronal"), CellRule(plane="sagittal")
    asked = Rule("own", ("CT",), 1, 3, cells, fewest=1)
    opened = study(stack("Axial", 4), stack("Cor", 4, CORONAL))
    assert [s.uid if s else "" for s in hang(asked, Scan((opened,)), opened) or ()] == ["", "Cor", ""]


@pytest.mark.parametrize(
    ("wall", "rows_lead", "flipped", "edges"),
    [
        pytest.param("right", "P", False, (-121.0, 39.0), id="right breast as it should be"),
        pytest.param("right", "A", True, (-1.0, 159.0), id="right breast the other way round"),
        pytest.param("left", "A", False, (-1.0, 159.0), id="left breast as it should be"),
        pytest.param("left", "P", True, (-121.0, 39.0), id="left breast the other way round"),
    ],
)
def test_the_chest_wall_stands_at_its_side_of_the_cell(
    wall: str, rows_lead: str, flipped: bool, edges: tuple[float, float]
) -> None:
    geometry, shape, cell = Geometry(patient_orientation=(rows_lead, "F")), ImageShape(80, 40), (400, 200)
    placed = at_the_wall(Viewport(), geometry, shape, Hung("key", None, wall, aspect=2.0))  # type: ignore[arg-type]
    assert placed.flipped is flipped
    matrix = placed.source_to_screen(shape, cell)
    at_wall = 39.5 if rows_lead == "P" else -0.5  # the edge of the image that is posterior
    x = float(matrix[0] @ np.array([at_wall, 40, 1]))
    assert x == pytest.approx(399.5 if wall == "right" else -0.5)
    assert placed.area is not None
    assert (placed.area[0] - 0.5, placed.area[2] - 0.5) == pytest.approx(edges)


def test_without_an_orientation_nothing_is_turned_round() -> None:
    placed = at_the_wall(Viewport(), Geometry(), ImageShape(80, 40), Hung("key", None, "left", aspect=2.0))
    assert not placed.flipped


def test_a_narrow_cell_shows_the_whole_breast() -> None:
    placed = at_the_wall(Viewport(), Geometry(), ImageShape(80, 40), Hung("key", None, "left", aspect=0.3))
    assert placed.area is None


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param({"name": "MUSTER^Max^^"}, True, id="written otherwise"),
        pytest.param({"birth_date": ""}, True, id="no birth date"),
        pytest.param({"name": "Muster^Moritz"}, False, id="another name"),
        pytest.param({"birth_date": "19700103"}, False, id="another birth date"),
        pytest.param({"patient_id": "8"}, False, id="another id"),
        pytest.param({"issuer": "B"}, False, id="another issuer"),
        pytest.param({"patient_id": ""}, False, id="no id"),
    ],
)
def test_two_studies_are_of_one_patient_where_nothing_speaks_against_it(changes: dict[str, str], same: bool) -> None:
    assert is_same_patient(replace(PATIENT, issuer="A"), replace(PATIENT, **{"issuer": "A", **changes})) is same


def test_priors_are_earlier_and_the_latest_comes_first() -> None:
    a, b, c = (study(stack("x", 2), date=date) for date in ("20240101", "20250101", "20260101"))
    opened = Scan((b, a, c))
    assert priors_of(opened, c) == (b, a)
    assert priors_of(opened, a) == ()
    assert later_of(opened, a) == (b, c)


def test_what_is_alike_has_the_same_modality_and_plane() -> None:
    wanted = stack("Axial 3 mm", 20)
    others = (stack("Axial 3 mm", 20, CORONAL), stack("Thorax axial", 30), view("DX", "PA"))
    assert most_alike(wanted, others) is others[1]
    assert most_alike(wanted, others[2:]) is None
