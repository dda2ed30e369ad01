"""Whole sites are sealed where there are three, else later dates; else patients at random."""

from __future__ import annotations

import numpy as np

from medapp.imaging.found import FoundImage, Origin
from medapp.imaging.study import Instance, Patient
from medapp.training.cases.case import Case
from medapp.training.cases.case_traits import traits_of_case
from medapp.training.cases.split import Member, Split, salt_from_seed, split_cases

SALT = salt_from_seed(0)


def people(n: int = 120, sites: int = 4, dates: bool = False, seed: int = 0) -> list[Member]:
    """Patients of both classes at so many sites, over ten years."""
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 3650, n)
    return [
        Member(
            f"p{i}",
            "ill" if i % 2 else "well",
            f"picture {i}",
            site=f"site {i // 2 % sites}" if sites else "",
            date=f"{2010 + d // 365:04}{1 + d % 365 // 31:02}{1 + d % 28:02}" if dates else "",
        )
        for i, d in enumerate(days.tolist())
    ]


def sealed(members: list[Member], split: Split) -> list[Member]:
    return [one for one in members if split.side_of(one.patient) == "sealed"]


def test_of_three_or_more_sites_whole_ones_are_sealed_near_a_fifth() -> None:
    members = people(sites=5)
    split = split_cases(members, SALT)
    held = sealed(members, split)
    assert split.by == "site"
    assert split.held is not None
    assert {one.site for one in held} == set(split.held.sites)
    assert not {one.site for one in members if one not in held} & set(split.held.sites)
    assert len(held) == 24


def test_of_two_sites_none_is_held_out() -> None:
    assert split_cases(people(sites=2), SALT).by == "random"


def test_a_site_with_few_patients_does_not_count() -> None:
    members = [*people(sites=2), *[Member(f"q{i}", "ill", f"other {i}", site="tiny") for i in range(3)]]
    assert split_cases(members, SALT).by == "random"


def test_a_patient_seen_at_a_sealed_site_is_sealed_with_all_pictures() -> None:
    members = people(sites=5)
    split = split_cases(members, SALT)
    assert split.held is not None
    moved = Member(members[0].patient, members[0].label, "another", site=split.held.sites[0])
    again = split_cases([*members, moved], SALT)
    assert again.side_of(moved.patient) == "sealed"


def test_sites_that_have_one_class_only_are_not_held_out_for_they_could_not_be_judged() -> None:
    members = [Member(f"p{i}", "ill" if i % 3 else "well", f"c{i}", site=f"site {i % 3}") for i in range(90)]
    assert split_cases(members, SALT).by == "random"


def test_without_sites_the_later_fifth_is_sealed() -> None:
    members = people(sites=0, dates=True)
    split = split_cases(members, SALT)
    held = sealed(members, split)
    assert split.by == "date"
    assert split.held is not None
    assert 0.1 <= len(held) / len(members) <= 0.3
    first = min(one.date for one in held)
    assert first > max(one.date for one in members if one not in held)
    assert first.startswith(split.held.since.replace("-", ""))


def test_dates_that_are_all_the_same_seal_nobody() -> None:
    members = [Member(f"p{i}", "ab"[i % 2], f"c{i}", date="20240101") for i in range(100)]
    assert split_cases(members, SALT).by == "random"


def test_what_an_earlier_training_recorded_is_never_turned_over() -> None:
    members = people(sites=5)
    recorded = dict.fromkeys(split_cases(members, SALT).sides, "development")
    assert not sealed(members, split_cases(members, SALT, recorded))  # type: ignore[arg-type]


def test_the_same_cases_are_split_alike_again_with_what_the_first_split_recorded() -> None:
    members = people(sites=6)
    first = split_cases(members, SALT)
    again = split_cases(members, SALT, first.sides)
    assert again.sides == first.sides
    assert again.by == "site"


def test_a_given_split_is_taken_whatever_the_sites() -> None:
    members = [Member(f"p{i}", "a", f"c{i}", "sealed" if i < 9 else "development", site=f"s{i % 4}") for i in range(40)]
    assert split_cases(members, SALT).by == "given"


def found(**origin: str) -> FoundImage:
    instance = Instance("x.dcm", "dicom", 1, 1, view_position="pa")
    patient = Patient(birth_date="19800229", sex="F")
    return FoundImage(instance, "DX", "1", patient=patient, study_date="20240105", origin=Origin(**origin))


def test_traits_come_from_the_table_first_and_then_from_the_header() -> None:
    plain = traits_of_case(Case("x", "x", "a"), found(institution=" St  Anna ", maker="Acme", age="007Y"))
    assert (plain.site, plain.maker, plain.sex, plain.age, plain.view) == ("St Anna", "ACME", "F", "6–17", "PA")
    assert plain.date == "20240105"
    table = traits_of_case(Case("x", "x", "a", site="B", date="2023-12-31"), found(institution="A"))
    assert (table.site, table.date) == ("B", "20231231")


def test_the_age_is_counted_from_the_birth_where_the_header_has_none() -> None:
    assert traits_of_case(Case("x", "x", "a"), found()).age == "40–59"
    assert traits_of_case(Case("x", "x", "a"), found(age="018M")).age == "1–5"
    assert traits_of_case(Case("x", "x", "a"), found(age="XY")).age == "40–59"


def test_a_date_that_is_none_is_left_out() -> None:
    assert traits_of_case(Case("x", "x", "a", date="yesterday"), found()).date == "20240105"
