"""What a model may be asked about: what is written stays readable, and the narrowest of several models is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from medapp import schemas
from medapp.classify.scope import PICTURE, Scope, narrowed
from medapp.errors import MedappError

CHEST = Scope(("DX",), body_parts=("CHEST",), views=("PA", "AP"), age_from=0, age_to=5.5, makers=("ACME GMBH",))
EMPTY: dict[str, Any] = dict.fromkeys(("modalities", "body_parts", "views", "age_from", "age_to", "makers"), "")


@pytest.mark.parametrize("scope", [Scope(), Scope(("CT",), text="heads"), CHEST, replace(CHEST, age_to=None)])
def test_a_scope_is_read_as_it_was_written(scope: Scope) -> None:
    schemas.check("package_scope", scope.to_json())
    assert Scope.from_json(scope.to_json()) == scope


def test_a_scope_that_says_nothing_new_is_written_as_older_programs_read_it() -> None:
    document = Scope(("CT",)).to_json()
    assert document["schema_version"] == 1
    assert document.keys() == {"schema_version", "modalities", "grey_only", "refuse_below", "text"}


def test_a_scope_of_an_older_package_is_read() -> None:
    old = {"schema_version": 1, "modalities": ["DX"], "grey_only": True, "refuse_below": 0.01, "text": "chest"}
    assert Scope.from_json(old) == Scope(("DX",), text="chest")


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        (("DX", "CHEST", "PA"), True),
        (("DX", "chest", "pa"), True),
        (("DX", "", ""), True),
        (("DX", "CHEST", "LL"), False),
        (("DX", "KNEE", ""), False),
        (("CT", "CHEST", "PA"), False),
    ],
)
def test_only_what_an_image_says_of_itself_rules_it_out(said: tuple[str, str, str], fits: bool) -> None:
    assert CHEST.fits(*said) is fits


def test_the_scope_that_names_more_of_an_image_is_the_more_specific() -> None:
    said = ("DX", "CHEST", "PA")
    scopes = [Scope(), Scope(("DX",)), Scope(("DX",), body_parts=("CHEST",)), CHEST]
    assert [scope.specificity(*said) for scope in scopes] == [0, 1, 2, 3]
    assert Scope(("DX", PICTURE)).specificity(PICTURE) == 0


def test_a_scope_that_needs_what_an_image_does_not_say_comes_after_one_that_does_not() -> None:
    assert [scope.specificity("DX") for scope in (CHEST, Scope(("DX",), body_parts=("CHEST",)), Scope())] == [-1, 0, 0]


def test_scopes_overlap_where_some_image_fits_both() -> None:
    assert CHEST.overlaps(Scope())
    assert CHEST.overlaps(Scope(("CR", "DX"), views=("PA",)))
    assert not CHEST.overlaps(Scope(("CT",)))
    assert not CHEST.overlaps(Scope(("DX",), body_parts=("KNEE",)))


def test_what_is_written_into_the_fields_becomes_a_scope() -> None:
    written = EMPTY | {"modalities": "dx, cr,dx", "body_parts": "chest", "age_from": "2,5", "makers": "Acme GmbH"}
    scope = narrowed(Scope(text="kept"), **written)
    assert scope == Scope(("DX", "CR"), text="kept", body_parts=("CHEST",), age_from=2.5, makers=("ACME GMBH",))
    schemas.check("package_scope", scope.to_json())
    assert narrowed(scope, **EMPTY) == Scope(text="kept")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("modalities", "D X", "scope.words"),
        ("modalities", "9", "scope.words"),
        ("body_parts", "Thoraxübersicht", "scope.words"),
        ("views", "P" * 17, "scope.words"),
        ("makers", "a\nb", "scope.words"),
        ("makers", "x" * 65, "scope.words"),
        ("age_from", "two", "scope.age"),
        ("age_from", "-1", "scope.age"),
        ("age_to", "1e9", "scope.age"),
        ("age_to", "nan", "scope.age"),
    ],
)
def test_what_no_header_holds_is_told(field: str, text: str, code: str) -> None:
    with pytest.raises(MedappError) as caught:
        narrowed(Scope(), **EMPTY | {field: text})
    assert caught.value.code == code


def test_ages_in_the_wrong_order_are_told() -> None:
    with pytest.raises(MedappError) as caught:
        narrowed(Scope(), **EMPTY | {"age_from": "9", "age_to": "3"})
    assert caught.value.code == "scope.age"


@pytest.mark.parametrize(
    ("age", "maker", "fits"),
    [
        (None, "", True),
        (4.0, "ACME GmbH", True),
        (5.5, "", True),
        (5.6, "", False),
        (40.0, "", False),
        (None, "ACME GmbH, Werk 2", True),
        (None, "Other", False),
    ],
)
def test_who_an_image_is_of_and_who_made_the_machine_rule_it_out_where_the_scope_names_them(
    age: float | None, maker: str, fits: bool
) -> None:
    assert CHEST.fits("DX", "CHEST", "PA", age, maker) is fits


@pytest.mark.parametrize(("age", "fits"), [(0.99, False), (1.0, True), (5.99, True), (6.0, False), (6.5, False)])
def test_a_whole_number_of_years_lasts_until_the_next_birthday(age: float, fits: bool) -> None:
    assert Scope(age_from=1, age_to=5).fits("DX", age_years=age) is fits


def test_of_two_models_the_one_for_the_age_is_the_more_specific_and_those_for_others_share_nothing_with_it() -> None:
    children, adults = Scope(("DX",), age_to=17), Scope(("DX",), age_from=18)
    assert children.specificity("DX", age_years=4.0) > Scope(("DX",)).specificity("DX", age_years=4.0)
    assert not children.overlaps(adults)
    assert children.overlaps(Scope(("DX",), age_from=17))
