"""The same patient is always on the same side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.training.cases.split import Member, salt_from_seed, salted, split_cases

SALT = salt_from_seed(0)


def crowd(n: int, label: str = "a", start: int = 0) -> list[Member]:
    return [Member(f"{label}{i}", label, f"picture {label}{i}") for i in range(start, start + n)]


def test_about_a_fifth_of_the_patients_is_sealed() -> None:
    split = split_cases(crowd(5000), SALT)
    assert 900 < sum(side == "sealed" for side in split.sides.values()) < 1100


@settings(max_examples=20, deadline=None)
@given(st.integers(100, 300), st.integers(0, 100), st.integers(0, 5))
def test_adding_and_removing_patients_moves_nobody(n: int, fewer: int, seed: int) -> None:
    salt = salt_from_seed(seed)
    before, after = split_cases(crowd(n), salt), split_cases(crowd(n + 50, start=fewer // 3)[::-1], salt)
    common = before.sides.keys() & after.sides.keys()
    moved = [hashed for hashed in common if before.sides[hashed] != after.sides[hashed]]
    assert len(moved) <= 2  # the bound for small sets may touch one next to the threshold


def test_another_seed_seals_other_patients() -> None:
    splits = [split_cases(crowd(500), salt_from_seed(seed)) for seed in (0, 1)]
    first, second = ([split.side_of(f"a{i}") for i in range(500)] for split in splits)
    assert first != second


@settings(max_examples=50, deadline=None)
@given(st.integers(4, 30), st.integers(4, 30), st.integers(0, 1000))
def test_small_sets_have_every_class_on_both_sides(a: int, b: int, seed: int) -> None:
    split = split_cases(crowd(a, "a") + crowd(b, "b"), salt_from_seed(seed))
    for label, n in (("a", a), ("b", b)):
        sealed = sum(split.side_of(f"{label}{i}") == "sealed" for i in range(n))
        assert 1 <= sealed <= n / 2


def test_patients_who_share_a_picture_stay_together() -> None:
    members = [Member(f"p{i}", "a", f"picture {i // 2}") for i in range(200)]
    split = split_cases(members, SALT)
    assert all(split.side_of(f"p{i}") == split.side_of(f"p{i + 1}") for i in range(0, 200, 2))


def test_a_patient_in_two_classes_is_on_one_side() -> None:
    members = [*crowd(40, "a"), *[Member(f"a{i}", "b", f"other {i}") for i in range(40)]]
    assert len(split_cases(members, SALT).sides) == 40


def test_recorded_sides_are_kept() -> None:
    members = crowd(200)
    drawn = split_cases(members, SALT)
    swapped = {h: ("development" if side == "sealed" else "sealed") for h, side in list(drawn.sides.items())[:30]}
    kept = split_cases(members, SALT, swapped)  # type: ignore[arg-type]
    assert all(kept.sides[hashed] == side for hashed, side in swapped.items())


def test_a_picture_that_the_base_has_learned_from_is_never_sealed_under_any_name() -> None:
    recorded = {salted(SALT, f"picture {i}"): "development" for i in range(100)}
    members = [Member(f"new name {i}", "a", f"picture {i}") for i in range(100)]
    assert set(split_cases(members, SALT, recorded).sides.values()) == {"development"}  # type: ignore[arg-type]


def test_a_given_test_is_taken_as_it_is() -> None:
    members = [Member(f"p{i}", "a", f"c{i}", "sealed" if i % 3 == 0 else "development") for i in range(30)]
    split = split_cases(members, SALT)
    assert split.given
    assert [i for i in range(30) if split.side_of(f"p{i}") == "sealed"] == list(range(0, 30, 3))


def test_hashes_tell_nothing_without_the_salt() -> None:
    assert salted(SALT, "patient:12") != salted(salt_from_seed(1), "patient:12")
    assert salted(SALT, "12") != "12"
    assert len(salted(SALT, "patient:12")) == 32
