"""What tells patients apart."""

from __future__ import annotations

import re

import pytest

from medapp.errors import MedappError
from medapp.training.cases.patients import KNOWN_NAMINGS, choose_rule, patient_in_name, patient_key

KERMANY = ["person12_bacteria_47.jpeg", "person12_virus_3.jpeg", "IM-0115-0001.jpeg", "NORMAL2-IM-0115-0001-0002.jpeg"]


def test_groups_make_the_patient_and_without_groups_the_match() -> None:
    assert patient_in_name(re.compile(r"(p\d+)_(\w)"), "folder/p12_L_3.png") == "p12|L"
    assert patient_in_name(re.compile(r"p\d+"), "p12_L_3.png") == "p12"
    assert patient_in_name(re.compile(r"(p\d+)"), "other.png") == ""


def test_only_the_file_name_counts_not_its_folders() -> None:
    assert patient_in_name(re.compile(r"p\d+"), "p1/x.png") == ""


def test_the_kermany_naming_takes_the_same_number_as_one_patient() -> None:
    found = [patient_in_name(re.compile(KNOWN_NAMINGS["kermany"]), name) for name in KERMANY]
    assert found == ["person12", "person12", "IM-0115", "IM-0115"]


def test_a_known_naming_is_recognised_where_it_fits_nearly_all_names() -> None:
    rule = choose_rule([*KERMANY * 10, "other.png"], [""] * 41)
    assert (rule.source, rule.naming, rule.known) == ("names", "kermany", True)


def test_names_that_say_nothing_leave_patients_unknown() -> None:
    assert not choose_rule(["a.png", "b.png"], ["", ""]).known


def test_headers_count_before_names_and_a_pattern_before_both() -> None:
    keys = ["issuer|1"] * 4
    assert choose_rule(KERMANY, keys).source == "dicom"
    assert choose_rule(KERMANY, keys, r"\d+").source == "pattern"


@pytest.mark.parametrize(
    ("pattern", "code"), [("(", "patients.pattern"), ("x" * 501, "patients.pattern"), ("zzz", "patients.no_match")]
)
def test_a_bad_pattern_is_told(pattern: str, code: str) -> None:
    with pytest.raises(MedappError) as caught:
        choose_rule(KERMANY, [""] * 4, pattern)
    assert caught.value.code == code


def test_a_case_without_patient_is_its_own_whatever_its_name() -> None:
    rule = choose_rule(["a.png"], [""])
    assert patient_key(rule, "a.png", "", "hash") == patient_key(rule, "b.png", "", "hash") == "image:hash"


def test_a_patient_keeps_the_key_however_it_was_found() -> None:
    recognised, given = choose_rule(KERMANY, [""] * 4), choose_rule(KERMANY, [""] * 4, r"(person\d+|IM-\d+)")
    assert [patient_key(recognised, n, "", n) for n in KERMANY] == [patient_key(given, n, "", n) for n in KERMANY]
